"""What stands in a comparison table."""

from __future__ import annotations

from msgspec.structs import replace
from support.session_records import (
    INFO,
    OPS,
    QUANTIZED_OPS,
    int8_run,
    layer_records,
    modelled_layers,
    modelled_run,
    run_record,
    tables_of,
    vector_record,
)

from harness.measure.records import LayerRecord, Provenance, Quantity, RunRecord
from harness.report.compare import HOST_NOTE, comparisons, session_lines
from harness.report.layers import align
from harness.report.table import Comparison, Row

FLOAT, INT8 = run_record(), int8_run()
UNTIMED = {"instructions": None, "instructions_min": None, "instructions_max": None, "repeats": 0}
NO_TIMING_NOTE = "no cycles, time or energy: boards.stm32l475 of boards.toml has no timing, docs/cycles.md"
CYCLES_NOTE = "cycles by the cost model cortex-m4f, flash 4 wait states"
NEVER_BUILT = UNTIMED | {
    "engine_version": "",
    "vectors": 0,
    "accuracy": None,
    "arena_bytes": None,
    "arena_persistent_bytes": None,
    "stack_bytes": None,
    "firmware_flash_bytes": None,
    "firmware_ram_bytes": None,
}


def timed(run: RunRecord, latency_us: float, provenance: Provenance) -> RunRecord:
    """`run` on a target that measures time."""
    latency = Quantity(latency_us, provenance)
    return replace(run, **UNTIMED | {"latency_us": latency, "latency_us_min": 1.0, "latency_us_max": 1.0, "repeats": 3})


def compared(*runs: RunRecord, layers: list[LayerRecord] | None = None) -> Comparison:
    (comparison,) = comparisons(tables_of(*runs, layers=layers or []))
    return comparison


def rows_of(comparison: Comparison) -> dict[str, Row]:
    return {row.label: row for row in comparison.rows}


def test_the_title_says_what_the_figures_are_of() -> None:
    comparison = compared(FLOAT, INT8)
    assert comparison.heading == "digits on stm32l475 with builtin"
    assert comparison.details == (
        "ST B-L475E-IOT01A discovery kit: STM32L475VGT6 at 80 MHz",
        "target emulated: QEMU 10.0.2 b-l475e-iot01a -icount shift=4",
        "engine builtin 0.1.0, 397 vectors, commit 0123456 (dirty)",
        "firmware by arm-none-eabi-g++ 12.2.1",
    )


def test_a_board_that_the_session_does_not_describe_and_no_git_are_said() -> None:
    (comparison,) = comparisons(tables_of(FLOAT, info=replace(INFO, boards={}, checkout=None)))
    assert comparison.details[:2] == (
        "target emulated: QEMU 10.0.2 b-l475e-iot01a -icount shift=4",
        "engine builtin 0.1.0, 397 vectors, no git checkout",
    )


def test_rows_compare_with_the_reference_and_say_how_they_were_obtained() -> None:
    rows = rows_of(compared(FLOAT, INT8))
    assert rows["accuracy of 397 vectors"] == Row(
        "accuracy of 397 vectors", ("98.24%", "97.98%"), ("-0.26 points",), "emulated"
    )
    assert rows["instructions/inference"].cells == ("7,201,334", "2,953,023")
    assert rows["instructions/inference"].deltas == ("2.4x fewer",)
    assert rows["arena bytes of 103,424"].deltas == ("-71%",)
    assert rows["of which persistent"].deltas == ("equal",)
    assert (rows["model bytes"].cells, rows["model bytes"].how) == (("150,320", "46,216"), "static")
    assert "outcome" not in rows
    assert "equal to the oracle" not in rows


def test_another_metric_has_its_own_name_and_form() -> None:
    detector, quantized = (
        run_record(variant=variant, metric="auc", accuracy=None, auc=Quantity(value, Provenance.EMULATED))
        for variant, value in (("float32", 0.98765), ("int8", 0.98))
    )
    row = rows_of(compared(detector, quantized))["ROC AUC of 397 vectors"]
    assert (row.cells, row.deltas, row.how) == (("0.9877", "0.9800"), ("-0.0077",), "emulated")


def test_float32_is_the_reference_in_whatever_order_variants_ran() -> None:
    assert compared(INT8, FLOAT).variants == ("float32", "int8")
    assert compared(INT8, FLOAT).delta_headings == ("int8 vs float32",)
    assert compared(int8_run(variant="b"), int8_run(variant="a")).variants == ("b", "a")


