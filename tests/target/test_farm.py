"""Boards of a farm: labgrid's own programs, with emulated boards behind them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from support.stand_in_desk import short_folder

from harness.build import Firmware, build_firmware
from harness.closing import Closing
from harness.config import Board
from harness.config.farm import FarmOptions
from harness.errors import FarmError, TargetError
from harness.farm import Coordinator, FarmPlace
from harness.flash import GdbStub
from harness.link.client import Device
from harness.standin.farm import DemoFarm
from harness.standin.farm_board import FarmBoard
from harness.target import Emulated, Target, make_target
from harness.target.farm import Farm
from harness.target.seats import Seats, seats_of

MODEL = (Path(__file__).parents[2] / "suites" / "digits" / "digits_int8.tflite").read_bytes()
PLACES = ["rack1-1", "rack1-2", "rack1-3", "rack1-4", "rack2-1"]


@pytest.fixture(scope="module")
def board(boards: dict[str, Board]) -> Board:
    return boards["stm32l475"]


@pytest.fixture(scope="module")
def firmware(board: Board) -> Firmware:
    return build_firmware(board, "builtin")


@pytest.fixture(scope="module")
def farm(board: Board) -> Iterator[DemoFarm]:
    with short_folder() as folder, DemoFarm([board], len(PLACES), (), folder) as farm:
        yield farm
        seats_of(farm.address).close()


@pytest.fixture
def options(farm: DemoFarm) -> FarmOptions:
    return FarmOptions(farm.address, timeout_s=30)


@pytest.fixture
def coordinator(farm: DemoFarm) -> Iterator[Coordinator]:
    with Coordinator(farm.address) as coordinator:
        yield coordinator
        assert not [place.name for place in coordinator.places() if place.owner]


@pytest.fixture
def target(coordinator: Coordinator, board: Board, options: FarmOptions) -> Iterator[Farm]:
    with Farm(board, options) as target:
        yield target


@pytest.fixture
def other(coordinator: Coordinator, board: Board, options: FarmOptions) -> Iterator[Farm]:
    with Farm(board, options) as target:
        yield target


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many bytes each piece had that was written into a board."""
    sizes: list[int] = []
    write = GdbStub.write

    def note(stub: GdbStub, address: int, data: bytes) -> None:
        sizes.append(len(data))
        write(stub, address, data)

    monkeypatch.setattr(GdbStub, "write", note)
    return sizes


def answers(target: Target, firmware: Firmware) -> tuple[bytes, int]:
    """The output for one vector, and the ticks that the inference took."""
    device = Device(target.start(firmware, MODEL))
    loaded = device.load(MODEL)
    vector = bytes(loaded.input_bytes)
    return device.infer(vector), device.time(vector, 1).ticks


def kill(farm: DemoFarm, place: str) -> None:
    there = farm.boards[place]
    assert isinstance(there, FarmBoard)
    there.die()


def test_it_counts_as_an_emulated_board_of_this_computer(target: Farm, board: Board, firmware: Firmware) -> None:
    with make_target(board, "emulated") as local:
        assert isinstance(local, Emulated)
        assert answers(target, firmware) == answers(local, firmware)
        assert target.icount_shift == local.icount_shift
        assert target.description.startswith(f"{local.description}, of the farm at 127.0.0.1:")
    assert target.provenance == "emulated"
    assert target.place in PLACES


def test_at_rest_it_keeps_place_and_flash(
    target: Farm, firmware: Firmware, coordinator: Coordinator, written: list[int]
) -> None:
    first = answers(target, firmware)
    place = target.place
    assert len(MODEL) in written
    target.rest()
    assert coordinator.place(place).owner
    del written[:]
    assert answers(target, firmware) == first
    assert target.place == place
    assert not written


def test_targets_of_one_process_pass_a_place_on(
    target: Farm, other: Farm, firmware: Firmware, written: list[int]
) -> None:
    first = answers(target, firmware)
    place = target.place
    target.rest()
    del written[:]
    assert answers(other, firmware) == first
    assert other.place == place
    assert not written


def test_a_resting_place_that_somebody_put_into_quarantine_is_given_back(
    target: Farm, firmware: Firmware, coordinator: Coordinator
) -> None:
    target.start(firmware)
    place = target.place
    target.rest()
    coordinator.quarantine(place, "smells of smoke")
    target.start(firmware)
    assert target.place != place
    assert not coordinator.place(place).owner
    coordinator.restore(place)


def test_two_at_once_have_two_places(target: Farm, other: Farm, firmware: Firmware) -> None:
    assert answers(target, firmware) == answers(other, firmware)
    assert target.place != other.place


def test_another_kind_of_place_is_taken_only_when_the_resting_one_was_given_back(
    target: Farm, firmware: Firmware, coordinator: Coordinator, board: Board
) -> None:
    answers(target, firmware)
    place = target.place
    target.rest()
    with (
        Farm(board, FarmOptions(coordinator.address, {"rack": "none"})) as choosy,
        pytest.raises(FarmError, match="no rack"),
    ):
        choosy.start(firmware)
    assert not coordinator.place(place).owner


