"""The cells of a night, and what changes of which one."""

from __future__ import annotations

import re

import pytest
from msgspec.structs import replace

from harness.config import Exclusion, Nightly
from harness.errors import ConfigError
from harness.nightly.matrix import read_matrix
from harness.nightly.plan import Cell

from .conftest import DIGITS, WORDS


def test_every_suite_on_every_board_with_every_engine(nightly: Nightly) -> None:
    wide = replace(nightly, boards=("native", "stm32l475"), target="auto")
    assert set(read_matrix(wide)) == {DIGITS, WORDS, *(cell._replace(board="stm32l475") for cell in (DIGITS, WORDS))}


def test_without_engines_each_board_has_its_own(nightly: Nightly) -> None:
    assert {cell.engine for cell in read_matrix(replace(nightly, engines=()))} <= {"builtin", "tflm"}


def test_what_is_excluded_is_no_cell(nightly: Nightly) -> None:
    assert set(read_matrix(replace(nightly, exclude=(Exclusion(suite="words"),)))) == {DIGITS}


def changed_parts(nightly: Nightly, before: Nightly, cell: Cell) -> set[str]:
    new, old = read_matrix(nightly)[cell], read_matrix(before)[cell]
    return {part for part in new if new[part] != old[part]}


def test_a_changed_model_changes_its_suite_alone(nightly: Nightly) -> None:
    before = read_matrix(nightly)
    (nightly.root / "suites" / "digits" / "int8.tflite").write_text("another model")
    after = read_matrix(nightly)
    assert after[WORDS] == before[WORDS]
    assert {part for part in after[DIGITS] if after[DIGITS][part] != before[DIGITS][part]} == {"suite"}


def test_other_arguments_change_how_a_cell_runs(nightly: Nightly) -> None:
    assert changed_parts(replace(nightly, arguments=("--vectors=3",)), nightly, DIGITS) == {"settings"}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"boards": ("nativ",)}, "matrix.boards: unknown board 'nativ'"),
        ({"boards": ("native",), "target": "emulated"}, "nightly.target: board native has no target 'emulated'"),
        ({"exclude": (Exclusion(board="stm32l475"),)}, "exclude[0]: it excludes no cell"),
        ({"exclude": (Exclusion(),)}, "exclude: no cell is left"),
    ],
)
def test_a_mistake_is_named_with_file_and_fix(nightly: Nightly, changes: dict[str, object], said: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(f"{nightly.path}: {said}")) as caught:
        read_matrix(replace(nightly, **changes))
    assert caught.value.fix
