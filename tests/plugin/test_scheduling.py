"""Which items pytest-xdist must not part."""

from __future__ import annotations

import pytest

from harness.plugin.scheduling import scope

BOARDS = ["mps2-an386-fast", "mps2-an386", "native"]


@pytest.mark.parametrize(
    ("node_id", "expected"),
    [
        ("suites/digits/suite.toml::int8[native]", "suites/digits/suite.toml on native"),
        ("suites/digits/suite.toml::int8[mps2-an386]", "suites/digits/suite.toml on mps2-an386"),
        ("suites/digits/suite.toml::int8[mps2-an386-fast-tflm]", "suites/digits/suite.toml on mps2-an386-fast"),
        ("test_own.py::TestIt::test_run[small-native-builtin-2]", "test_own.py on native"),
        ("test_own.py::test_run[a[0]-native]", "test_own.py on native"),
        ("test_own.py::test_other[alternative]", "test_own.py::test_other[alternative]"),
        ("test_own.py::test_plain", "test_own.py::test_plain"),
    ],
)
def test_items_of_a_file_on_a_board_belong_together_whatever_the_engine(node_id: str, expected: str) -> None:
    assert scope(node_id, BOARDS) == expected


def test_everything_on_an_attached_board_belongs_together() -> None:
    items = ["suites/digits/suite.toml::int8[native]", "test_own.py::test_run[native]"]
    assert {scope(item, BOARDS, alone=["native"]) for item in items} == {"native"}
