"""The table that sets engines side by side."""

from __future__ import annotations

import io
import json

import pytest
from rich.cells import cell_len
from rich.console import Console
from support.session_records import int8_run, layer_records, run_record, tables_of

from harness.measure.records import Provenance, Quantity, RunRecord
from harness.report import SessionTables, render_comparisons, render_markdown, session_json
from harness.report.compare_engines import TOLERANCE_NOTE, engine_comparisons

TFLM = {"engine": "tflm", "engine_version": "Chirale_TensorFLowLite 2.0.0, CMSIS-NN", "output_bytes": 15_880}
TFLM_FLOAT = run_record(**TFLM)
TFLM_INT8 = int8_run(**TFLM | {"output_bytes": 3_970})
NEAR = {"reference_equal": 397, "reference_different_bytes": 12, "reference_max_difference": 1.2e-7}
FLOAT = run_record(
    output_bytes=15_880, reference_engine="tflm", instructions=Quantity(3_600_667, Provenance.EMULATED), **NEAR
)
EQUAL = {"reference_engine": "tflm", "reference_equal": 397, "reference_different_bytes": 0}
INT8 = int8_run(output_bytes=3_970, **EQUAL)


def drawn(tables: SessionTables, width: int) -> str:
    stream = io.StringIO()
    render_comparisons(tables, Console(file=stream, width=width))
    return stream.getvalue()


def rows_of(*runs: RunRecord) -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    (comparison,) = engine_comparisons(runs)
    return [(row.label, row.cells, row.deltas) for row in comparison.rows]


def test_one_engine_is_compared_with_nothing() -> None:
    assert engine_comparisons([FLOAT, INT8]) == []
    assert engine_comparisons([TFLM_FLOAT, run_record(suite="other"), run_record(board="native")]) == []


def test_each_variant_has_outputs_cost_arena_and_flash() -> None:
    assert rows_of(TFLM_FLOAT, TFLM_INT8, FLOAT, INT8) == [
        ("float32", (), ()),
        ("output bytes of 397 vectors", ("15,880", "15,880"), ("near, 1e-07 apart",)),
        ("instructions/inference", ("7,201,334", "3,600,667"), ("2.0x fewer",)),
        ("arena bytes", ("12,288", "12,288"), ("equal",)),
        ("firmware bytes", ("41,212", "41,212"), ("equal",)),
        ("int8", (), ()),
        ("output bytes of 397 vectors", ("3,970", "3,970"), ("equal",)),
        ("instructions/inference", ("2,953,023", "2,953,023"), ("equal",)),
        ("arena bytes", ("3,584", "3,584"), ("equal",)),
        ("firmware bytes", ("41,212", "41,212"), ("equal",)),
    ]


def test_outputs_that_differ_are_counted() -> None:
    differing = int8_run(output_bytes=3_970, outcome="failed", **EQUAL | {"reference_equal": 396})
    assert rows_of(TFLM_INT8, differing)[1][2] == ("1 of 397 differ",)


def test_what_broke_off_is_compared_with_nothing() -> None:
    broken = run_record(engine="tflm", outcome="error", vectors=0, output_bytes=0, instructions=None)
    alone = run_record(output_bytes=15_880)
    row = rows_of(broken, alone)[1]
    assert row == ("output bytes of 0/397 vectors", ("error", "15,880"), ("not compared",))


def test_a_variant_that_only_one_engine_ran_is_said() -> None:
    (comparison,) = engine_comparisons([TFLM_FLOAT, FLOAT, TFLM_INT8])
    assert [row.label for row in comparison.rows if not row.cells] == ["float32"]
    assert comparison.notes == (TOLERANCE_NOTE, "int8: run with tflm alone")
    assert engine_comparisons([TFLM_FLOAT, INT8]) == []


def test_a_variant_that_one_of_three_engines_did_not_run_is_compared_between_the_others() -> None:
    reference = {"engine": "tflm-ref", "output_bytes": 3_970}
    equal_to_it = EQUAL | {"reference_engine": "tflm-ref"}
    runs = [
        TFLM_FLOAT,
        run_record(**reference),
        int8_run(**reference),
        FLOAT,
        int8_run(output_bytes=3_970, **equal_to_it),
    ]
    three, two = engine_comparisons(runs)
    assert three.variants == ("tflm", "tflm-ref", "builtin")
    assert (two.variants, two.rows[0].label) == (("tflm-ref", "builtin"), "int8")
    assert two.rows[1].deltas == ("equal",)
    assert two.details == ("tflm-ref 0.1.0", "builtin 0.1.0")


def test_the_table_says_versions_and_what_near_means() -> None:
    (comparison,) = engine_comparisons([TFLM_FLOAT, FLOAT])
    assert comparison.heading == "digits on stm32l475: engines compared"
    assert comparison.details == ("tflm Chirale_TensorFLowLite 2.0.0, CMSIS-NN", "builtin 0.1.0")
    assert comparison.notes == (TOLERANCE_NOTE,)
    assert engine_comparisons([TFLM_INT8, INT8])[0].notes == ()


def test_each_engine_has_its_own_table_before_the_one_that_compares_them() -> None:
    layers = [layer for run in (TFLM_INT8, INT8) for layer in layer_records(run)]
    text = render_markdown(tables_of(TFLM_INT8, INT8, layers=layers))
    headings = [line for line in text.splitlines() if line.startswith("## ")]
    assert headings == [
        "## digits on stm32l475 with tflm",
        "## digits on stm32l475 with builtin",
        "## digits on stm32l475: engines compared",
    ]


@pytest.mark.parametrize("width", [80, 120])
def test_three_engines_are_readable(width: int) -> None:
    reference = run_record(engine="tflm-ref", output_bytes=15_880, reference_engine="tflm", **NEAR)
    text = drawn(tables_of(TFLM_FLOAT, reference, FLOAT), width)
    assert all(cell_len(line) <= width for line in text.splitlines())
    assert text.count("near, 1e-07 apart") == 2


def test_json_of_several_engines_is_a_list() -> None:
    told = json.loads(json.dumps(session_json(tables_of(TFLM_INT8, INT8, layers=layer_records(INT8)))))
    assert [(run["engine"]["name"], len(run["layers"])) for run in told] == [("tflm", 0), ("builtin", 8)]
    assert told[0]["outputs"] == {"output_bytes": 3_970, "reference": None}
    assert told[1]["outputs"]["reference"]["engine"] == "tflm"
    assert session_json(tables_of(INT8))["engine"]["name"] == "builtin"


def test_json_has_no_infinity() -> None:
    apart = int8_run(reference_engine="tflm", reference_equal=396, reference_max_difference=float("inf"))
    told = json.dumps(session_json(tables_of(apart)), allow_nan=False)
    assert json.loads(told)["outputs"]["reference"]["max_difference"] is None
