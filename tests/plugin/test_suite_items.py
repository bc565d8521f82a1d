"""suite.toml files as items, run for real on the native target."""

from __future__ import annotations

import json
import re
import shutil
import signal
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from support.files import edit


def test_items_are_named_by_variant_and_board(pytester: pytest.Pytester, digits: Path) -> None:
    result = pytester.runpytest_subprocess("--collect-only", "-q", "--board=stm32l475,native", "suites")
    result.stdout.fnmatch_lines(
        [
            f"suites/digits/suite.toml::{variant}[[]{board}[]]"
            for board in ("stm32l475", "native")
            for variant in ("float32", "int8")
        ]
    )


def test_a_run_prints_the_comparison_and_writes_a_session(pytester: pytest.Pytester, digits: Path) -> None:
    result = pytester.runpytest_subprocess("--board=native", "--vectors=5", "suites")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["*float32*int8*", "*accuracy*", "*arena*", "*model*"])
    (session,) = (pytester.path / "reports").iterdir()
    assert (session / "summary.md").read_text()
    runs = pq.read_table(session / "runs.parquet").to_pylist()
    assert [(run["variant"], run["outcome"], run["vectors"]) for run in runs] == [
        ("float32", "passed", 5),
        ("int8", "passed", 5),
    ]
    assert pq.read_table(session / "vectors.parquet").num_rows == 10
    assert runs[0]["latency_us_provenance"] == "host"
    assert runs[0]["instructions"] is None


def test_a_missed_bar_fails_the_item_and_says_by_how_much(pytester: pytest.Pytester, digits: Path) -> None:
    suite = digits / "suite.toml"
    suite.write_text(re.sub(r"(?m)^min_accuracy = .*$", "min_accuracy = 1.0", suite.read_text()))
    result = pytester.runpytest_subprocess("--board=native", "suites", "-k", "float32")
    result.assert_outcomes(failed=1, deselected=1)
    result.stdout.fnmatch_lines(["accuracy * is below min_accuracy 100.00% of suite.toml"])
    assert result.ret == pytest.ExitCode.TESTS_FAILED


def test_a_wrong_model_fails_its_item_and_the_next_one_runs(pytester: pytest.Pytester, digits: Path) -> None:
    model = digits / "digits_float32.tflite"
    model.write_bytes(model.read_bytes()[:5000])
    result = pytester.runpytest_subprocess("--board=native", "--vectors=2", "suites")
    result.assert_outcomes(failed=1, passed=1)
    result.stdout.fnmatch_lines(["*digits_float32.tflite: byte *"])
    result.stdout.no_fnmatch_line("*Traceback*")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--board=stm32l457"], "unknown board 'stm32l457'*"),
        (["--board=native", "--engine=bultin"], "unknown engine 'bultin'*"),
        (["--board=native", "--target=emulated"], "*native*"),
        (["--board=native", "--suite=digit"], "unknown suite 'digit'*"),
        (["--board=native", "--boards-file=gone.toml"], "*gone.toml: no such file*"),
        (["--board=native,stm32l475", "--sanitize"], "stm32l475 has no sanitizers*"),
        (["--board=native", "--vectors=0"], "*--vectors: '0' is not a whole number from 1 on*"),
        (["--engine=bultin"], "unknown engine 'bultin'*"),
        (["-o", "harness_board=stm32l457"], "unknown board 'stm32l457'*"),
        (["--board=native", "-n", "1", "--dist=worksteal"], "--dist=worksteal would part the variants of a suite*"),
        (["--board=native", "-n", "1", "--suite=digit"], "unknown suite 'digit'*"),
        (["--board=native", "-n", "1", "--reports-dir=/dev/null/x"], "/dev/null/x: cannot be written*"),
    ],
)
def test_a_wrong_option_ends_the_run_with_one_clear_message(
    pytester: pytest.Pytester, digits: Path, arguments: list[str], said: str
) -> None:
    result = pytester.runpytest_subprocess(*arguments, "suites")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*{said}"])
    result.stderr.no_fnmatch_line("*Traceback*")


def test_a_malformed_suite_is_a_collection_error_that_names_the_key(pytester: pytest.Pytester, digits: Path) -> None:
    edit(digits / "suite.toml", "metric =", "metrics =")
    result = pytester.runpytest_subprocess("--board=native", "suites")
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(["*suite.toml: suite: *metrics*", "*fix: *metric*"])
    result.stdout.no_fnmatch_line("*Traceback*")


def test_suite_option_picks_by_name(pytester: pytest.Pytester, digits: Path) -> None:
    digits.rename(digits.with_name("numbers"))
    result = pytester.runpytest_subprocess("--collect-only", "-q", "--board=native", "--suite=numbers", "suites")
    result.stdout.fnmatch_lines(["suites/numbers/suite.toml::int8[[]native[]]"])


def test_another_tools_suite_file_is_left_alone(pytester: pytest.Pytester) -> None:
    (pytester.path / "suite.toml").write_text("[tool]\nname = 'other'\n")
    pytester.makepyfile("def test_nothing(): pass")
    pytester.runpytest_subprocess().assert_outcomes(passed=1)


def test_suites_of_one_name_stay_apart(pytester: pytest.Pytester, digits: Path) -> None:
    shutil.copytree(digits, pytester.path / "more" / "digits")
    result = pytester.runpytest_subprocess("--board=native", "--vectors=2", "suites", "more")
    result.assert_outcomes(passed=4)
    (session,) = (pytester.path / "reports").iterdir()
    titles = {run["suite"] for run in pq.read_table(session / "runs.parquet").to_pylist()}
    assert titles == {"digits", "more/digits"}


