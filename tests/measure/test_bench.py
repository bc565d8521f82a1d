"""A bench's targets: one process for many models, none that outlives it or an error."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from support.fake_meter import FakeMeter
from support.files import edit
from support.session_records import INFO
from support.simulated_device import SimulatedDevice
from support.simulated_line import SimulatedLine

from harness.closing import Closing
from harness.config import MeterEntry, load_boards
from harness.errors import ConfigError
from harness.measure import Bench, Job, random_vectors, run_model
from harness.measure.energy import supply as supply_module
from harness.measure.metering import UNSEEN
from harness.model import Model, read_model_file
from harness.paths import shipped_boards_file
from harness.report import Records
from harness.target import Native, Target

BOARDS = load_boards([shipped_boards_file()])
DIGITS = shipped_boards_file().parent / "suites" / "digits"


@pytest.fixture
def model() -> Model:
    return read_model_file(DIGITS / "digits_int8.tflite")


@pytest.fixture(params=["stm32l475", "native"])
def bench(request: pytest.FixtureRequest) -> Bench:
    return Bench(BOARDS[request.param])


def children() -> set[str]:
    return set(Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())


def test_models_one_after_the_other_share_a_process_until_the_bench_goes(model: Model) -> None:
    bench = Bench(BOARDS["stm32l475"])
    before = children()
    processes = []
    for _ in range(2):
        with bench.load(model):
            processes.append(children() - before)
    assert len(processes[0]) == 1
    assert processes[0] == processes[1] == children() - before
    del bench
    assert children() == before


def test_two_devices_at_a_time_are_two_processes(bench: Bench, model: Model) -> None:
    before = children()
    with bench.load(model) as (first, _), bench.load(model) as (second, _):
        assert len(children() - before) == 2
        vector = bytes(model.input_bytes)
        assert first.infer(vector) == second.infer(vector)


def test_an_error_ends_the_process(bench: Bench, model: Model) -> None:
    before = children()
    with pytest.raises(KeyError), bench.load(model):
        assert children() - before
        raise KeyError
    assert children() == before


class MeteredNative(Native):
    """A board with a meter of its own.

    Attributes:
        supply: what it was told of.
    """

    supply: Closing | None = None

    def __init__(self, port: str) -> None:
        super().__init__()
        self._port = port

    def meter(self) -> MeterEntry:
        return MeterEntry(kind="ppk2", port=self._port, voltage_v=3.3)

    def supplied_by(self, supply: Closing) -> None:
        self.supply = supply


class MeteredBench(Bench):
    def new_target(self) -> Target:
        return MeteredNative("x")


def test_a_bench_with_a_meter_is_supplied_before_it_starts_and_until_it_goes(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    meter = FakeMeter(SimulatedLine(SimulatedDevice()), marker=False)
    monkeypatch.setattr(supply_module, "open_meter", lambda entry: meter)
    bench = MeteredBench(BOARDS["native"])
    with bench.start():
        assert meter.calls == ["power 3.3"]
    records = Records()
    run = run_model(bench, Job("digits", "int8", model, random_vectors(model, 1), repeats=2), records).run
    assert (run.meter, run.energy_uj) == ("a fake meter", None)
    assert run.energy_incomplete == f"2 of 2 windows: {UNSEEN}"
    windows = records.tables(INFO).window_records
    assert [(window.kind, window.window) for window in windows] == [
        ("time", 0),
        ("time", 1),
        ("energy", 0),
        ("energy", 1),
    ]
    del bench
    assert meter.calls[-1] == "close"


def test_every_target_has_its_own_supply_and_is_told_of_it(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supply_module, "open_meter", lambda entry: FakeMeter(SimulatedLine(SimulatedDevice())))
    bench = MeteredBench(BOARDS["native"])
    first, second = MeteredNative("x"), MeteredNative("y")
    with first, second:
        for target in (first, second):
            bench.load_on(target, model)
        assert bench.supply(first) is first.supply
        assert bench.supply(second) is second.supply
        assert first.supply is not second.supply


def test_a_memory_that_the_chip_does_not_have_is_named(model: Model, tmp_path: Path) -> None:
    boards = tmp_path / "boards.toml"
    shutil.copy(shipped_boards_file(), boards)
    edit(boards, "0x20000000, bytes = 0x18000", "0x20000000, bytes = 0x20000")
    bench = Bench(load_boards([boards])["stm32l475"])
    said = r"boards\.toml: boards\.stm32l475\.firmware\.arena: STM32L475VGT6 has no memory of its own at 0x2001fffc"
    with pytest.raises(ConfigError, match=said) as caught, bench.load(model):
        pass
    assert caught.value.fix == "correct that key, or boards.stm32l475.memory.sram1"
