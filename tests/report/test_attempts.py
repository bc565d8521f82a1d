"""What reports say of places and of runs that were attempted again."""

from __future__ import annotations

from io import StringIO

from rich.console import Console
from support.session_records import INFO, int8_run, run_record, tables_of

from harness.measure.records import RunRecord
from harness.report import render_terminal, session_json
from harness.report.attempts import flakiness
from harness.report.compare import comparisons, session_lines
from harness.report.markdown import render_markdown

SILENT, DEAD = "rack1-3: no answer to INFER", "rack2-1: QEMU was killed by SIGKILL"


def float_run(**changes: object) -> RunRecord:
    return run_record(place="rack1-1", **changes)


def test_one_place_of_all_variants_is_named_once() -> None:
    (comparison,) = comparisons(tables_of(float_run(), int8_run(place="rack1-1")))
    assert "place rack1-1" in comparison.details


def test_each_variant_has_its_place() -> None:
    (comparison,) = comparisons(tables_of(float_run(), int8_run(place="rack1-2, rack1-3")))
    assert "places: float32 on rack1-1; int8 on rack1-2, rack1-3" in comparison.details


def test_without_a_farm_there_is_no_word_of_places() -> None:
    (comparison,) = comparisons(tables_of(run_record(), int8_run()))
    assert not [line for line in (*comparison.details, *comparison.notes) if "place" in line or "attempt" in line]


def test_a_session_says_how_many_runs_needed_another_attempt_and_why() -> None:
    runs = [float_run(attempts=2, retries=SILENT), int8_run(attempts=3, retries=f"{SILENT}; {DEAD}"), run_record()]
    assert list(flakiness(runs)) == [f"2 of 3 runs needed a second attempt ({SILENT}; {DEAD})"]
    assert not list(flakiness([run_record()]))


def test_of_many_reasons_a_few_are_told() -> None:
    runs = [run_record(attempts=2, retries=f"p{index}: no answer") for index in range(9)]
    assert list(flakiness(runs)) == [
        "9 of 9 runs needed a second attempt (p0: no answer; p1: no answer; p2: no answer; …)"
    ]


def test_every_form_of_a_report_tells_of_the_attempts() -> None:
    tables = tables_of(float_run(), int8_run(place="rack1-2", attempts=2, retries=SILENT))
    output = StringIO()
    render_terminal(tables, Console(file=output, width=200))
    for text in (output.getvalue(), render_markdown(tables)):
        assert f"int8: 2 attempts, before the last: {SILENT}" in text
        assert f"1 of 2 runs needed a second attempt ({SILENT})" in text
    assert session_lines(tables)[1:] == [f"1 of 2 runs needed a second attempt ({SILENT})"]


def test_boards_that_are_compared_say_where_they_were() -> None:
    other = run_record(board="native", place="rack2-1", attempts=2, retries=DEAD)
    *_, boards = comparisons(tables_of(float_run(), other))
    assert "place rack1-1" in boards.notes[0]
    assert f"place rack2-1; 2 attempts, before the last: {DEAD}" in boards.notes[1]


def test_json_has_place_and_attempts() -> None:
    found = session_json(tables_of(float_run(attempts=2, retries=SILENT)))
    assert found["target"]["place"] == "rack1-1"
    assert found["attempts"] == {"count": 2, "failures": SILENT}
    assert session_json(tables_of(run_record()))["attempts"] == {"count": 1, "failures": None}
    assert found["session"]["id"] == INFO.id