def test_a_bar_that_cannot_be_judged_is_said(pytester: pytest.Pytester, digits: Path) -> None:
    result = pytester.runpytest_subprocess("--board=native", "suites", "-k", "int8")
    result.assert_outcomes(passed=1, deselected=1)
    result.stdout.fnmatch_lines(["*max_drop not judged: float32 did not run*"])
    fewer = pytester.runpytest_subprocess("--board=native", "--vectors=3", "suites", "-k", "int8")
    fewer.stdout.fnmatch_lines(["*bars not judged: 3 of 397 vectors*"])


CRAMPED = """
[boards.cramped]
description = "This computer, with less memory"
mcu = "host"
core = "host"
[boards.cramped.firmware]
support = "native"
arena = { bytes = 0x2000 }
model_slot = { bytes = 0x100000 }
stack_bytes = 0x40000
[boards.cramped.targets.native]
"""


def test_a_model_that_does_not_fit_is_skipped_and_recorded(pytester: pytest.Pytester, digits: Path) -> None:
    (pytester.path / "boards.toml").write_text(CRAMPED)
    result = pytester.runpytest_subprocess("--board=cramped", "--vectors=2", "suites", "-rs")
    result.assert_outcomes(passed=1, skipped=1)
    result.stdout.fnmatch_lines(["SKIPPED*digits float32 does not fit cramped: arena: needs at least *"])
    result.stdout.fnmatch_lines(["float32: no fit: arena: needs at least *"])
    (session,) = (pytester.path / "reports").iterdir()
    outcomes = {run["variant"]: run["outcome"] for run in pq.read_table(session / "runs.parquet").to_pylist()}
    assert outcomes == {"float32": "no fit", "int8": "passed"}
    assert json.loads((session / "session.json").read_text())["outcome"] == "passed"


def test_a_model_that_must_fit_fails_where_it_does_not(pytester: pytest.Pytester, digits: Path) -> None:
    (pytester.path / "boards.toml").write_text(CRAMPED)
    edit(digits / "suite.toml", "[models.float32]", '[models.float32]\nmust_fit = ["cramped"]')
    result = pytester.runpytest_subprocess("--board=cramped", "--vectors=2", "suites")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["digits_float32.tflite does not fit cramped with builtin: arena: *", "*fix: *"])


def test_an_unknown_board_that_must_fit_is_a_collection_error(pytester: pytest.Pytester, digits: Path) -> None:
    edit(digits / "suite.toml", "[models.float32]", '[models.float32]\nmust_fit = ["stm32l457"]')
    result = pytester.runpytest_subprocess("--board=native", "suites")
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(["*models.float32.must_fit: unknown board 'stm32l457'", "*nearest: stm32l475*"])


BREAKS = {"a device that dies": "signal.SIGKILL", "a device that hangs": "signal.SIGSTOP"}


@pytest.mark.parametrize("number", BREAKS.values(), ids=BREAKS)
def test_a_lost_device_fails_its_item_and_the_next_one_runs(
    pytester: pytest.Pytester, digits: Path, number: str
) -> None:
    pytester.makeconftest(
        f"""
        import os, signal
        from harness.report import SessionWriter
        from pathlib import Path

        add_vector = SessionWriter.add_vector

        def add_and_break(self, record):
            add_vector(self, record)
            if (record.variant, record.vector) == ("float32", 20):
                children = Path(f"/proc/self/task/{{os.getpid()}}/children").read_text().split()
                os.kill(int(children[-1]), {number})

        SessionWriter.add_vector = add_and_break
        """
    )
    result = pytester.runpytest_subprocess("--board=native", "suites")
    result.assert_outcomes(failed=1, passed=1)
    result.stdout.no_fnmatch_line("*Traceback*")
    (session,) = (pytester.path / "reports").iterdir()
    float32, int8 = pq.read_table(session / "runs.parquet").to_pylist()
    assert (float32["outcome"], int8["outcome"]) == ("error", "passed")
    assert 21 <= float32["vectors"] < 397


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_and_sigterm_keep_the_rows_and_say_so(
    pytester: pytest.Pytester, digits: Path, number: signal.Signals
) -> None:
    pytester.makeconftest(
        f"""
        import signal
        from harness.report import SessionWriter

        add_vector = SessionWriter.add_vector

        def add_and_interrupt(self, record):
            add_vector(self, record)
            if record.vector == 20:
                signal.raise_signal({int(number)})

        SessionWriter.add_vector = add_and_interrupt
        """
    )
    result = pytester.runpytest_subprocess("--board=native", "suites")
    assert result.ret == pytest.ExitCode.INTERRUPTED
    (session,) = (pytester.path / "reports").iterdir()
    assert json.loads((session / "session.json").read_text())["outcome"] == "interrupted"
    (run,) = pq.read_table(session / "runs.parquet").to_pylist()
    assert (run["outcome"], run["vectors"]) == ("interrupted", 20)
    assert pq.read_table(session / "vectors.parquet").num_rows == 21


def test_a_variant_for_other_engines_is_skipped(pytester: pytest.Pytester, digits: Path) -> None:
    suite = digits / "suite.toml"
    suite.write_text(suite.read_text().replace("[models.int8]", '[models.int8]\nengines = ["tflm", "tflm-ref"]'))
    result = pytester.runpytest("-rs", "--board=native", "--engine=builtin", "--vectors=1")
    result.assert_outcomes(passed=1, skipped=1)
    result.stdout.fnmatch_lines("*SKIPPED*digits int8 is for tflm, tflm-ref")
