"""Counters to cycles, time and energy: computed from the board's models, and refused where they cannot be believed."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from harness.config import Board, CostModel, EnergyModel, load_boards
from harness.errors import TargetError
from harness.measure.costs import CYCLE_CLASSES, Cost, check_instructions, modelled, run_fields
from harness.measure.records import Provenance, Quantity
from harness.paths import shipped_boards_file

SHIPPED = load_boards([shipped_boards_file()])["stm32l475"]
ENERGY = EnergyModel("a datasheet", supply_v=3.0, run_ua_per_mhz=100.0, sleep_ua=1.0, flash_read_nj=0.5)
BY_CLASS = tuple(range(100, 100 * len(CYCLE_CLASSES) + 1, 100))
CYCLES = sum(BY_CLASS)


def board(scale: float = 1.0, **changes: object) -> Board:
    """An 80 MHz board with both models, with `changes`."""
    assert SHIPPED.cost_model is not None
    fields = {"cost_model": replace(SHIPPED.cost_model, name="a core", cycle_scale=scale), "energy": ENERGY}
    return replace(SHIPPED, **fields | changes)


def counters(instructions: int = 5_000, flash_reads: int = 40, unmapped: int = 0, address: int = 0) -> tuple[int, ...]:
    return instructions, CYCLES, *BY_CLASS, flash_reads, 70, 0, unmapped, address


def counted(instructions: int) -> Cost:
    return Cost(instructions=Quantity(instructions, Provenance.EMULATED))


def test_cycles_give_time_and_time_gives_energy() -> None:
    cost = modelled(board(), counted(5_000), counters())
    assert cost.instructions == Quantity(5_000, Provenance.EMULATED)
    assert cost.cycles == Quantity(CYCLES, Provenance.MODELLED)
    assert sum(json.loads(cost.cycles_by_class).values()) == CYCLES
    assert cost.latency_us == Quantity(CYCLES / 80, Provenance.MODELLED)
    assert cost.energy_uj is not None
    assert cost.energy_uj.provenance is Provenance.MODELLED
    assert cost.energy_uj.value == pytest.approx(3.0 * 100e-6 * 80 * CYCLES / 80 + 40 * 0.5e-3)
    assert (cost.flash_reads, cost.ram_accesses) == (
        Quantity(40, Provenance.EMULATED),
        Quantity(70, Provenance.EMULATED),
    )


def test_a_calibrated_model_scales_time_and_says_so() -> None:
    calibrated = board(scale=1.25)
    cost = modelled(calibrated, counted(5_000), counters())
    assert cost.cycles == Quantity(CYCLES, Provenance.MODELLED)
    assert cost.latency_us == Quantity(CYCLES / 64, Provenance.MODELLED)
    assert run_fields(calibrated, [cost])["cycles_model"] == "a core, calibrated x1.25"


@pytest.mark.parametrize(
    ("where", "values"), [(board(), ()), (board(cost_model=None), counters())], ids=["no counters", "no model"]
)
def test_nothing_is_invented(where: Board, values: tuple[int, ...]) -> None:
    cost = modelled(where, counted(5_000), values)
    assert cost == counted(5_000)
    assert run_fields(where, [cost]).keys().isdisjoint({"cycles_model", "cycles_error_percent", "energy_model"})


def test_without_an_energy_model_there_are_cycles_alone() -> None:
    frugal = board(energy=None)
    cost = modelled(frugal, counted(5_000), counters())
    assert cost.cycles is not None
    assert cost.energy_uj is None
    assert "energy_model" not in run_fields(frugal, [cost])


def test_memory_without_a_cost_is_named() -> None:
    with pytest.raises(TargetError, match=r"stm32l475: 3 accesses .* first at 0x60001000") as caught:
        modelled(board(), counted(5_000), counters(unmapped=3, address=0x60001000))
    assert "boards.stm32l475.memory" in caught.value.fix


def test_counters_of_another_firmware_are_refused() -> None:
    with pytest.raises(TargetError, match="17 counters came, 18 expected"):
        modelled(board(), counted(5_000), counters()[:-1])


@pytest.mark.parametrize(("timer", "plugin"), [(5_000, 5_008), (5_008, 5_000), (100_000_000, 100_000_100)])
def test_two_counts_may_differ_by_the_reading_of_the_timer(timer: int, plugin: int) -> None:
    check_instructions(counted(timer), counters(plugin))


@pytest.mark.parametrize(("timer", "plugin"), [(5_000, 5_010), (5_010, 5_000), (100_000_000, 100_000_200), (0, 9)])
def test_two_counts_that_differ_are_refused(timer: int, plugin: int) -> None:
    with pytest.raises(TargetError, match=f"counts {plugin} instructions, the board's timer {timer}"):
        check_instructions(counted(timer), counters(plugin))


def test_where_only_one_counts_there_is_nothing_to_compare() -> None:
    check_instructions(counted(5_000), ())
    check_instructions(Cost(latency_us=Quantity(1.0, Provenance.HOST)), counters())


def test_a_run_without_a_timed_inference_knows_nothing() -> None:
    assert run_fields(board(), []) == {}


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=9))
def test_a_run_is_its_median_inference_and_the_range_of_all(latencies: list[int]) -> None:
    costs = [Cost(latency_us=Quantity(latency, Provenance.MEASURED)) for latency in latencies]
    fields = run_fields(board(), costs)
    median = fields["latency_us"].value
    assert sum(latency < median for latency in latencies) <= len(latencies) // 2
    assert sum(latency > median for latency in latencies) <= len(latencies) // 2
    assert (fields["latency_us_min"], fields["latency_us_max"]) == (min(latencies), max(latencies))
    assert "instructions_min" not in fields


def test_a_run_names_its_models_and_their_error() -> None:
    model = board().cost_model
    assert isinstance(model, CostModel)
    validated = board(cost_model=replace(model, core=replace(model.core, error_percent=20)))
    fields = run_fields(validated, [modelled(validated, counted(5_000), counters())])
    assert (fields["cycles_model"], fields["cycles_error_percent"]) == ("a core", 20)
    assert fields["energy_model"] == "a datasheet: not validated against silicon"
