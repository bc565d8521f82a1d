"""The rate of the line, against a stand-in for the firmware on lines that carry some rates and not others."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from support.simulated_device import SimulatedDevice, simulated_output
from support.simulated_line import Damage, Fault, RatedLine

from harness.config.defaults import START_BAUD
from harness.errors import LinkError, TargetError
from harness.link.baud import raise_baud
from harness.link.client import Device
from harness.link.messages import MessageType

BAUDS = (230400, 460800, 921600)
MODEL = bytes(range(250))
LOST = Fault(Damage.DROP, size=10_000)
rates = st.sampled_from((START_BAUD, *BAUDS))


def connect(line: RatedLine) -> Device:
    return Device(line, clock=line.clock, first_seq=65530)  # seq wraps in the course


def run_model(line: RatedLine, device: Device) -> None:
    """The device works, and both ends have one rate."""
    assert line.baud == line.device.rate.baud
    device.upload(MODEL)
    device.load(MODEL)
    vectors = [bytes([index]) * line.device.input_bytes for index in range(5)]
    assert list(device.infer_many(vectors)) == [simulated_output(vector, 16) for vector in vectors]


@given(rates, rates, st.frozensets(st.sampled_from(BAUDS)), rates)
def test_the_fastest_rate_that_both_ends_and_both_ways_have(
    there: int, back: int, made: frozenset[int], fastest: int
) -> None:
    line = RatedLine(SimulatedDevice(bauds=made), there=there, back=back)
    device = connect(line)
    baud = raise_baud(device, line, fastest)
    assert baud == max([START_BAUD, *(rate for rate in made if rate <= min(there, back, fastest))])
    assert line.baud == baud
    run_model(line, device)


faults = st.builds(
    Fault, st.sampled_from(Damage), st.integers(0, 60), st.integers(1, 30), st.sampled_from([0.0, 0.01, 0.4, 2.0])
)


@settings(max_examples=400)
@given(rates, rates, st.lists(faults, max_size=60), st.integers(0, 60))
def test_whatever_the_line_does_meanwhile_the_device_is_met_again(
    there: int, back: int, line_faults: list[Fault], sound_pieces: int
) -> None:
    sound = [Fault()] * sound_pieces
    line = RatedLine(SimulatedDevice(bauds=frozenset(BAUDS)), sound + line_faults, there=there, back=back)
    try:
        device = connect(line)
        baud = raise_baud(device, line, 921600)
        assert baud in {START_BAUD, *BAUDS}
        run_model(line, device)
    except LinkError as error:
        assert error.fix
    assert line.now_s < 300


def test_a_board_whose_uart_cannot_change_stays() -> None:
    line = RatedLine(SimulatedDevice())
    device = connect(line)
    assert raise_baud(device, line, 921600) == START_BAUD
    assert line.now_s == 0  # it refused: nothing to wait for
    run_model(line, device)


def test_no_faster_rate_than_asked_for() -> None:
    line = RatedLine(SimulatedDevice(bauds=frozenset(BAUDS)))
    assert raise_baud(connect(line), line, START_BAUD) == START_BAUD
    assert line.device.executed == [MessageType.HELLO]


def test_a_lost_answer_to_baud_costs_one_step_at_most() -> None:
    hello, request = [Fault(), Fault()], Fault()
    line = RatedLine(SimulatedDevice(bauds=frozenset(BAUDS)), [*hello, request, LOST])
    device = connect(line)
    assert raise_baud(device, line, 921600) >= 460800
    run_model(line, device)


def test_a_rate_that_the_port_does_not_have_is_passed_over() -> None:
    class OldPort(RatedLine):
        def set_baud(self, baud: int) -> None:
            if baud > 460800:
                raise TargetError("no such rate", "another port")
            super().set_baud(baud)

    line = OldPort(SimulatedDevice(bauds=frozenset(BAUDS)))
    device = connect(line)
    assert raise_baud(device, line, 921600) == 460800
    run_model(line, device)


def test_a_port_that_forgets_its_rate_is_met_again() -> None:
    line = RatedLine(SimulatedDevice(bauds=frozenset(BAUDS)))
    device = connect(line)
    assert raise_baud(device, line, 921600) == 921600
    line.set_baud(START_BAUD)  # as an adapter that is plugged in again
    device.greet()  # the device hears garbage, and goes back
    run_model(line, device)
