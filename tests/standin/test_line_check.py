"""The check of a line: an echo over the real firmware, with faults in front of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.tflite_builder import TfliteBuilder

from harness.cli import main
from harness.config import boards_files, load_boards
from harness.link.client import Device
from harness.measure import Bench
from harness.model import read_model_file
from harness.standin.echo import SIZE_IN_TEMPLATE, echo_model
from harness.standin.faulty_line import FaultRates
from harness.standin.line_check import check_line

ECHO = echo_model(16)
COUNT = 300


@pytest.fixture(scope="module")
def bench() -> Bench:
    return Bench(load_boards(boards_files(Path(__file__).parents[2]))["native"])


@pytest.fixture
def device(bench: Bench) -> Iterator[Device]:
    with bench.start(ECHO) as device:
        yield device


def test_the_echo_is_what_its_builder_makes() -> None:
    for size in (1, 64, 1000):
        b = TfliteBuilder()
        sent = b.tensor([1, size], "int8", scale=1.0, name="sent")
        shape = b.tensor([2], "int32", data=[1, size], name="shape")
        heard = b.tensor([1, size], "int8", scale=1.0, name="heard")
        b.op("RESHAPE", [sent, shape], [heard], new_shape=[1, size])
        assert echo_model(size).data == b.build()
    assert SIZE_IN_TEMPLATE.to_bytes(4, "little") not in ECHO.data


def test_a_sound_line_shows_no_faults(device: Device) -> None:
    check = check_line(device, ECHO.data, FaultRates(), COUNT)
    assert (check.right, check.wrong, check.given_up) == (COUNT, 0, 0)
    assert (check.damaged_bytes, check.bad_frames, check.resent_frames) == (0, 0, 0)
    assert check.carried_bytes > 2 * 16 * COUNT


@pytest.mark.parametrize(
    "rates", [FaultRates(flip=0.01), FaultRates.damage(0.01), FaultRates(split=0.01, delay=0.0005, delay_s=0.01)]
)
def test_every_vector_comes_back_right_over_a_bad_line(device: Device, rates: FaultRates) -> None:
    check = check_line(device, ECHO.data, rates, COUNT)
    assert (check.right, check.wrong, check.given_up) == (COUNT, 0, 0)
    if check.damaged_bytes:
        assert check.bad_frames > 50 and check.resent_frames > 50
    else:
        assert check.bad_frames == 0


def test_a_board_serves_one_check_after_the_other(device: Device) -> None:
    for seed in range(3):
        assert check_line(device, ECHO.data, FaultRates.damage(0.005), 50, seed).right == 50
    device.greet()
    assert device.status().bad_frames == 0


def test_what_does_not_come_back_as_it_was_sent_is_wrong(bench: Bench) -> None:
    digits = read_model_file(Path(__file__).parents[2] / "suites/digits/digits_int8.tflite")
    with bench.start(digits) as device:
        check = check_line(device, digits.data, FaultRates(), 10)
    assert (check.right, check.wrong) == (0, 10)


def test_the_command_prints_a_table_and_succeeds(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--line", "--frames=50", "--frame-bytes=16"]) == 0
    printed = capsys.readouterr().out
    assert "native, native: 50 vectors of 16 bytes, there and back" in printed
    rates = [line.split()[0] for line in printed.splitlines() if line.lstrip().startswith("0")]
    assert rates == ["0", "0.0001", "0.001", "0.01"]
    assert max(map(len, printed.splitlines())) <= 80
