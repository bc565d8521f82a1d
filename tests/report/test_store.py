"""Session folders: what is written comes back, also from a session that was cut off."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from pyarrow import parquet
from support.session_records import (
    INFO,
    int8_run,
    layer_records,
    run_record,
    trace_record,
    vector_record,
    window_record,
)

from harness.errors import ReportError
from harness.measure.records import LayerRecord, RunRecord, TraceRecord, VectorRecord, WindowRecord
from harness.report import SessionWriter, create_session, read_session, session_part
from harness.report import journal as journal_module
from harness.report.compare import session_lines
from harness.report.schema import TABLES, columns

RUN = run_record(vectors_total=5, vectors=5)


@pytest.fixture
def writer(tmp_path: Path) -> SessionWriter:
    return create_session(tmp_path / "reports", root=tmp_path, command=["pytest", "--board=x"], tools={"qemu": "10.0"})


def fill(writer: SessionWriter, vectors: int = 5) -> None:
    """Record a run as it goes: that it runs, its windows, layers and vectors, not yet how it ended."""
    writer.add_run(run_record(vectors_total=5, vectors=0, outcome="running"))
    for window in range(3):
        writer.add_window(window_record(RUN, window))
    writer.add_trace(trace_record(RUN))
    for layer in layer_records(RUN):
        writer.add_layer(layer)
    for vector in range(vectors):
        writer.add_vector(vector_record(RUN, vector))


def test_a_finished_session_is_tables_metadata_and_a_summary(writer: SessionWriter) -> None:
    fill(writer)
    writer.add_run(RUN)
    writer.finish("passed")
    files = {file.name for file in writer.path.iterdir()}
    assert files == {"session.json", *(f"{table}.parquet" for table in TABLES), "summary.md"}
    tables = read_session(writer.path)
    assert tables == writer.tables()
    assert tables.run_records == (RUN,)
    assert tables.info.outcome == "passed"
    assert tables.info.ended is not None and tables.info.ended > tables.info.started
    assert tables.info.tools["qemu"] == "10.0"
    assert tables.info.id == writer.path.name
    assert "| model bytes | 150,320 | static |" in (writer.path / "summary.md").read_text()


def test_frames_have_the_records_columns_and_nullable_types(writer: SessionWriter) -> None:
    fill(writer)
    writer.add_run(RUN)
    tables = writer.tables()
    for frame, kind in (
        (tables.runs, RunRecord),
        (tables.layers, LayerRecord),
        (tables.windows, WindowRecord),
        (tables.traces, TraceRecord),
        (tables.vectors, VectorRecord),
    ):
        assert list(frame.columns) == list(columns(kind))
    assert tables.runs["instructions"].dtype == "Int64"
    assert tables.runs["latency_us"].dtype == "float64"
    assert tables.runs["instructions"].tolist() == [7_201_334]
    assert tables.runs["instructions_provenance"].tolist() == ["emulated"]
    assert tables.layers["latency_us"].isna().all()
    assert list(tables.traces["power_uw"][0]) == [6600.0, 39_600.0, 36_300.0, 6600.0]
    assert tables.vectors["correct"].dtype == "boolean"
    assert tables.vectors["output"].tolist()[4] == b"\x04\x00\xff"


def test_a_session_without_a_record_reads_back_empty(writer: SessionWriter) -> None:
    writer.finish("interrupted")
    tables = read_session(writer.path)
    assert [len(getattr(tables, name)) for name in TABLES] == [0] * len(TABLES)


def test_a_cut_off_session_keeps_its_rows_and_says_where_it_stopped(writer: SessionWriter) -> None:
    fill(writer, vectors=3)
    tables = read_session(writer.path)
    assert tables == writer.tables()
    assert list(tables.stops.values()) == ["incomplete: stopped after 3 of 5 vectors"]
    assert [str(key) for key in tables.stops] == ["digits float32 on stm32l475 with builtin"]


def test_an_answered_but_unfinished_run_is_incomplete_a_finished_one_is_not(writer: SessionWriter) -> None:
    fill(writer, vectors=5)
    assert list(writer.tables().stops.values()) == ["incomplete: stopped after 5 of 5 vectors"]
    writer.add_run(RUN)
    assert writer.tables().stops == {}


def test_vectors_of_a_run_that_was_never_announced_are_not_lost(writer: SessionWriter) -> None:
    writer.add_vector(vector_record(RUN, 0))
    tables = read_session(writer.path)
    assert len(tables.vectors) == 1
    assert list(tables.stops.values()) == ["incomplete: stopped after 1 vector"]


def test_a_run_that_starts_again_replaces_its_rows_and_no_others(writer: SessionWriter) -> None:
    other = int8_run()
    writer.add_vector(vector_record(other, 7))
    fill(writer, vectors=5)
    fill(writer, vectors=1)
    for tables in (writer.tables(), read_session(writer.path)):
        assert [(vector.variant, vector.vector) for vector in tables.vector_records] == [("int8", 7), ("float32", 0)]
        assert len(tables.run_records) == 1


def test_parts_of_other_processes_are_one_session_in_the_order_of_their_positions(writer: SessionWriter) -> None:
    assert writer.is_empty()
    for position, variant in ((10, "int16x8"), (9, "int8"), (8, "float32")):
        with session_part(writer.path, position) as part:
            part.add_run(run_record(variant=variant, outcome="running"))
            part.add_vector(vector_record(run_record(variant=variant), 0))
    with session_part(writer.path, 9) as part:  # another process repeats what the first one did not end
        part.add_run(int8_run())
    assert not writer.is_empty()
    unfinished = read_session(writer.path)
    writer.finish("failed")
    for tables in (unfinished, writer.tables(), read_session(writer.path)):
        assert [run.variant for run in tables.run_records] == ["float32", "int8", "int16x8"]
        assert [run.outcome for run in tables.run_records] == ["running", "passed", "running"]
        assert len(tables.vector_records) == 3
    assert not list(writer.path.glob("journal*"))


def test_a_discarded_session_leaves_nothing(writer: SessionWriter) -> None:
    writer.discard()
    assert not list(writer.path.parent.iterdir())


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_a_last_line_that_was_cut_is_dropped(writer: SessionWriter, cut: int) -> None:
    fill(writer, vectors=3)
    journal = writer.path / "journal.jsonl"
    journal.write_bytes(journal.read_bytes()[:-cut])
    assert [vector.vector for vector in read_session(writer.path).vector_records] == [0, 1]


def test_damage_in_the_middle_names_file_and_line(writer: SessionWriter) -> None:
    fill(writer, vectors=1)
    journal = writer.path / "journal.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join([lines[0], b"\xff\x00garbage\n", *lines[2:]]))
    with pytest.raises(ReportError, match=r"journal\.jsonl: line 2 is damaged"):
        read_session(writer.path)


KILLED = """
import sys
from pathlib import Path
from harness.report import create_session
from support.session_records import run_record, vector_record