def test_suites_and_boards_have_tables_of_their_own() -> None:
    tables = tables_of(FLOAT, run_record(board="native"), INT8, run_record(suite="kws"))
    assert [comparison.heading for comparison in comparisons(tables)] == [
        "digits on stm32l475 with builtin",
        "digits on native with builtin",
        "kws on stm32l475 with builtin",
        "digits float32: boards compared",
    ]


def test_without_a_model_of_cycles_there_is_neither_time_nor_energy() -> None:
    comparison = compared(FLOAT, INT8, layers=layer_records(FLOAT))
    assert not any(word in label for label in rows_of(comparison) for word in ("cycles", "ms", "µs", "µJ"))
    assert comparison.notes == (NO_TIMING_NOTE,)


def test_floats_without_an_fpu_are_said() -> None:
    run = modelled_run(run_record(variant="int8 inside", soft_float=True))
    assert compared(run, modelled_run(INT8)).notes[0] == "floats in software, no FPU: int8 inside"


def test_modelled_figures_name_their_models_and_their_error() -> None:
    comparison = compared(modelled_run(FLOAT), modelled_run(INT8, cycles_error_percent=None))
    assert rows_of(comparison)["ms/inference"] == Row("ms/inference", ("135.03", "55.37"), ("2.4x faster",), "modelled")
    assert comparison.notes == (
        f"{CYCLES_NOTE}: its core within 20 % of published silicon, docs/validation.md",
        f"{CYCLES_NOTE}: not validated against silicon",
        "energy by DS10969 rev 5, table 26",
        "1,000,000 cycles take 12.50 ms and 450.00 µJ",
    )


def test_a_run_of_no_cycles_has_no_rate() -> None:
    comparison = compared(modelled_run(FLOAT, cycles=Quantity(0, Provenance.MODELLED)))
    assert not any("1,000,000 cycles" in note for note in comparison.notes)


def test_without_a_model_of_energy_there_is_none() -> None:
    comparison = compared(modelled_run(FLOAT, energy_uj=None, energy_model=""))
    assert "µJ/inference" not in rows_of(comparison)
    assert comparison.notes[-1] == "1,000,000 cycles take 12.50 ms"
    assert len(comparison.notes) == 2


def test_short_inferences_are_in_microseconds() -> None:
    short = modelled_run(int8_run(instructions=Quantity(40_000, Provenance.EMULATED)))
    assert rows_of(compared(short))["µs/inference"].cells == ("750.00",)
    assert rows_of(compared(modelled_run(FLOAT), short))["ms/inference"].cells == ("135.03", "0.75")


def test_layers_are_ranked_by_cycles_where_they_are_known() -> None:
    comparison = compared(modelled_run(FLOAT), layers=modelled_layers(FLOAT))
    labels = [row.label for row in comparison.rows]
    first = comparison.rows[labels.index("top 5 of 8 layers, cycles") + 1]
    assert (first.cells, first.how) == (("8,920,251 83%",), "modelled")
    assert sum("layers" in label for label in labels) == 2  # and their sum


def test_a_target_that_measures_time_says_so_and_the_host_says_what_it_is_worth() -> None:
    comparison = compared(timed(FLOAT, 713.25, Provenance.HOST), timed(INT8, 305.1, Provenance.HOST))
    row = rows_of(comparison)["µs/inference"]
    assert (row.cells, row.deltas, row.how) == (("713.25", "305.10"), ("2.3x faster",), "host")
    assert "instructions/inference" not in rows_of(comparison)
    assert comparison.notes == (HOST_NOTE,)
    assert compared(timed(FLOAT, 713.25, Provenance.MEASURED)).notes == ()


def test_windows_that_differ_show_their_range() -> None:
    varied = replace(timed(FLOAT, 713.25, Provenance.MEASURED), latency_us_max=800.0)
    assert rows_of(compared(varied))["range of 3 windows"].cells == ("1.00-800.00",)
    assert "range of 3 windows" not in rows_of(compared(FLOAT))


def test_a_variant_that_failed_says_why_and_leaves_the_other_its_figures() -> None:
    message = "digits does not run on stm32l475:\n  arena: needs 3 bytes, has 2: 1 bytes are missing"
    failed = int8_run(outcome="error", message=message, **NEVER_BUILT)
    comparison = compared(FLOAT, failed)
    rows = rows_of(comparison)
    assert rows["outcome"].cells == ("passed", "error")
    assert rows["vectors answered"].cells == ("397 of 397", "0 of 397")
    for label in ("accuracy of those", "instructions/inference", "arena bytes of 103,424", "firmware bytes"):
        assert rows[label].cells[1] == "error"
        assert rows[label].cells[0] != "error"
        assert rows[label].deltas == ("",)
    assert rows["model bytes"].cells[1] == "46,216"
    assert comparison.notes == (
        "int8: error: digits does not run on stm32l475: arena: needs 3 bytes, has 2: 1 bytes are missing",
        NO_TIMING_NOTE,
    )


