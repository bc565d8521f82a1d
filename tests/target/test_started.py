"""Started targets: the real firmware on QEMU's boards and as a Linux program, driven over the real link."""

from __future__ import annotations

import os
import select
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from harness.build import Firmware, build_firmware
from harness.config import Board
from harness.errors import LinkError, TargetError
from harness.link.client import Device, Loaded
from harness.link.failures import DeviceError
from harness.link.messages import ErrorCode
from harness.standin.faulty_line import FaultRates, FaultyLine
from harness.target import Target, make_target

DIGITS = Path(__file__).parents[2] / "suites" / "digits"
MODELS = {variant: (DIGITS / f"digits_{variant}.tflite").read_bytes() for variant in ("int8", "float32")}
OTHER_MODEL = (DIGITS.parent / "vibration" / "vibration_int8.tflite").read_bytes()

BOARDS = ["stm32l475", "mps2-an386", "microbit", "native"]
ROOMY_BOARDS = [name for name in BOARDS if name != "microbit"]  # the float32 model fits their arena


@pytest.fixture(params=BOARDS)
def board(request: pytest.FixtureRequest, boards: dict[str, Board]) -> Board:
    return boards[request.param]


@pytest.fixture
def firmware(board: Board) -> Firmware:
    return build_firmware(board, "builtin")


@pytest.fixture
def target(board: Board) -> Iterator[Target]:
    with make_target(board) as target:
        yield target


def connect(target: Target, firmware: Firmware, model: bytes) -> tuple[Device, Loaded]:
    device = Device(target.start(firmware, model))
    if not target.preloads_model:
        device.upload(model)
    return device, device.load(model)


def vectors(loaded: Loaded, count: int) -> list[bytes]:
    generator = np.random.default_rng(475)
    return [generator.integers(0, 64, loaded.input_bytes, np.uint8).tobytes() for _ in range(count)]


def children() -> list[int]:
    """The processes that this thread started and that still run."""
    return [int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()]


@contextmanager
def paused(pid: int) -> Iterator[None]:
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def test_hello_agrees_with_the_boards_file(board: Board, target: Target, firmware: Firmware) -> None:
    hello = Device(target.start(firmware)).hello
    layout = board.firmware
    assert (hello.board, hello.engine, hello.build_id) == (board.name, "builtin", firmware.build_id)
    assert (hello.arena_bytes, hello.slot_bytes) == (layout.arena_bytes, layout.model_slot.bytes)
    if layout.model_slot.address is not None:
        assert hello.slot_address == layout.model_slot.address
    assert hello.slot_writable == (layout.model_slot.kind == "ram")
    assert (hello.window, hello.max_payload) == (layout.link.window, layout.link.max_payload_bytes)


@pytest.mark.parametrize(
    ("board", "variant"),
    [*((name, "int8") for name in BOARDS), *((name, "float32") for name in ROOMY_BOARDS)],
    indirect=["board"],
)
def test_pipelined_outputs_equal_those_of_one_inference_at_a_time(
    target: Target, firmware: Firmware, variant: str
) -> None:
    device, loaded = connect(target, firmware, MODELS[variant])
    inputs = vectors(loaded, 40)
    outputs = list(device.infer_many(inputs))
    assert outputs == [device.infer(vector) for vector in inputs]
    assert len(set(outputs)) > 1
    status = device.status()
    assert (status.bad_frames, status.rx_overruns) == (0, 0)
    assert 0 < status.stack_used_bytes <= status.stack_bytes


def test_a_bad_line_costs_only_time(target: Target, firmware: Firmware) -> None:
    model = MODELS["int8"]
    device, loaded = connect(target, firmware, model)
    inputs = vectors(loaded, 100)
    outputs = list(device.infer_many(inputs))
    with FaultyLine(target.start(firmware, model), FaultRates.damage(1 / 1500), seed=475) as line:
        device = Device(line.open(), compute_timeout_s=15.0)  # a first loss costs 1 s
        if not target.preloads_model:
            device.upload(model)
        device.load(model)
        assert list(device.infer_many(inputs)) == outputs
        assert line.damaged_bytes > 2
        assert device.status().bad_frames > 0


