"""Folders of desks, for a simulated probe without a board behind it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from harness.standin.folder import DeskFolder, DeskSettings, Faults

FLASH_ADDRESS, FLASH_BYTES = 0x08000000, 0x100000
IDCODE = 0x10076415


def make_desk(path: Path, unique_id: str = "DESK1", **faults: Any) -> DeskFolder:
    """A desk with an STM32L475 and these faults; one that is there keeps its flash."""
    folder = DeskFolder(path)
    folder.write(
        DeskSettings(
            unique_id=unique_id,
            board="stm32l475",
            probe_target="stm32l475xg",
            flash_address=FLASH_ADDRESS,
            flash_bytes=FLASH_BYTES,
            idcode=IDCODE,
            faults=Faults(**faults),
        )
    )
    return folder
