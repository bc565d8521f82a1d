"""suites.toml of a nightly run: what is accepted, and what each mistake is answered with."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.config import Exclusion, load_nightly
from harness.errors import ConfigError

GOOD = """
[nightly]
budget = "2h"
timeout = "90s"
target = "farm"
farm = "lab:20408"
store = "share"
fail_on = ["regression", "missing"]
boards_files = ["lab.toml"]
arguments = ["--vectors=20"]
[matrix]
boards = ["stm32l475", "mps2-an386"]
suites = ["suites/digits", "suites/words"]
engines = ["builtin", "tflm"]
[[exclude]]
board = "mps2-an386"
engine = "tflm"
"""
SUITE = '[suite]\ndescription = "d"\nvectors = "v.npz"\nmetric = "accuracy"\n[models.int8]\npath = "int8.tflite"\n'


def make_suite(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "suite.toml").write_text(SUITE)
    for name in ("v.npz", "int8.tflite"):
        (folder / name).touch()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    for name in ("digits", "words"):
        make_suite(tmp_path / "suites" / name)
    path = tmp_path / "suites.toml"
    path.write_text(GOOD)
    return path


def test_everything_is_read_and_paths_are_seen_from_the_file(file: Path) -> None:
    nightly = load_nightly(file)
    assert (nightly.budget_s, nightly.timeout_s) == (7200, 90)
    assert [suite.name for suite in nightly.suites] == ["digits", "words"]
    assert nightly.boards_files == (file.parent / "lab.toml",)
    assert nightly.store == str(file.parent / "share")
    assert nightly.exclude == (Exclusion(board="mps2-an386", engine="tflm"),)
    assert nightly.root == file.parent


def test_what_may_be_left_out_has_defaults(file: Path) -> None:
    file.write_text('[nightly]\nbudget = "1.5h"\n[matrix]\nboards = ["native"]\nsuites = ["suites/digits"]\n')
    nightly = load_nightly(file)
    assert (nightly.budget_s, nightly.timeout_s, nightly.target) == (5400, 3600, "auto")
    assert (nightly.engines, nightly.exclude, nightly.store, nightly.fail_on) == ((), (), None, ("regression",))


def test_a_url_stays_a_url(file: Path) -> None:
    file.write_text(GOOD.replace('"share"', '"s3://bucket/night"'))
    assert load_nightly(file).store == "s3://bucket/night"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('budget = "2h"', "", ["nightly", "budget", "add that key"]),
        ('budget = "2h"', 'budget = "2 hours"', ["nightly.budget", "2 hours", "20min"]),
        ('budget = "2h"', 'budget = "0h"', ["nightly.budget", "0h"]),
        ('budget = "2h"', "budget = 2", ["nightly.budget", "str"]),
        ('timeout = "90s"', 'timeout = "-1s"', ["nightly.timeout", "-1s"]),
        ('target = "farm"', 'target = "frm"', ["nightly.target", "frm", "farm"]),
        ('target = "farm"', "", ["nightly.farm", 'target is "auto"']),
        ('"missing"]', '"lost"]', ["nightly.fail_on", "lost"]),
        ("budget", "bugdet", ["nightly", "bugdet", "nearest: budget"]),
        ('boards = ["stm32l475", "mps2-an386"]', "boards = []", ["matrix.boards", "length >= 1"]),
        ('"mps2-an386"]\nsuites', '"stm32l475"]\nsuites', ["matrix.boards", "stm32l475", "twice"]),
        ('"suites/words"', '"suites/wards"', ["matrix.suites", "no suite.toml", "suites/wards"]),
        ('"suites/words"', '"suites/../suites/digits"', ["matrix.suites", "digits", "twice"]),
        ('"tflm"]', '"tfml"]', ["matrix.engines", "tfml"]),
        ('board = "mps2-an386"', 'bord = "mps2-an386"', ["exclude[0]", "bord", "nearest: board"]),
        ("[matrix]", "[matrx]", ["matrx"]),
    ],
)
def test_a_mistake_is_named_with_file_key_and_fix(file: Path, old: str, new: str, said: list[str]) -> None:
    assert old in GOOD
    file.write_text(GOOD.replace(old, new, 1))
    with pytest.raises(ConfigError) as caught:
        load_nightly(file)
    assert caught.value.fix
    for words in (str(file), *said):
        assert words in str(caught.value)


def test_a_suite_that_cannot_be_used_is_named_itself(file: Path) -> None:
    suite = file.parent / "suites" / "words" / "suite.toml"
    suite.write_text(SUITE.replace("int8.tflite", "gone.tflite"))
    with pytest.raises(ConfigError, match=f"{suite}: models.int8.path"):
        load_nightly(file)


@pytest.mark.parametrize(
    ("suite", "board", "matched"), [("digits", "native", True), ("digits", "stm32l475", False), ("x", "native", True)]
)
def test_an_exclusion_matches_what_it_names(suite: str, board: str, matched: bool) -> None:
    assert Exclusion(board="native").matches(suite, board, "builtin") is matched
