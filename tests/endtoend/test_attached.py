"""A board on the desk, with nothing left out but silicon and copper: pyOCD flashes a simulated chip, QEMU runs what its
flash holds in real time, the line is a pseudo-terminal, and a player speaks the power meter's protocol.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import serial
from msgspec.structs import replace
from support.stand_in_desk import stand_in_desk

from harness.config import Board, Suite, load_boards, load_instances
from harness.errors import TargetError
from harness.html import render_html
from harness.measure import Bench, Job, Provenance, Sink, load_suite_vectors, run_model
from harness.model import read_model_file
from harness.paths import shipped_boards_file
from harness.report import read_session
from harness.standin.desk import INSTANCE, Desk
from harness.standin.folder import DeskFolder, Faults

REPOSITORY = shipped_boards_file().parent
METER_RATE_HZ = 10_000  # of 100,000: the emulator shares this computer with the player and who reads it


@pytest.fixture(scope="module")
def board() -> Board:
    return load_boards([shipped_boards_file()])["stm32l475"]


@pytest.fixture
def desk(board: Board, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    with stand_in_desk(board) as desk:
        for name, value in desk.environment.items():
            monkeypatch.setenv(name, value)
        yield desk


@pytest.fixture
def bench(board: Board, desk: Desk) -> Bench:
    instances = load_instances([shipped_boards_file(), desk.boards_file])
    return Bench(board, target="attached", instance=instances[INSTANCE])


@pytest.fixture
def job(digits: Suite) -> Job:
    model = read_model_file(digits.models["int8"].path)
    return Job("digits", "int8", model, load_suite_vectors(digits.vectors).first(8), repeats=1, check=True)


def set_faults(desk: Desk, faults: Faults) -> None:
    folder = DeskFolder(desk.folder)
    folder.write(replace(folder.read(), faults=faults))


def pytest_on(desk: Desk, reports: Path) -> str:
    """What a user runs, with the output."""
    command = [sys.executable, "-m", "pytest", "suites/digits", "-k", "float32 or int8", "--repeat=3"]
    command += ["--board=stm32l475", "--target=attached", f"--boards-file={desk.boards_file}"]
    command += [f"--reports-dir={reports}"]
    done = subprocess.run(
        command, cwd=REPOSITORY, env=os.environ | desk.environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_suite_passes_and_the_energy_of_an_inference_is_rehearsed(board: Board, tmp_path: Path) -> None:
    with stand_in_desk(board, meter="lpm01a") as desk:
        desk.boards_file.write_text(f"{desk.boards_file.read_text()}rate_hz = {METER_RATE_HZ}\n")
        out = pytest_on(desk, tmp_path)
    assert "tinyhil: board stm32l475 (attached: stand-in, a stand-in), engine" in out
    for figure in ("accuracy of 397 vectors", "ms/inference", "µJ/inference"):
        assert re.search(rf"^{figure} .* rehearsed *$", out, re.MULTILINE), out
    (session,) = tmp_path.iterdir()
    tables = read_session(session)
    for run in tables.run_records:
        assert (run.target, run.outcome) == ("attached", "passed")
        assert "a stand-in for a board" in run.target_description
        assert run.energy_uj is not None
        assert {run.energy_uj.provenance, run.arena_bytes.provenance} == {Provenance.REHEARSED}
    for trace in tables.trace_records:
        assert (trace.kind, trace.power_uw.provenance) == ("energy", Provenance.REHEARSED)
        points = zip(trace.time_us, trace.power_uw.value, strict=True)
        at_work = [power_uw for time_us, power_uw in points if 0 < time_us < 0.9 * trace.end_us]
        assert at_work == pytest.approx([33_000] * len(at_work), rel=0.1)
    assert len(tables.trace_records) == len(tables.run_records)
    assert render_html(tables, {}).count("<figcaption>Power over time, ") == len(tables.run_records)
    assert "measured" not in " ".join(path.read_text("utf-8", "replace") for path in session.glob("*.parquet"))


def test_outputs_are_the_oracles_and_a_second_model_changes_the_slot_alone(
    bench: Bench, job: Job, sink: Sink, digits: Suite
) -> None:
    float32 = read_model_file(digits.models["float32"].path)
    for each in (job, Job("digits", "float32", float32, job.vectors, repeats=1, check=True), job):
        assert run_model(bench, each, sink).run.oracle_equal == 8


FAULTS = [
    (Faults(idcode=0x10076470), "0x470.*0x415|0x415.*0x470"),
    (Faults(rdp_level=1), "locked: readout protection is at level 1"),
    (Faults(vanish_after_bytes=20_000), "probe STANDIN.* is gone"),
]


def test_a_fault_of_the_probe_is_told_and_the_next_run_recovers(desk: Desk, bench: Bench, job: Job, sink: Sink) -> None:
    for faults, said in FAULTS:
        set_faults(desk, faults)
        with pytest.raises(TargetError, match=said) as caught:
            run_model(bench, job, sink)
        assert caught.value.fix
    set_faults(desk, Faults())
    assert run_model(bench, job, sink).run.oracle_equal == 8


def test_a_port_that_another_program_has(desk: Desk, bench: Bench, job: Job, sink: Sink) -> None:
    port = str(desk.folder / "serial")
    with (
        serial.Serial(port, exclusive=True),
        pytest.raises(TargetError, match=rf"port {port} of stand-in cannot be opened"),
    ):
        run_model(bench, job, sink)
    assert run_model(bench, job, sink).run.outcome == "passed"


def test_a_board_that_is_unplugged_in_mid_run(desk: Desk, bench: Bench, job: Job, sink: Sink) -> None:
    with pytest.raises(TargetError, match=rf"port {desk.folder}/serial of stand-in is lost"):
        run_model(bench, job, sink, on_vector=desk.unplug)
    desk.plug()
    assert run_model(bench, job, sink).run.outcome == "passed"


def test_two_sessions_never_share_a_board(desk: Desk, bench: Bench, digits: Suite) -> None:
    model = digits.models["int8"].path
    command = [sys.executable, "-m", "harness", "run", str(model), "--board=stm32l475", "--target=attached"]
    with bench.start():
        other = subprocess.run(
            [*command, f"--boards-file={desk.boards_file}"], capture_output=True, text=True, check=False
        )
    assert other.returncode == 2
    assert f"of stand-in is in use by process {os.getpid()} since" in other.stderr
