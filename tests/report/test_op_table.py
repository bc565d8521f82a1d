"""The document of every engine's ops."""

from __future__ import annotations

from pathlib import Path

from harness.report.op_table import op_table

COMMITTED = Path(__file__).parents[2] / "docs" / "ops.md"


def cells(op: str) -> list[str]:
    (line,) = [line for line in op_table().splitlines() if line.startswith(f"| {op} |")]
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_the_committed_document_is_current() -> None:
    assert COMMITTED.read_text(encoding="utf-8") == op_table(), "harness ops > docs/ops.md"


def test_a_column_for_each_engine() -> None:
    assert cells("op") == ["op", "builtin", "tflm"]
    assert "float32" in cells("CONV_2D")[1]
    assert "float32" in cells("CONV_2D")[2]


def test_types_with_dsp_kernels_say_so() -> None:
    assert "int8 **DSP**" in cells("FULLY_CONNECTED")[1]
    assert "DSP" not in cells("SVDF")[1]


def test_an_op_that_an_engine_lacks() -> None:
    assert cells("LOG")[1] == ""
