"""A cell's process: its exit code, its session, and that it ends, whatever it does."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from harness.config import Nightly
from harness.nightly import child
from harness.nightly.child import command, last_words, run_cell

from .conftest import DIGITS

STUBBORN = "import os, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN)"
WAIT = "print(os.getpid(), flush=True); time.sleep(600)"


def run(nightly: Nightly, folder: Path) -> int | None:
    return run_cell(nightly, DIGITS, folder / "scratch", folder / "log")


def is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


@pytest.mark.parametrize("code", [0, 1, 5])
def test_the_exit_code_is_pytest_s(
    nightly: Nightly, tmp_path: Path, play_code: Callable[[str], None], code: int
) -> None:
    play_code(f"print('said'); sys.exit({code})")
    assert run(nightly, tmp_path) == code
    assert (tmp_path / "log").read_text() == "said\n"


@pytest.fixture
def impatient(nightly: Nightly, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Nightly:
    """One whose cells hang as soon as they have said a line, however long that takes."""
    real = child.start_group

    def start(*arguments: Any, **options: Any) -> subprocess.Popen[bytes]:
        process = real(*arguments, **options)
        wait_for_line(tmp_path / "log")
        return process

    monkeypatch.setattr(child, "start_group", start)
    return replace(nightly, timeout_s=0.01)


def wait_for_line(log: Path) -> None:
    while not (log.exists() and log.read_text().endswith("\n")):
        time.sleep(0.01)


def test_one_that_hangs_is_ended(impatient: Nightly, tmp_path: Path, play_code: Callable[[str], None]) -> None:
    play_code(f"import os, time; {WAIT}")
    assert run(impatient, tmp_path) is None
    assert is_gone(int((tmp_path / "log").read_text()))


def test_one_that_ignores_its_end_is_ended_by_force(
    impatient: Nightly, tmp_path: Path, play_code: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child, "GRACE_S", 0.5)
    play_code(f"{STUBBORN}; {WAIT}")
    assert run(impatient, tmp_path) is None
    assert is_gone(int((tmp_path / "log").read_text()))


def test_ctrl_c_ends_it_as_ctrl_c_would(nightly: Nightly, tmp_path: Path, play_code: Callable[[str], None]) -> None:
    play_code(f"import os, signal, time; signal.signal(signal.SIGTERM, lambda *_: sys.exit('tidied up')); {WAIT}")
    log = tmp_path / "log"

    def interrupt() -> None:
        wait_for_line(log)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt, daemon=True).start()
    with pytest.raises(KeyboardInterrupt):
        run(nightly, tmp_path)
    pid, words = log.read_text().split("\n", 1)
    assert words == "tidied up\n"
    assert is_gone(int(pid))


def test_the_command_names_board_engine_target_and_suite(nightly: Nightly, tmp_path: Path) -> None:
    farmed = replace(nightly, target="farm", farm="lab:1", boards_files=(tmp_path / "b.toml",), arguments=("-x",))
    words = command(farmed, DIGITS, tmp_path / "out")
    assert words[1:3] == ["-m", "pytest"]
    assert {"--board=native", "--engine=builtin", "--target=farm", "--farm=lab:1", "-x"} < set(words)
    assert {f"--rootdir={tmp_path}", f"--reports-dir={tmp_path}/out", f"--boards-file={tmp_path}/b.toml"} < set(words)
    assert words[-1] == str(tmp_path / "suites" / "digits" / "suite.toml")


@pytest.mark.parametrize(
    ("text", "words"), [("a\n=== 1 failed ===\n\n", "1 failed"), ("", ""), ("\n=====\n", ""), ("\u00b5", "\u00b5")]
)
def test_the_last_words_of_a_log(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "log").write_text(text)
    assert last_words(tmp_path / "log") == words
    assert last_words(tmp_path / "none") == ""