def test_a_finished_run_says_what_it_was_not_given() -> None:
    rows = rows_of(compared(run_record(accuracy=None, stack_bytes=None, **UNTIMED)))
    assert rows["accuracy of 397 vectors"].cells == ("no labels",)
    assert rows["instructions/inference"].cells == ("not timed",)
    assert rows["stack bytes, peak of 8,192"].cells == ("not known",)


def test_a_stopped_run_is_said_in_the_table_and_of_the_session() -> None:
    running = run_record(outcome="running", vectors=0, accuracy=None)
    tables = tables_of(running)
    (comparison,) = comparisons(tables)
    assert rows_of(comparison)["outcome"].cells == ("stopped",)
    assert rows_of(comparison)["accuracy of 0 vectors"].cells == ("stopped",)
    assert session_lines(tables) == [
        "session 20260102T030405Z-0123456: passed",
        "digits float32 on stm32l475 with builtin: incomplete: stopped after 0 of 397 vectors",
    ]


def test_a_run_that_was_cut_off_has_answered_the_vectors_that_are_there() -> None:
    running = int8_run(outcome="running", vectors=0, accuracy=None)
    comparison = comparisons(tables_of(FLOAT, running, *(vector_record(running, vector) for vector in range(3))))[0]
    assert rows_of(comparison)["vectors answered"].cells == ("397 of 397", "3 of 397")


def test_an_interrupted_run_says_how_far_it_came() -> None:
    interrupted = run_record(outcome="interrupted", vectors=1)
    tables = tables_of(interrupted, vector_record(interrupted, 0))
    assert session_lines(tables)[1].endswith("stopped after 1 of 397 vectors")


def test_what_the_oracle_said_is_a_row_where_it_was_asked() -> None:
    rows = rows_of(compared(run_record(oracle_equal=396), INT8))
    assert rows["equal to the oracle"].cells == ("396 of 397", "not asked")


def test_the_costliest_layers_stand_side_by_side_with_their_share() -> None:
    comparison = compared(FLOAT, INT8, layers=layer_records(FLOAT) + layer_records(INT8, QUANTIZED_OPS))
    labels = [row.label for row in comparison.rows]
    top = labels.index("top 5 of 9 layers")
    assert labels[top + 1] == "2/3 CONV_2D 1x8x8x32"
    assert labels[top + 6] == "sum of all layers"
    first = comparison.rows[top + 1]
    assert first.cells == ("5,946,834 83%", "2,431,740 83%")
    assert (first.deltas, first.how, first.depth) == (("2.4x fewer",), "emulated", 1)
    assert comparison.rows[top + 6].cells == ("7,129,317", "2,923,487")


def test_a_layer_that_one_variant_lacks_has_a_dash_there() -> None:
    comparison = compared(FLOAT, INT8, layers=layer_records(FLOAT, OPS[:2]) + layer_records(INT8, QUANTIZED_OPS[:3]))
    row = rows_of(comparison)["0 QUANTIZE 1x8x8x1"]
    assert row.cells[0] == "-"
    assert row.deltas == ("",)
    assert "layers" in rows_of(comparison)


def test_layers_of_different_networks_are_listed_without_loss_and_in_order() -> None:
    one = layer_records(FLOAT, OPS)
    other = layer_records(INT8, [("ADD", "1x3", 5), *reversed(OPS)])
    aligned = align([one, other, one])
    assert [row[0] for row in aligned if row[0]] == one
    assert [row[1] for row in aligned if row[1]] == other
    assert [row[2] for row in aligned if row[2]] == one
    assert align([[], one]) == [(None, layer) for layer in one]


def test_names_from_files_cannot_break_the_table() -> None:
    hostile = run_record(suite="a\nb", variant="x\x1b[31m", message="\x07beep", outcome="failed")
    comparison = compared(hostile, layers=layer_records(hostile, [("CUSTOM\x1b[0m", "1x\n1", 1)]))
    texts = [comparison.heading, *comparison.details, *comparison.variants, *comparison.notes]
    texts += [text for row in comparison.rows for text in (row.label, *row.cells)]
    assert all(text.isprintable() for text in texts)
