"""Whatever a line does to bytes: each answer is right, or there is a clean error; nothing hangs, nothing runs twice."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.simulated_device import HELLO, OP_COUNT, SimulatedDevice, simulated_output
from support.simulated_line import Damage, Fault, SimulatedLine

from harness.errors import LinkError
from harness.link.client import Device
from harness.link.messages import MessageType

MODEL = bytes(range(250)) * 2
VECTORS = [bytes([index, 0, 255 - index]) * 30 for index in range(6)]  # 90 bytes: two frames each
OUTPUT_BYTES = 100  # two frames each
OUTPUTS = [simulated_output(vector, OUTPUT_BYTES) for vector in VECTORS]


def faults(most: int, longest_delay_s: float) -> st.SearchStrategy[list[Fault]]:
    fault = st.builds(
        Fault, st.sampled_from(Damage), st.integers(0, 400), st.integers(1, 90), st.floats(0, longest_delay_s)
    )
    return st.lists(fault, max_size=most)


def upload(device: Device) -> None:
    device.upload(MODEL)
    assert device.load(MODEL).output_bytes == OUTPUT_BYTES


def stream(device: Device) -> None:
    assert list(device.infer_many(VECTORS)) == OUTPUTS


def abandon(device: Device) -> None:
    assert next(device.infer_many(VECTORS)) == OUTPUTS[0]


def measure(device: Device) -> None:
    assert device.time(VECTORS[1]).ticks == sum(OUTPUTS[1])
    assert device.profile(VECTORS[2]).layers == [(op, op + 1) for op in range(OP_COUNT)]
    assert device.status().stack_bytes == 8192


ACTIONS: list[Callable[[Device], None]] = [upload, stream, abandon, measure]


def use(line: SimulatedLine, actions: list[Callable[[Device], None]]) -> None:
    device = Device(line, clock=line.clock, first_seq=65520)  # seq wraps in the course
    upload(device)
    for action in actions:
        action(device)


def simulated_device() -> SimulatedDevice:
    return SimulatedDevice(input_bytes=len(VECTORS[0]), output_bytes=OUTPUT_BYTES)


@settings(max_examples=400)
@given(faults(200, 5.0), st.lists(st.sampled_from(ACTIONS), max_size=5))
def test_right_or_a_clean_error(line_faults: list[Fault], actions: list[Callable[[Device], None]]) -> None:
    line = SimulatedLine(simulated_device(), line_faults)
    try:
        use(line, actions)
    except LinkError as error:
        assert error.fix


@settings(max_examples=400)
@given(faults(3, 0.1), st.lists(st.sampled_from(ACTIONS), max_size=5), st.integers(0, 60))
def test_a_few_faults_cost_only_time(
    line_faults: list[Fault], actions: list[Callable[[Device], None]], sound_pieces: int
) -> None:
    line = SimulatedLine(simulated_device(), [Fault()] * sound_pieces + line_faults)
    use(line, actions)
    assert line.now_s < 60


@given(st.integers(3, 12))
def test_losses_without_end_do_not_make_the_host_wait_ever_longer(every: int) -> None:
    lost = Fault(Damage.DROP, position=0, size=10_000)
    line = SimulatedLine(simulated_device(), ([Fault()] * (every - 1) + [lost]) * 1000)
    device = Device(line, clock=line.clock, first_seq=7)
    upload(device)
    took_s = []
    for _ in range(4):
        start_s = line.now_s
        for _ in range(20):
            stream(device)
        took_s.append(line.now_s - start_s)
    assert took_s[-1] < 1.5 * took_s[0]


@settings(max_examples=200)
@given(faults(3, 0.1), st.integers(0, 30))
def test_each_request_is_executed_once_and_in_order(line_faults: list[Fault], sound_pieces: int) -> None:
    line = SimulatedLine(simulated_device(), [Fault()] * sound_pieces + line_faults)
    use(line, [stream])
    executed = [kind for kind in line.device.executed if kind is not MessageType.HELLO]
    chunk_bytes = HELLO.max_payload - 4
    writes = -(-len(MODEL) // chunk_bytes)
    inference = [MessageType.INPUT, MessageType.INFER, MessageType.OUTPUT]
    assert executed == [MessageType.MODEL_WRITE] * writes + [MessageType.MODEL_LOAD] + inference * len(VECTORS)


def test_a_restarted_device_is_named_as_such() -> None:
    line = SimulatedLine(simulated_device())
    device = Device(line, clock=line.clock, first_seq=1000)
    line.device = simulated_device()
    with pytest.raises(LinkError, match="it expects request 0"):
        device.status()
