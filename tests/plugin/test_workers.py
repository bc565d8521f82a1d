"""Runs spread over processes by pytest-xdist: one session, as if one process had written it."""

from __future__ import annotations

import json
import re
import shutil
from collections import defaultdict
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from harness.report import read_session

SETUPS = [(variant, board) for board in ("native", "stm32l475") for variant in ("float32", "int8")]


def test_two_boards_side_by_side_make_one_session(pytester: pytest.Pytester, digits: Path) -> None:
    shutil.copytree(digits, pytester.path / "more" / "digits")
    result = pytester.runpytest_subprocess("--board=native,stm32l475", "-n2", "-v", "--vectors=2", "suites", "more")
    result.assert_outcomes(passed=8)
    ran = re.findall(r"\[(gw\d)\].* PASSED (\S+)::(\w+)\[(\S+)\]", result.stdout.str())
    together: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for worker, file, variant, board in ran:
        together[file, board].append((variant, worker))
    for items in together.values():
        (_, worker), _ = items
        assert items == [("float32", worker), ("int8", worker)]
    assert {worker for worker, *_ in ran} == {"gw0", "gw1"}
    result.stdout.fnmatch_lines(["digits on native *", "digits on stm32l475 *", "more/digits on native *"])
    (session,) = (pytester.path / "reports").iterdir()
    assert not list(session.glob("journal*"))
    tables = read_session(session)
    runs = [(run.suite, run.variant, run.board) for run in tables.run_records]
    assert runs == [(suite, *setup) for suite in ("digits", "more/digits") for setup in SETUPS]
    assert len(tables.vector_records) == 16
    assert tables.info.outcome == "passed"
    assert "-n2" in tables.info.command


def test_a_killed_worker_keeps_its_rows_and_the_session_says_where_it_stopped(
    pytester: pytest.Pytester, digits: Path
) -> None:
    pytester.makeconftest(
        """
        import os, signal
        from harness.report import JournalWriter

        add_vector = JournalWriter.add_vector

        def add_and_die(self, record):
            add_vector(self, record)
            if (record.variant, record.vector) == ("int8", 20):
                os.kill(os.getpid(), signal.SIGKILL)

        JournalWriter.add_vector = add_and_die
        """
    )
    result = pytester.runpytest_subprocess("--board=native", "-n1", "--max-worker-restart=0", "suites")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(
        [
            "worker 'gw0' crashed while running '*int8[[]native[]]'",
            "outcome *passed *stopped*",
            "digits int8 on native with builtin: incomplete: stopped after 21 of 397 vectors",
        ]
    )
    (session,) = (pytester.path / "reports").iterdir()
    assert json.loads((session / "session.json").read_text())["outcome"] == "failed"
    assert pq.read_table(session / "vectors.parquet").num_rows == 397 + 21


def test_workers_that_record_nothing_leave_no_session(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_nothing(): pass")
    pytester.runpytest_subprocess("--board=native", "-n1").assert_outcomes(passed=1)
    assert not list((pytester.path / "reports").iterdir())


def test_shards_in_workers_give_the_rows_of_one_target(pytester: pytest.Pytester, digits: Path) -> None:
    sessions = []
    for name, options in {"alone": [], "sharded": ["-n2", "--shard-vectors=2"]}.items():
        reports = pytester.path / name
        done = pytester.runpytest_subprocess(
            "--board=native", "--vectors=50", f"--reports-dir={reports}", *options, "suites"
        )
        done.assert_outcomes(passed=2)
        (folder,) = reports.iterdir()
        sessions.append(read_session(folder))
    alone, sharded = sessions
    assert sharded.vector_records == alone.vector_records
    assert [run.accuracy for run in sharded.run_records] == [run.accuracy for run in alone.run_records]
