"""Columns made of buffers."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.report.arrow import arrow_column

VALUES: dict[pa.DataType, st.SearchStrategy[Any]] = {
    pa.int64(): st.integers(-(2**63), 2**63 - 1),
    pa.float64(): st.floats(allow_nan=False),
    pa.bool_(): st.booleans(),
    pa.string(): st.text(),
    pa.binary(): st.binary(),
    pa.list_(pa.float64()): st.lists(st.floats(allow_nan=False)),
}
COLUMNS = st.sampled_from(list(VALUES)).flatmap(
    lambda kind: st.tuples(st.just(kind), st.lists(st.none() | VALUES[kind]))
)


@given(COLUMNS)
def test_a_column_is_the_one_that_pyarrow_makes(column: tuple[pa.DataType, list[Any]]) -> None:
    kind, values = column
    made = arrow_column(values, kind)
    made.validate(full=True)
    assert made.equals(pa.array(values, kind))
    assert made.null_count == values.count(None)


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(OverflowError):
        arrow_column([2**63], pa.int64())


def test_writing_a_session_does_not_load_pandas(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from harness.report import SessionWriter\n"
        "from support.session_records import INFO, run_record\n"
        "writer = SessionWriter(Path(sys.argv[1]), INFO); writer.add_run(run_record()); writer.finish('passed')\n"
        "print('pandas' in sys.modules)"
    )
    paths = {"PYTHONPATH": ":".join(sys.path)}
    told = subprocess.run(
        [sys.executable, "-c", script, tmp_path], env=paths, capture_output=True, text=True, check=True
    )
    assert told.stdout == "False\n"