def test_stopped_it_gives_the_place_back(target: Farm, firmware: Firmware, coordinator: Coordinator) -> None:
    answers(target, firmware)
    place = target.place
    target.settle(passed=True)
    target.rest()
    target.stop()
    target.stop()
    left = coordinator.place(place)
    assert not left.owner
    assert left.notes.last is not None
    assert left.notes.last.text == "passed"


def test_without_waiting_it_takes_what_is_free(
    target: Farm, other: Farm, firmware: Firmware, coordinator: Coordinator, options: FarmOptions
) -> None:
    for _ in PLACES:
        coordinator.lease("stm32l475")
    other.may_wait = False
    with pytest.raises(FarmError, match=r"rack2-1 \(held by"):
        other.start(firmware)
    for place in PLACES:
        coordinator.release(place)


def test_a_board_that_died_gets_a_new_start(target: Farm, farm: DemoFarm, firmware: Firmware) -> None:
    first = answers(target, firmware)
    place = target.place
    kill(farm, place)
    with pytest.raises(TargetError, match=f"place {place}: QEMU's GDB stub does not answer"):
        answers(target, firmware)
    assert target.recover(1, "it died")
    assert answers(target, firmware) == first
    assert target.place == place


def test_one_that_fails_again_is_left_and_told(
    target: Farm, farm: DemoFarm, firmware: Firmware, coordinator: Coordinator
) -> None:
    first = answers(target, firmware)
    bad = target.place
    assert target.recover(1, "no answer")
    assert target.recover(2, "no answer | again")
    assert answers(target, firmware) == first
    assert target.place != bad
    target.settle(passed=True)
    place = coordinator.place(bad)
    assert place.health == "quarantined"
    assert place.notes.quarantine is not None
    assert place.notes.quarantine.text == "no answer / again"
    assert place.notes.last is not None
    assert place.notes.last.text == "failed"
    coordinator.restore(bad)


def test_a_run_that_passed_has_passed_though_nobody_can_be_told_of_a_bad_place(
    target: Farm, firmware: Firmware, coordinator: Coordinator
) -> None:
    same = _matches(coordinator.place("rack2-1"))
    coordinator.add_place("doomed", "stm32l475", same, {"rack": "9"})
    coordinator.add_place("other", "stm32l475", same, {"rack": "9"})
    with Farm(target._board, replace(target._options, tags={"rack": "9"})) as choosy:
        answers(choosy, firmware)
        doomed = choosy.place
        assert choosy.recover(1, "no answer")
        assert choosy.recover(2, "no answer")
        coordinator.remove_place(doomed)
        choosy.settle(passed=True)
        other = choosy.place
    coordinator.remove_place(other)


def test_a_run_that_fails_everywhere_is_at_fault_itself(
    target: Farm, firmware: Firmware, coordinator: Coordinator
) -> None:
    answers(target, firmware)
    assert [target.recover(failures, "no answer") for failures in (1, 2, 3, 4)] == [True, True, True, False]
    target.settle(passed=False)
    assert {place.health for place in coordinator.places()} == {"ok"}


def test_where_no_other_place_is_there_is_no_recovery(
    target: Farm, board: Board, firmware: Firmware, coordinator: Coordinator, options: FarmOptions
) -> None:
    coordinator.add_place("only", board.name, _matches(coordinator.place("rack2-1")), {"rack": "9"})
    try:
        with Farm(board, FarmOptions(options.address, {"rack": "9"})) as alone:
            answers(alone, firmware)
            assert alone.recover(1, "no answer")
            assert not alone.recover(2, "no answer")
    finally:
        coordinator.remove_place("only")


class Told(Closing):
    """A supply that keeps who had the place when it was closed."""

    def __init__(self, place: str, coordinator: Coordinator) -> None:
        self._place = place
        self._coordinator = coordinator
        self.owners: list[str] = []

    def close(self) -> None:
        self.owners.append(self._coordinator.place(self._place).owner)


def test_a_supply_ends_before_its_place_is_given_back(
    target: Farm, firmware: Firmware, coordinator: Coordinator
) -> None:
    assert target.meter() is None
    supply = Told(target.place, coordinator)
    target.start(firmware)
    target.supplied_by(supply)
    target.stop()
    assert len(supply.owners) == 1 and supply.owners[0]


def test_a_board_that_failed_is_supplied_anew(target: Farm, firmware: Firmware, coordinator: Coordinator) -> None:
    target.start(firmware)
    supply = Told(target.place, coordinator)
    target.supplied_by(supply)
    assert target.recover(1, "no answer")
    assert len(supply.owners) == 1 and target.place