writer = create_session(Path(sys.argv[1]), root=Path(sys.argv[1]), command=["killed"])
writer.add_run(run_record(outcome="running"))
for vector in range(123):
    writer.add_vector(vector_record(run_record(), vector))
print("ready", flush=True)
sys.stdin.read()
"""


def test_a_killed_process_loses_no_row(tmp_path: Path, start_python: Callable[..., subprocess.Popen[str]]) -> None:
    process = start_python(KILLED, tmp_path)
    assert process.stdout is not None and process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGKILL)
    process.wait()
    (folder,) = tmp_path.iterdir()
    tables = read_session(folder)
    assert tables.info.outcome == "running"
    assert session_lines(tables)[0].endswith(": not finished")
    assert list(tables.stops.values()) == ["incomplete: stopped after 123 of 397 vectors"]


PARALLEL = """
import sys
from pathlib import Path
from harness.report import create_session

sys.stdin.readline()
for _ in range(10):
    create_session(Path(sys.argv[1]), root=Path(sys.argv[1]), command=["parallel"])
"""


def test_sessions_of_one_second_get_folders_of_their_own(
    tmp_path: Path, start_python: Callable[..., subprocess.Popen[str]]
) -> None:
    processes = [start_python(PARALLEL, tmp_path) for _ in range(2)]
    for process in processes:
        process.communicate("go\n")
        assert process.returncode == 0
    folders = list(tmp_path.iterdir())
    assert len(folders) == 20
    assert {read_session(folder).info.id for folder in folders} == {folder.name for folder in folders}


def test_journaling_costs_far_less_than_a_run(writer: SessionWriter) -> None:
    records = [vector_record(RUN, vector) for vector in range(800)]
    began = time.process_time()
    for record in records:
        writer.add_vector(record)
    assert time.process_time() - began < 0.2


class SmallDisk:
    """A file that takes `room` bytes, then none."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("xb", buffering=0)
        self.room = 1_000

    def write(self, data: bytes) -> int:
        if self.room == 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        taken = data[: self.room]
        self.room -= len(taken)
        return self._file.write(taken)

    def truncate(self, size: int) -> None:
        self._file.truncate(size)

    def seek(self, position: int) -> None:
        self._file.seek(position)


