"""Boards to run small programs on."""

from __future__ import annotations

import pytest

from harness.config import Board, load_boards
from harness.paths import shipped_boards_file


@pytest.fixture(scope="session")
def boards() -> dict[str, Board]:
    return load_boards([shipped_boards_file()])
