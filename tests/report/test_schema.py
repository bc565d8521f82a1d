"""Records, journal lines, parquet files and frames hold the same."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TypeVar, get_args, get_type_hints

import msgspec
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.session_records import INFO, run_record, vector_record

from harness.config import MetricName
from harness.measure.records import (
    LayerRecord,
    Provenance,
    Quantity,
    RunRecord,
    Series,
    TraceRecord,
    VectorRecord,
    WindowRecord,
)
from harness.report import SessionWriter, read_session
from harness.report.malformed import JSON_COLUMNS, without_malformed
from harness.report.schema import TABLES, Record, columns, frame, quantity_fields, record, row

R = TypeVar("R", RunRecord, LayerRecord, WindowRecord, TraceRecord, VectorRecord)

COUNTS = st.integers(0, 2**63 - 1)
TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)
FRACTIONS = st.floats(0, 1e12)
BY_TYPE: dict[type, st.SearchStrategy[object]] = {
    str: TEXTS,
    int: COUNTS,
    float: FRACTIONS,
    bool: st.booleans(),
    bytes: st.binary(max_size=40),
    tuple: st.lists(FRACTIONS, max_size=5).map(tuple),
}
JSON = st.just("") | st.dictionaries(TEXTS, COUNTS, max_size=3).map(json.dumps)
BY_NAME: dict[str, st.SearchStrategy[object]] = {
    "metric": st.sampled_from(get_args(MetricName)),
    "energy_by": st.sampled_from(["", "marker", "time"]),
    **{name: JSON for names in JSON_COLUMNS.values() for name in names},
}


def records_of(kind: type[R]) -> st.SearchStrategy[R]:
    """Any record: a value of the column's type in each field, nothing where nothing is allowed."""
    fields: dict[str, st.SearchStrategy[object]] = {}
    for field in msgspec.structs.fields(kind):
        values = BY_NAME.get(field.name, BY_TYPE[columns(kind)[field.name]])
        if field.name == "kind":
            values = st.sampled_from(get_args(get_type_hints(kind)["kind"]))
        if field.name in quantity_fields(kind):
            made = Series if columns(kind)[field.name] is tuple else Quantity
            values = st.builds(made, values, st.sampled_from(Provenance))
        fields[field.name] = values if "None" not in str(field.type) else st.none() | values
    return st.builds(kind, **fields)


@pytest.mark.parametrize("kind", TABLES.values())
def test_the_column_of_a_figure_is_followed_by_its_provenance(kind: type[Record]) -> None:
    names = list(columns(kind))
    for name in quantity_fields(kind):
        assert names[names.index(name) + 1] == f"{name}_provenance"
    assert [name for name in names if not name.endswith("_provenance")] == list(kind.__struct_fields__)


def test_figures_are_counts_but_for_those_that_are_not() -> None:
    kinds = columns(RunRecord)
    assert (kinds["instructions"], kinds["arena_bytes"], kinds["oracle_equal"]) == (int, int, int)
    assert (kinds["accuracy"], kinds["latency_us"], kinds["latency_us_min"]) == (float, float, float)


@given(st.one_of(*(records_of(kind) for kind in TABLES.values())))
def test_a_row_is_its_record(given_record: Record) -> None:
    assert list(row(given_record)) == list(columns(type(given_record)))
    assert record(type(given_record), row(given_record)) == given_record


@settings(max_examples=25)
@given(
    st.lists(records_of(RunRecord), max_size=3),
    st.lists(records_of(LayerRecord), max_size=4),
    st.lists(records_of(WindowRecord), max_size=4),
    st.lists(records_of(TraceRecord), max_size=3),
    st.lists(records_of(VectorRecord), max_size=4),
)
def test_journal_parquet_and_frames_hold_what_was_recorded(
    runs: list[RunRecord],
    layers: list[LayerRecord],
    windows: list[WindowRecord],
    traces: list[TraceRecord],
    vectors: list[VectorRecord],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        writer = SessionWriter(Path(folder), INFO)
        for run in runs:
            writer.add_run(run)
        for layer in layers:
            writer.add_layer(layer)
        for window in windows:
            writer.add_window(window)
        for trace in traces:
            writer.add_trace(trace)
        for vector in vectors:
            writer.add_vector(vector)
        recorded = writer.tables()
        assert read_session(Path(folder)) == without_malformed(recorded)
        writer.finish("passed")
        stored = read_session(Path(folder))
        assert stored == without_malformed(writer.tables())
        assert stored.vectors["output"].tolist() == [vector.output for vector in recorded.vector_records]


@given(st.lists(records_of(RunRecord), max_size=4))
def test_a_null_in_a_frame_is_a_none_in_a_record(runs: list[RunRecord]) -> None:
    made = frame(RunRecord, runs)
    for name in ("instructions", "latency_us", "oracle_equal", "accuracy_provenance"):
        values = [row(run)[name] for run in runs]
        assert [None if pd.isna(value) else value for value in made[name]] == values


def test_a_column_of_an_older_table_may_be_missing_where_the_field_has_a_default() -> None:
    older = row(run_record())
    del older["oracle_equal"], older["stack_bytes"], older["stack_bytes_provenance"]
    assert record(RunRecord, older) == run_record(stack_bytes=None, oracle_equal=None)
    without_output = row(vector_record(run_record(), 0))
    del without_output["output"]
    with pytest.raises(msgspec.ValidationError, match="output"):
        record(VectorRecord, without_output)
