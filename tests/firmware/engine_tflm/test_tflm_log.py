"""What the library says becomes the text of an error: whole, without a heap, and never longer than its place."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from support.native_cpp import run_compiler

from harness.paths import firmware_dir

SOURCES = [Path(__file__).with_name("log_lines.cpp"), firmware_dir() / "lib" / "engine_tflm" / "log.cpp"]
TEXT_BYTES = 96
LONG_WORD = "0123456789" * 7


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("log")
    run_compiler(folder, [*SOURCES, "-Wno-format-security", "-o", folder / "lines"], ["engine_tflm"])
    return subprocess.run([folder / "lines"], capture_output=True, text=True, check=True).stdout.splitlines()


def test_texts(lines: list[str]) -> None:
    assert lines == [
        "the library gave up without saying why|-1",
        "nothing to fill in|-1",
        "Input type INT64 (-4) not supported.|-1",
        "Requested: 4000000000, available 12, missing: 7|-1",
        "100% of x and -2147483648|-1",
        "0xbeef -5 -9223372036854775808 5|-1",
        "scale 2 and -1000000|-1",
        "1000000000000000000, -1000000000000000000, 1000000000000000000, nan|-1",
        "no string: ?|-1",
        "ends in |-1",
        "Node CONV_2D (number 12f) failed to prepare with status 1|12",
        (LONG_WORD + LONG_WORD)[: TEXT_BYTES - 1] + "|-1",
        "the cause|3",
    ]
