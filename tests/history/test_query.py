"""SQL over many sessions, of every schema that is read, and the documented schema."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from pyarrow import parquet
from support.files import damage_inside
from support.session_records import INFO, int8_run, run_record

from harness.errors import ReportError
from harness.history import answer_json, answer_lines, columns_markdown, query, read_index
from harness.history.query import SESSIONS, SHARED, Answer
from harness.paths import shipped_boards_file
from harness.report.schema import TABLES, columns

MakeSession = Callable[..., Path]


def rows(reports: Path, statement: str) -> list[tuple[Any, ...]]:
    return query(statement, read_index(reports)).rows


def test_rows_say_which_session_they_are_of(reports: Path, make_session: MakeSession) -> None:
    make_session("one", run_record(), int8_run())
    make_session("two's", started="2026-02-03T04:05:06+02:00", checkout=None)
    assert INFO.checkout is not None
    assert rows(
        reports, "select session, started, commit, branch, dirty, variant, accuracy from runs order by all"
    ) == [
        ("one", datetime(2026, 1, 2, 3, 4, 5), INFO.checkout.commit, "main", True, "float32", 0.9824),
        ("one", datetime(2026, 1, 2, 3, 4, 5), INFO.checkout.commit, "main", True, "int8", 0.9798),
        ("two's", datetime(2026, 2, 3, 2, 5, 6), None, None, None, "float32", 0.9824),
    ]


def test_sessions_are_a_table_too(reports: Path, make_session: MakeSession) -> None:
    make_session("one", run_record(), run_record(engine="tflm"))
    found = rows(reports, "select outcome, boards, engines, suites from sessions")
    assert found == [("passed", ["stm32l475", "native"], ["builtin", "tflm"], ["digits"])]


@pytest.mark.parametrize("table", ["sessions", *TABLES])
def test_every_table_has_the_documented_columns_even_where_no_session_is(tmp_path: Path, table: str) -> None:
    answer = query(f"select * from {table}", read_index(tmp_path))
    own = list(SESSIONS) if table == "sessions" else [*SHARED, *columns(TABLES[table])]
    assert (answer.columns, answer.rows) == (own, [])


def test_sessions_of_older_schemas_have_nulls(reports: Path, make_session: MakeSession) -> None:
    make_session("new", run_record(line_faults=3))
    old = make_session("old", schema_version=3)
    (old / "windows.parquet").unlink()
    table = parquet.read_table(old / "runs.parquet")
    parquet.write_table(table.drop_columns(["line_faults", "meter"]), old / "runs.parquet")
    assert rows(reports, "select session, line_faults, meter from runs order by 1") == [
        ("new", 3, ""),
        ("old", None, None),
    ]
    assert rows(reports, "select count(*) from windows") == [(0,)]


def test_what_cannot_be_read_or_has_not_ended_is_left_out(reports: Path, make_session: MakeSession) -> None:
    for name in ("whole", "cut", "under_way"):
        make_session(name)
    (reports / "cut" / "layers.parquet").write_bytes(b"")
    file = reports / "under_way" / "session.json"
    file.write_text(file.read_text().replace('"ended": "', '"ended": null, "was": "'))
    assert rows(reports, "select session from RUNS") == [("whole",)]


@pytest.mark.parametrize(
    ("statement", "cause"),
    [
        ("select nonsense from runs", 'Binder Error: Referenced column "nonsense" not found'),
        ("selec", 'Parser Error: syntax error at or near "selec"'),
        ("select * from other", "Catalog Error: Table with name other does not exist"),
    ],
)
def test_a_statement_that_duckdb_refuses_is_an_error(
    reports: Path, make_session: MakeSession, statement: str, cause: str
) -> None:
    make_session("one")
    with pytest.raises(ReportError, match=cause) as caught:
        rows(reports, statement)
    assert "LINE 1" not in caught.value.cause


def test_a_table_that_is_damaged_inside_is_named(reports: Path, make_session: MakeSession) -> None:
    make_session("whole")
    damage_inside(make_session("hurt") / "runs.parquet", "model")
    with pytest.raises(ReportError, match="hurt"):
        rows(reports, "select model from runs")


def test_where_nothing_is_asked_there_is_no_answer(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match=r"no statement\n  fix: give one"):
        query("-- nothing", read_index(tmp_path))


def test_without_duckdb_the_error_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(ReportError, match=r"fix: pip install 'tinyhil\[sql\]'"):
        rows(tmp_path, "select 1")


ANSWER = Answer(
    ["name", "n", "more"], [("a\x1b", 1, None), ("bc", 23.5, b"\x01\xff"), ("", None, [datetime(2026, 1, 2)])]
)


def test_an_answer_as_text() -> None:
    assert list(answer_lines(ANSWER)) == [
        "name     n  more",
        "a?       1",
        "bc    23.5  01ff",
        "            [datetime.datetime(2026, 1, 2, 0, 0)]",
    ]


def test_an_answer_as_json() -> None:
    numbers = Answer(["x"], [(float("nan"),), (float("inf"),), (1.5,)])
    assert json.dumps(answer_json(numbers)) == '[{"x": null}, {"x": null}, {"x": 1.5}]'
    assert answer_json(ANSWER)[1:] == [
        {"name": "bc", "n": 23.5, "more": "01ff"},
        {"name": "", "n": None, "more": ["2026-01-02 00:00:00"]},
    ]


def test_the_documented_schema_is_that_of_the_code() -> None:
    document = shipped_boards_file().parent / "docs" / "reports.md"
    mended = "sed -i '/^Schema version/,$d' docs/reports.md; harness report columns >> docs/reports.md"
    assert document.read_text("utf-8").endswith("\n\n" + columns_markdown()), mended
