"""One variant on several boards, side by side."""

from __future__ import annotations

import io

import pytest
from msgspec.structs import replace
from rich.console import Console
from support.session_records import INFO, layer_records, run_record, tables_of

from harness.measure.records import LayerRecord, Provenance, Quantity, RunRecord
from harness.report import render_markdown, render_terminal
from harness.report.compare_boards import board_comparisons
from harness.report.session import BoardInfo
from harness.report.table import Comparison, Row

NO_TIMING = "no cycles, time or energy: boards.stm32l475 of boards.toml has no timing, docs/cycles.md"
MODELLED = Provenance.MODELLED
BOARDS = INFO.boards | {
    "mps2-an385": BoardInfo("an FPGA image", "MPS2 AN385", 25_000_000, core="cortex-m3"),
    "microbit": BoardInfo("a small board", "nRF51822", 16_000_000, core="cortex-m0"),
}
SESSION = replace(INFO, boards=BOARDS)


def modelled(board: str, cycles: int, energy_uj: float | None) -> RunRecord:
    """A run whose cycles take 10 ns each."""
    return run_record(
        board=board,
        cycles=Quantity(cycles, MODELLED),
        cycles_model=f"the core of {board}",
        latency_us=Quantity(cycles / 100, MODELLED),
        energy_uj=None if energy_uj is None else Quantity(energy_uj, MODELLED),
        energy_model="" if energy_uj is None else "a datasheet",
    )


FAST = modelled("stm32l475", 9_000_000, 33_000.0)
SLOW = modelled("mps2-an385", 90_000_000, None)
SMALL = run_record(
    board="microbit",
    outcome="no fit",
    message="arena: needs at least 12,960 bytes, has 7,680: 5,280 bytes are missing",
    missing_bytes='{"arena": 5280}',
    **dict.fromkeys(("accuracy", "instructions", "arena_bytes", "stack_bytes", "firmware_flash_bytes")),
)


def layers_of(run: RunRecord) -> list[LayerRecord]:
    """Each layer's cycles are ten times its instructions."""
    return [
        replace(
            layer,
            cycles=Quantity(10 * int(layer.instructions.value), MODELLED),
            latency_us=Quantity(layer.instructions.value / 10, MODELLED),
            energy_uj=Quantity(layer.instructions.value / 100, MODELLED) if run.energy_uj else None,
        )
        for layer in layer_records(run)
        if layer.instructions is not None
    ]


def compared(*runs: RunRecord, layers: list[LayerRecord] | None = None) -> Comparison:
    (comparison,) = board_comparisons(tables_of(*runs, layers=layers or [], info=SESSION))
    return comparison


def rows_of(comparison: Comparison) -> dict[str, Row]:
    return {row.label: row for row in comparison.rows}


def test_one_board_is_compared_with_nothing() -> None:
    assert board_comparisons(tables_of(FAST, run_record(variant="int8"))) == []


def test_figures_stand_side_by_side_with_their_provenance() -> None:
    comparison = compared(FAST, SLOW)
    rows = rows_of(comparison)
    assert comparison.heading == "digits float32: boards compared"
    assert comparison.variants == ("stm32l475", "mps2-an385")
    assert rows["fits"].cells == ("yes", "yes")
    assert rows["cycles/inference"] == Row("cycles/inference", ("9,000,000", "90,000,000"), how="modelled")
    assert rows["ms/inference"].cells == ("90.00", "900.00")
    assert rows["µJ/inference"].cells == ("33,000", "-")
    assert rows["instructions/inference"].how == "emulated"
    assert comparison.delta_headings == ()


def test_a_board_that_it_does_not_fit_says_what_is_missing() -> None:
    rows = rows_of(compared(FAST, SMALL))
    assert rows["fits"].cells == ("yes", "no")
    assert rows["missing bytes of arena"].cells == ("", "5,280")
    assert rows["accuracy of 397 vectors"].cells == ("98.24%", "-")
    assert rows["arena bytes"].cells == ("12,288", "-")


def test_layers_in_cycles_time_and_energy() -> None:
    comparison = compared(FAST, SLOW, SMALL, layers=[*layers_of(FAST), *layers_of(SLOW)])
    labels = [row.label for row in comparison.rows]
    assert [label for label in labels if label.startswith("top")] == [
        f"top 5 of 8 layers, {u}" for u in ("cycles", "ms", "µJ")
    ]
    begin = labels.index("top 5 of 8 layers, µJ")
    dearest = comparison.rows[begin + 1]
    assert dearest.label == "2 CONV_2D 1x8x8x32"
    assert (dearest.cells[1:], dearest.how) == (("-", "-"), "modelled")


def test_instructions_stand_in_where_no_cycles_are_known() -> None:
    one, other = run_record(), run_record(board="mps2-an385")
    labels = [row.label for row in compared(one, other, layers=[*layer_records(one), *layer_records(other)]).rows]
    assert "top 5 of 8 layers, instructions" in labels


def test_notes_name_clock_models_soft_float_and_what_is_missing() -> None:
    fast, slow, small = compared(FAST, SLOW, SMALL).notes
    assert fast.startswith(
        "stm32l475: STM32L475VGT6 at 80 MHz; engine builtin; cycles by the cost model the core of stm32l475"
    )
    assert fast.endswith("energy by a datasheet")
    assert slow.endswith("no energy model")
    untimed = compared(run_record(), SLOW).notes[0]
    assert untimed.endswith("engine builtin; " + NO_TIMING)
    assert "floats in software, no FPU" in compared(FAST, replace(SLOW, soft_float=True)).notes[1]
    assert "no fit: arena: needs at least 12,960 bytes" in small
    assert "FPU" not in slow


def test_engines_are_named_where_a_board_ran_with_several() -> None:
    assert compared(FAST, replace(FAST, engine="tflm"), SLOW).variants == (
        "stm32l475 builtin",
        "stm32l475 tflm",
        "mps2-an385 builtin",
    )


@pytest.mark.parametrize(("width", "tables"), [(80, 1), (67, 2), (50, 3)])
def test_as_many_boards_in_a_row_as_there_is_room_for(width: int, tables: int) -> None:
    session = tables_of(FAST, SLOW, SMALL, layers=[*layers_of(FAST), *layers_of(SLOW)], info=SESSION)
    stream = io.StringIO()
    render_terminal(session, Console(file=stream, width=width))
    text = stream.getvalue().partition("boards compared")[2]
    assert sum(line.startswith("fits") for line in text.splitlines()) == tables
    assert all(len(line) <= width for line in text.splitlines())


def test_markdown_has_no_empty_columns() -> None:
    text = render_markdown(tables_of(FAST, SLOW, info=SESSION)).partition("boards compared")[2]
    assert "|  | stm32l475 | mps2-an385 | how |" in text
    assert "| cycles/inference | 9,000,000 | 90,000,000 | modelled |" in text