@pytest.mark.parametrize("board", ["native"], indirect=True)
def test_an_unplugged_port_is_named_and_the_next_run_works(target: Target, firmware: Firmware) -> None:
    model = MODELS["int8"]
    device, loaded = connect(target, firmware, model)
    inputs = vectors(loaded, 100)
    with FaultyLine(device.stream, FaultRates()) as line:
        device = Device(line.open())
        device.load(model)
        outputs = device.infer_many(inputs)
        first = next(outputs)
        line.unplug()
        with pytest.raises(TargetError, match=f"{line.port} was unplugged"):
            list(outputs)
    device, _ = connect(target, firmware, model)
    assert device.infer(inputs[0]) == first


@pytest.mark.parametrize("board", ROOMY_BOARDS, indirect=True)
def test_the_model_changes_without_another_firmware(target: Target, firmware: Firmware) -> None:
    sizes = [connect(target, firmware, model)[1].input_bytes for model in MODELS.values()]
    assert sizes == [64, 256]


def test_a_timed_run_is_quiet_and_a_profile_has_every_op(target: Target, firmware: Firmware) -> None:
    device, loaded = connect(target, firmware, MODELS["int8"])
    (vector,) = vectors(loaded, 1)
    run = device.time(vector)
    assert run.interrupts == 0
    assert run.ticks > 0
    profile = device.profile(vector)
    assert len(profile.layers) == loaded.op_count
    ends = [0, *(tick for span in profile.layers for tick in span), profile.ticks]
    assert ends == sorted(ends)


@pytest.mark.parametrize("board", ["stm32l475", "mps2-an386", "mps3-an547", "microbit"], indirect=True)
def test_an_emulated_clock_counts_the_same_in_every_start(target: Target, firmware: Firmware) -> None:
    ticks = set()
    for _ in range(3):
        device, loaded = connect(target, firmware, MODELS["int8"])
        (vector,) = vectors(loaded, 1)
        ticks |= {device.time(vector).ticks for _ in range(3)}
    assert len(ticks) == 1


@pytest.mark.parametrize("board", ["stm32l475", "mps2-an386", "microbit"], indirect=True)
def test_a_rested_board_runs_on_in_its_process_as_if_it_were_new(target: Target, firmware: Firmware) -> None:
    def measure(model: bytes) -> tuple[int, int, bytes]:
        device, loaded = connect(target, firmware, model)
        (vector,) = vectors(loaded, 1)
        return device.time(vector).ticks, device.status().stack_used_bytes, device.infer(vector)

    new = measure(MODELS["int8"])
    before = children()
    for model in (OTHER_MODEL, MODELS["int8"]):
        target.rest()
        again = measure(model)
    assert again == new
    assert children() == before


@pytest.mark.parametrize("board", ["stm32l475"], indirect=True)
def test_a_board_that_died_at_rest_is_started_anew(target: Target, firmware: Firmware) -> None:
    before = set(children())
    connect(target, firmware, MODELS["int8"])
    target.rest()
    (pid,) = set(children()) - before
    os.kill(pid, signal.SIGKILL)
    connect(target, firmware, MODELS["int8"])
    assert pid not in children()


@pytest.mark.parametrize("board", ["stm32l475"], indirect=True)
def test_a_slot_in_flash_takes_no_upload(target: Target, firmware: Firmware) -> None:
    device = Device(target.start(firmware))
    with pytest.raises(DeviceError) as caught:
        device.upload(b"model")
    assert caught.value.answer.code == ErrorCode.SLOT_NOT_WRITABLE


def test_a_death_between_two_vectors_is_told_and_what_came_before_is_kept(target: Target, firmware: Firmware) -> None:
    before = set(children())
    device, loaded = connect(target, firmware, MODELS["int8"])
    (pid,) = set(children()) - before
    outputs = device.infer_many(vectors(loaded, 100))
    assert len(next(outputs)) == loaded.output_bytes
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(TargetError, match="was killed by SIGKILL"):
        list(outputs)


def test_a_target_that_hangs_is_given_up(target: Target, firmware: Firmware) -> None:
    before = set(children())
    device = Device(target.start(firmware), compute_timeout_s=0.1)
    (pid,) = set(children()) - before
    with paused(pid), pytest.raises(LinkError, match="no answer to SELF_CHECK"):
        device.self_check()


def test_a_stopped_target_leaves_no_process_and_no_file(
    board: Board, firmware: Firmware, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    before = set(children())
    with make_target(board) as target:
        connect(target, firmware, MODELS["int8"])
        assert list(tmp_path.iterdir())
        (pid,) = set(children()) - before
        process = os.pidfd_open(pid)
    assert select.select([process], [], [], 10)[0]
    assert not list(tmp_path.iterdir())
