"""The device client against a stand-in for the firmware, on a sound line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from support.simulated_device import ARENA_PARTS, HELLO, SimulatedDevice, simulated_output
from support.simulated_line import SimulatedLine

from harness.errors import LinkError, ModelError, VectorError
from harness.link.client import Device
from harness.link.failures import DeviceError, RefusedModelError
from harness.link.messages import ErrorCode, MessageType

MODEL = bytes(range(250)) * 3


def connect(simulated: SimulatedDevice) -> Device:
    line = SimulatedLine(simulated)
    return Device(line, clock=line.clock)


def loaded_device(simulated: SimulatedDevice) -> Device:
    device = connect(simulated)
    device.upload(MODEL)
    device.load(MODEL)
    return device


def vectors(simulated: SimulatedDevice, count: int) -> list[bytes]:
    return [bytes([index]) * simulated.input_bytes for index in range(count)]


def test_hello_says_what_the_device_is() -> None:
    assert connect(SimulatedDevice()).hello == HELLO


def test_another_protocol_is_refused_with_both_versions_and_the_fix() -> None:
    with pytest.raises(LinkError, match=r"protocol 7, this harness 1\n.*rebuild"):
        connect(SimulatedDevice(replace(HELLO, protocol=7)))


def test_a_device_that_takes_no_requests_is_refused() -> None:
    with pytest.raises(LinkError, match="max_payload 4"):
        connect(SimulatedDevice(replace(HELLO, max_payload=4)))


@pytest.mark.parametrize("input_bytes", [0, 1, 59, 60, 61, 150])
@pytest.mark.parametrize("output_bytes", [0, 1, 64, 65, 300])
def test_inference_of_tensors_of_any_size(input_bytes: int, output_bytes: int) -> None:
    simulated = SimulatedDevice(input_bytes=input_bytes, output_bytes=output_bytes)
    device = loaded_device(simulated)
    inputs = vectors(simulated, 7)
    assert list(device.infer_many(inputs)) == [simulated_output(vector, output_bytes) for vector in inputs]
    assert device.infer(inputs[3]) == simulated_output(inputs[3], output_bytes)


def test_small_vectors_cost_one_request_each() -> None:
    simulated = SimulatedDevice()
    device = loaded_device(simulated)
    before = len(simulated.executed)
    assert len(list(device.infer_many(vectors(simulated, 20)))) == 20
    assert simulated.executed[before:] == [MessageType.INFER] * 20


def test_vectors_are_taken_only_as_there_is_room() -> None:
    simulated = SimulatedDevice()
    device = loaded_device(simulated)
    taken = 0

    def source() -> Iterator[bytes]:
        nonlocal taken
        for vector in vectors(simulated, 100):
            taken += 1
            yield vector

    outputs = device.infer_many(source())
    assert taken == 0
    next(outputs)
    assert taken == HELLO.window


def test_never_more_on_the_line_than_the_device_can_hold() -> None:
    simulated = SimulatedDevice(input_bytes=150)
    line = SimulatedLine(simulated)
    device = Device(line, clock=line.clock)
    device.upload(MODEL)
    device.load(MODEL)
    list(device.infer_many(vectors(simulated, 10)))
    assert HELLO.max_payload < line.unread_bytes_most <= HELLO.rx_buffer_bytes


def test_another_request_ends_an_unfinished_stream_of_outputs() -> None:
    simulated = SimulatedDevice()
    device = loaded_device(simulated)
    outputs = device.infer_many(vectors(simulated, 10))
    next(outputs)
    assert device.infer(b"\x55" * 16) == simulated_output(b"\x55" * 16, 16)
    with pytest.raises(LinkError, match="take all outputs"):
        next(outputs)


def test_every_timed_run_gets_its_input_anew() -> None:
    simulated = SimulatedDevice()
    device = loaded_device(simulated)
    vector = b"\x07" * 16
    runs = [device.time(vector) for _ in range(3)]
    assert {run.ticks for run in runs} == {sum(simulated_output(vector, 16))}
    assert device.time(vector, count=5).interrupts == 0


@pytest.mark.parametrize(
    ("op_count", "profile_ops", "inferences"),
    [(0, 256, 1), (9, 256, 1), (256, 256, 1), (257, 256, 2), (600, 256, 3), (70, 32, 3), (3, 1, 3)],
)
def test_a_profile_has_every_layer(op_count: int, profile_ops: int, inferences: int) -> None:
    simulated = SimulatedDevice(op_count=op_count, profile_ops=profile_ops)
    profile = loaded_device(simulated).profile(bytes(16))
    assert profile.layers == [(op, op + 1) for op in range(op_count)]
    assert profile.interrupts == simulated.executed.count(MessageType.PROFILE) == inferences


def test_self_check_and_status() -> None:
    device = connect(SimulatedDevice())
    assert device.self_check().loop_instructions == 20_001
    assert device.status().bad_frames == 0


def test_arena_parts_end_at_the_empty_name() -> None:
    assert loaded_device(SimulatedDevice()).arena_parts() == list(ARENA_PARTS)


def test_no_arena_parts_without_a_model() -> None:
    with pytest.raises(DeviceError, match="ARENA: the device answers error 6"):
        connect(SimulatedDevice()).arena_parts()


def test_counters_of_a_region() -> None:
    device = connect(SimulatedDevice(regions=((1, 2**63), ())))
    assert device.counters(0) == (1, 2**63)
    assert device.counters(1) == ()
    with pytest.raises(DeviceError, match="COUNTERS: the device answers error 3"):
        device.counters(2)


def test_a_vector_of_the_wrong_size_is_refused_and_the_device_goes_on() -> None:
    simulated = SimulatedDevice()
    device = loaded_device(simulated)
    good = vectors(simulated, 2)
    with pytest.raises(VectorError, match="5 bytes for inputs of 16"):
        list(device.infer_many([*good, b"short"]))
    assert device.infer(good[0]) == simulated_output(good[0], 16)


def test_inference_without_a_model_is_refused() -> None:
    with pytest.raises(LinkError, match="no model is loaded"):
        connect(SimulatedDevice()).infer(bytes(16))


def test_a_model_larger_than_the_slot_is_refused() -> None:
    with pytest.raises(ModelError, match=r"1001 bytes, .* 1000"):
        connect(SimulatedDevice()).upload(bytes(1001))


def test_a_slot_in_flash_is_not_written() -> None:
    device = connect(SimulatedDevice(replace(HELLO, slot_writable=False)))
    with pytest.raises(DeviceError, match="slot is flash") as caught:
        device.upload(MODEL)
    assert caught.value.answer.code == ErrorCode.SLOT_NOT_WRITABLE


def test_another_model_in_the_slot_is_noticed() -> None:
    device = loaded_device(SimulatedDevice())
    with pytest.raises(DeviceError, match="slot's CRC-32 is 0x"):
        device.load(b"another")


def test_a_model_the_engine_refuses_is_a_model_error() -> None:
    device = connect(SimulatedDevice())
    device.upload(b"bad model")
    with pytest.raises(RefusedModelError, match=r"no such op \(op 2\)") as caught:
        device.load(b"bad model")
    assert (caught.value.answer.code, caught.value.answer.detail) == (ErrorCode.UNSUPPORTED, 2)


def test_a_silent_device_is_given_up_in_bounded_time() -> None:
    class Silent(SimulatedDevice):
        def receive(self, data: bytes) -> bytes:
            return b""

    line = SimulatedLine(Silent())
    with pytest.raises(LinkError, match="no answer to HELLO"):
        Device(line, clock=line.clock)
    assert line.now_s < 30


def test_the_first_inference_may_take_long_and_later_ones_are_judged_by_it() -> None:
    simulated = SimulatedDevice()
    line = SimulatedLine(simulated)
    device = Device(line, compute_timeout_s=60, clock=line.clock)
    device.upload(MODEL)
    device.load(MODEL)
    simulated.receive = lambda data: b""  # type: ignore[method-assign]
    start_s = line.now_s
    with pytest.raises(LinkError, match="no answer to INFER"):
        device.infer(bytes(16))
    assert line.now_s - start_s == pytest.approx(60)


def test_a_device_that_died_after_quick_answers_is_given_up_sooner() -> None:
    simulated = SimulatedDevice()
    line = SimulatedLine(simulated)
    device = Device(line, compute_timeout_s=600, clock=line.clock)
    device.upload(MODEL)
    device.load(MODEL)
    device.infer(bytes(16))
    simulated.receive = lambda data: b""  # type: ignore[method-assign]
    start_s = line.now_s
    with pytest.raises(LinkError, match="no answer to INFER"):
        device.infer(bytes(16))
    assert line.now_s - start_s < 20
