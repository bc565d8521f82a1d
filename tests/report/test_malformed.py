"""JSON columns that were spoiled: named, left out, and the rest is shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from support.html_sessions import digits_session
from support.session_records import modelled_layers, modelled_run, run_record, tables_of, trace_record

from harness.html import render_html
from harness.report import SessionTables, SessionWriter, read_session, render_markdown
from harness.report.malformed import JSON_COLUMNS, without_malformed
from harness.report.schema import TABLES

SPOILED = ('{"activations": 25', "[1, 2]", '{"load": "much"}', "null", "\x00", '{"a": {"b": 1}}')


def spoiled(tables: SessionTables, text: str) -> SessionTables:
    """Every JSON column of every record holds the text."""
    runs = [replace(run, **dict.fromkeys(JSON_COLUMNS[type(run)], text)) for run in tables.run_records]
    layers = [replace(layer, **dict.fromkeys(JSON_COLUMNS[type(layer)], text)) for layer in tables.layer_records]
    return tables_of(*runs, layers=layers, info=tables.info)


def test_what_is_well_formed_stays() -> None:
    tables = digits_session()
    assert without_malformed(tables) == tables


@pytest.mark.parametrize("text", SPOILED)
def test_a_session_is_shown_without_what_is_malformed(text: str) -> None:
    tables = without_malformed(spoiled(digits_session(), text))
    assert len(tables.malformed) == 3 * len(tables.run_records) + len(tables.layer_records)
    assert tables.malformed[0].startswith("table runs, missing_bytes of digits float32 on stm32l475 with builtin left")
    for shown in (render_markdown(tables), render_html(tables, {})):
        assert "missing_bytes of digits float32" in shown
        assert "92.50%" in shown


@given(st.text(max_size=20))
def test_any_text_is_numbers_by_name_or_left_out(text: str) -> None:
    run = modelled_run(run_record(), cycles_by_class=text, arena_parts=text, missing_bytes=text)
    tables = without_malformed(tables_of(run, layers=modelled_layers(run)))
    assert render_html(tables, {})
    assert len(tables.malformed) in (0, 3)


@pytest.mark.parametrize(
    "changes",
    [
        {"time_us": (0.0, 50.0)},
        {"power_uw_max": ()},
        {"rate_hz": 0.0},
        {"samples_per_point": 0},
        {"kind": "profile", "window": None, "op_begins_us": (0.0,)},  # killed before its layers were written
    ],
    ids=str,
)
def test_a_trace_that_is_not_whole_is_left_out(changes: dict[str, object]) -> None:
    run = run_record()
    tables = without_malformed(tables_of(run, trace_record(run, **changes)))
    assert tables.trace_records == ()
    (piece,) = tables.malformed
    assert piece.startswith("table traces, ")
    assert "left out: its " in render_html(tables, {})


def test_reading_a_session_names_them(tmp_path: Path) -> None:
    for folder, outcome in ((tmp_path / "ended", "passed"), (tmp_path / "killed", None)):
        folder.mkdir()
        writer = SessionWriter(folder, digits_session().info)
        writer.add_run(run_record(arena_parts="{"))
        if outcome:
            writer.finish("passed")
        else:
            writer.close()
        (piece,) = read_session(folder).malformed
        assert piece.startswith("table runs, arena_parts of digits float32 on stm32l475 with builtin left out: ")


def test_every_column_that_is_said_to_hold_json_is_looked_at() -> None:
    from harness.history.columns import columns_markdown

    said = {line.split("`")[1] for line in columns_markdown().splitlines() if "JSON" in line}
    assert said <= {column for of_table in JSON_COLUMNS.values() for column in of_table}
    assert set(JSON_COLUMNS) <= set(TABLES.values())
