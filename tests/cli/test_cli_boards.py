"""`harness boards`, `harness doctor` and `harness ops`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.paths import shipped_boards_file


def test_boards_lists_mcu_clock_memories_and_targets(harness: Callable[..., Any]) -> None:
    out = harness("boards").out
    for word in ("stm32l475", "STM32L475VGT6", "80 MHz", "sram1 96 KiB", "emulated", "mps2-an386", "native"):
        assert word in out


def test_boards_cuts_nothing_off_at_80_columns(harness: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    out = harness("boards").out
    assert "…" not in out
    for words in (
        "nucleo-l4r5zi",
        "STM32L475VGT6",
        "cortex-m33",
        "120 MHz",
        "96 KiB + 5 KiB",
        "emulated",
        "attached",
    ):
        assert words in out


def test_a_boards_file_in_the_folder_adds_boards(harness: Callable[..., Any], tmp_path: Path) -> None:
    text = shipped_boards_file().read_text().replace("boards.native", "boards.mine")
    (tmp_path / "boards.toml").write_text("[boards.mine" + text.partition("[boards.mine")[2])
    out = harness("boards").out
    assert "mine" in out
    assert "stm32l475" in out


def test_doctor_lists_every_requirement(harness: Callable[..., Any]) -> None:
    done = harness("doctor")
    for word in ("arm-none-eabi-gcc", "QEMU", "PlatformIO", "found"):
        assert word in done.out
    assert all(len(line) <= 80 for line in done.out.splitlines())


def test_ops_prints_the_document(harness: Callable[..., Any]) -> None:
    assert harness("ops").out.startswith("# Ops\n")