def test_supplies_end_before_a_program_gives_its_places_back(
    board: Board, coordinator: Coordinator, options: FarmOptions
) -> None:
    seats = Seats(options.address)
    seat = seats.take(board, options, frozenset(), 0)
    seat.supply = supply = Told(seat.place.name, coordinator)
    seats.close()
    assert len(supply.owners) == 1 and supply.owners[0]


def test_a_place_whose_meter_is_not_told_is_named_and_given_back(
    board: Board, coordinator: Coordinator, options: FarmOptions
) -> None:
    tags = {"rack": "8", "meter": "ppk2"}
    coordinator.add_place("mute", board.name, _matches(coordinator.place("rack2-1")), tags)
    try:
        with (
            Farm(board, FarmOptions(options.address, {"rack": "8"})) as target,
            pytest.raises(FarmError, match="place mute: its tag meter is 'ppk2', and needs a NetworkSerialPort"),
        ):
            target.meter()
        assert not coordinator.place("mute").owner
    finally:
        coordinator.remove_place("mute")


def test_a_place_that_was_taken_away_fails_the_run_and_is_replaced(
    target: Farm, firmware: Firmware, coordinator: Coordinator
) -> None:
    line = target.start(firmware)
    place = coordinator.place(target.place)
    coordinator.release(place.name, place.owner)
    with pytest.raises(TargetError, match=f"place {place.name} was lost: somebody released it"):
        while True:
            line.read(0.01)
    coordinator.lease("stm32l475", place=place.name)
    assert target.recover(1, "lost")
    answers(target, firmware)
    assert target.place != place.name
    coordinator.release(place.name)


def test_a_place_that_somebody_left_dead_gets_a_new_start(
    target: Farm, farm: DemoFarm, firmware: Firmware, coordinator: Coordinator
) -> None:
    first = answers(target, firmware)
    for failures in (1, 2):
        assert target.recover(failures, "no answer")
    kill(farm, target.place)
    with pytest.raises(TargetError):
        answers(target, firmware)
    assert target.recover(3, "dead")
    assert answers(target, firmware) == first


def test_a_run_whose_places_are_lost_ends_some_time(target: Farm, firmware: Firmware, coordinator: Coordinator) -> None:
    lost = 0
    while lost == 0 or target.recover(lost, "lost"):
        line = target.start(firmware)
        coordinator.release(target.place)
        with pytest.raises(TargetError, match="was lost"):
            while True:
                line.read(0.01)
        lost += 1
    assert lost == 6


def test_a_dead_exporters_place_is_replaced(target: Farm, farm: DemoFarm, firmware: Firmware) -> None:
    line = target.start(firmware)
    rack, others = target.place[:5], {"rack1": "rack2", "rack2": "rack1"}
    farm.exporters[rack].kill()
    try:
        with pytest.raises(TargetError, match=f"place {rack}-. was lost: its exporter no longer has"):
            while True:
                line.read(0.01)
        assert target.recover(1, "lost")
        answers(target, firmware)
        assert target.place.startswith(others[rack])
    finally:
        farm.mend()


def test_a_coordinator_that_restarts_loses_no_place(target: Farm, farm: DemoFarm, firmware: Firmware) -> None:
    first = answers(target, firmware)
    place = target.place
    farm.coordinator.kill()
    for exporter in farm.exporters.values():
        exporter.kill()  # they end without it
    farm.mend()
    assert answers(target, firmware) == first
    assert target.place == place
    assert target._seat is not None
    assert not target._seat.loss


def test_a_board_that_is_not_what_its_tag_says(
    coordinator: Coordinator, boards: dict[str, Board], options: FarmOptions
) -> None:
    other = boards["microbit"]
    coordinator.add_place("liar", other.name, _matches(coordinator.place("rack1-1")))
    try:
        with (
            Farm(other, options) as target,
            pytest.raises(TargetError, match=r"place liar: it is no microbit, .*: its core is cortex-m4 or cortex-m4f"),
        ):
            target.start(build_firmware(other, "builtin"))
    finally:
        coordinator.remove_place("liar")


@pytest.mark.parametrize(
    ("resource", "told"),
    [
        ("serial", "needs a NetworkService .* probe or gdb; it has serial"),
        ("gdb", "needs one serial port, .*; it has none"),
    ],
)
def test_a_place_that_lacks_something(
    coordinator: Coordinator, boards: dict[str, Board], options: FarmOptions, resource: str, told: str
) -> None:
    other = boards["microbit"]
    matches = _matches(coordinator.place("rack1-1"))
    coordinator.add_place("poor", other.name, {resource: matches[resource]})
    try:
        with Farm(other, options) as target, pytest.raises(FarmError, match=rf"poor \({told}\)"):
            target.start(build_firmware(other, "builtin"))
    finally:
        coordinator.remove_place("poor")


def _matches(place: FarmPlace) -> dict[str, str]:
    """The patterns of its resources, for another place of the same."""
    return {one.name: f"{one.exporter}/{place.name}/{one.kind}/{one.name}" for one in place.resources}
