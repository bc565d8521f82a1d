"""What cycles are spent on."""

from __future__ import annotations

import json

from support.session_records import int8_run, modelled_run, run_record

from harness.measure.records import RunRecord
from harness.report.cycles import OTHERS, class_rows


def spending(**cycles: int) -> RunRecord:
    return modelled_run(run_record(), cycles_by_class=json.dumps(cycles))


def test_no_rows_without_cycles() -> None:
    assert class_rows([run_record(), int8_run()]) == []


def test_the_largest_shares_come_first_and_the_least_are_summed_up() -> None:
    rows = class_rows([spending(alu=200, load=540, store=80, branch=70, float=0, divide=50, system=40, vector=20)])
    assert [(row.label, row.cells) for row in rows] == [
        ("loads", ("540 54%",)),
        ("integer arithmetic", ("200 20%",)),
        ("stores", ("80  8%",)),
        ("branches", ("70  7%",)),
        ("divisions", ("50  5%",)),
        ("system instructions", ("40  4%",)),
        (OTHERS, ("20  2%",)),
    ]
    assert {row.how for row in rows} == {"modelled"}


def test_a_class_that_matters_in_one_variant_is_shown_of_all() -> None:
    rows = class_rows([spending(float=900, alu=100), spending(alu=100)])
    assert [(row.label, row.cells, row.deltas) for row in rows] == [
        ("integer arithmetic", ("100 10%", "100 100%"), ("equal",)),
        ("float arithmetic", ("900 90%", "0  0%"), ("",)),
    ]


def test_a_run_that_broke_off_has_dashes() -> None:
    rows = class_rows([spending(alu=10), run_record(outcome="error")])
    assert [row.cells for row in rows] == [("10 100%", "-")]