def test_a_full_disk_names_the_folder_and_keeps_what_was_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = SmallDisk(tmp_path / "journal.jsonl")
    monkeypatch.setattr(journal_module, "open_for_append", lambda path: disk)
    writer = SessionWriter(tmp_path, INFO)
    written = 0
    with pytest.raises(ReportError, match=r": cannot be written: No space left on device\n  fix: make room"):
        for vector in range(100):
            writer.add_vector(vector_record(RUN, vector))
            written += 1
    assert 0 < written < 100
    assert len(read_session(tmp_path).vector_records) == len(writer.tables().vector_records) == written
    disk.room = 1_000
    writer.add_vector(vector_record(RUN, 100))
    assert len(read_session(tmp_path).vector_records) == written + 1


def test_a_folder_that_cannot_be_made_is_an_error_with_a_fix(tmp_path: Path) -> None:
    (tmp_path / "reports").write_text("a file")
    with pytest.raises(ReportError, match=r"reports: cannot be written: .*\n  fix: .*--reports-dir"):
        create_session(tmp_path / "reports", root=tmp_path, command=[])


def test_a_finish_that_fails_keeps_the_journal(writer: SessionWriter) -> None:
    fill(writer)
    (writer.path / "layers.parquet").mkdir()
    (writer.path / "layers.parquet" / "in_the_way").touch()
    with pytest.raises(ReportError, match="cannot be written"):
        writer.finish("passed")
    assert not list(writer.path.glob("*.part"))
    assert len(read_session(writer.path).vectors) == 5


def test_another_schema_version_is_refused(writer: SessionWriter) -> None:
    file = writer.path / "session.json"
    file.write_bytes(msgspec.json.encode({"schema_version": 999, "of": "the future"}))
    with pytest.raises(ReportError, match=r"session\.json: schema version 999, this harness reads 2 to 5"):
        read_session(writer.path)


NEW_IN_4 = (
    "inferences_per",
    "latency_us_spread",
    "clock_off",
    "energy_incomplete",
    "idle_",
    "meter",
    "supply_v",
    "energy_by",
)
NEW_IN_3 = ("cycles", "flash_reads", "ram_accesses", "energy_", "missing_bytes")
NEW_SINCE = {2: (*NEW_IN_3, *NEW_IN_4), 3: NEW_IN_4, 4: ()}
NO_TABLE_IN = {2: ("windows", "traces"), 3: ("windows", "traces"), 4: ("traces",)}


@pytest.mark.parametrize("version", NEW_SINCE)
def test_a_session_of_a_schema_before_is_read(writer: SessionWriter, version: int) -> None:
    fill(writer)
    writer.finish("passed")
    info = msgspec.json.decode((writer.path / "session.json").read_bytes()) | {"schema_version": version}
    for board in info["boards"].values():
        del board["limits"], board["core"]
    (writer.path / "session.json").write_bytes(msgspec.json.encode(info))
    for name in NO_TABLE_IN[version]:
        (writer.path / f"{name}.parquet").unlink()
    for name in ("runs", "layers"):
        file = writer.path / f"{name}.parquet"
        table = parquet.read_table(file)
        new = [name for name in table.column_names if name.startswith(NEW_SINCE[version])]
        parquet.write_table(table.drop_columns(new), file)
    old = read_session(writer.path)
    assert (old.run_records, old.layer_records) == (writer.tables().run_records, writer.tables().layer_records)
    assert old.trace_records == ()
    assert old.window_records == (writer.tables().window_records if version >= 4 else ())


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b"{}", b'{"schema_version": 4}'])
def test_damaged_metadata_names_the_file(writer: SessionWriter, content: bytes) -> None:
    (writer.path / "session.json").write_bytes(content)
    with pytest.raises(ReportError, match=r"session\.json: .+\n  fix: restore"):
        read_session(writer.path)


@pytest.mark.parametrize("table", TABLES)
def test_a_damaged_or_missing_table_names_the_file(writer: SessionWriter, table: str) -> None:
    fill(writer)
    writer.finish("passed")
    file = writer.path / f"{table}.parquet"
    file.write_bytes(b"no parquet")
    with pytest.raises(ReportError, match=rf"{table}\.parquet"):
        read_session(writer.path)
    file.unlink()
    with pytest.raises(ReportError, match=rf"{table}\.parquet"):
        read_session(writer.path)
