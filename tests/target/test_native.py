"""The native target: what can be wrong before a firmware runs is explained."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.firmwares import not_a_firmware

from harness.errors import TargetError
from harness.target import Native


def script(folder: Path, text: str) -> Path:
    path = folder / "firmware.elf"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("echo hello", r"printed 'hello' instead of 'pty <path>'"),
        ("echo pty /no/such/terminal", r"/no/such/terminal cannot be opened"),
        ("echo no more terminals >&2; exit 1", r"ended with exit status 1:\n  no more terminals"),
        ("kill -SEGV $$", r"was killed by SIGSEGV"),
    ],
)
def test_a_program_that_opens_no_terminal(tmp_path: Path, text: str, message: str) -> None:
    with Native() as target, pytest.raises(TargetError, match=message):
        target.start(not_a_firmware(script(tmp_path, text)))


def test_a_program_that_cannot_be_run(tmp_path: Path) -> None:
    with Native() as target, pytest.raises(TargetError, match=r"cannot be started: .*gone\.elf"):
        target.start(not_a_firmware(tmp_path / "gone.elf"))
