from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from harness.build import key, toolchain
from harness.build.key import build_id
from harness.config import Board, EnergyModel
from harness.errors import SetupError


def test_the_same_content_has_the_same_id(project: Path, board: Board) -> None:
    name = build_id(board, "builtin", sanitize=False)
    assert name.startswith("stm32l475-builtin-")
    assert build_id(msgspec.structs.replace(board, source=Path("elsewhere.toml")), "builtin", sanitize=False) == name


def test_what_a_board_draws_does_not_count(project: Path, board: Board) -> None:
    thirsty = msgspec.structs.replace(board, energy=EnergyModel("a meter", 3.0, 500.0, 9.0))
    assert build_id(thirsty, "builtin", sanitize=False) == build_id(board, "builtin", sanitize=False)


def test_what_its_instructions_cost_does_not_count(project: Path, board: Board) -> None:
    name = build_id(board, "builtin", sanitize=False)
    assert board.cost_model
    assert build_id(msgspec.structs.replace(board, cost_model=None), "builtin", sanitize=False) == name
    (project / "emulator").mkdir()
    (project / "emulator" / "plugin.c").touch()
    assert build_id(board, "builtin", sanitize=False) == name


def test_what_is_not_a_source_does_not_count(project: Path, board: Board) -> None:
    name = build_id(board, "builtin", sanitize=False)
    (project / ".pio").mkdir()
    (project / ".pio" / "object.o").touch()
    assert build_id(board, "builtin", sanitize=False) == name


def test_every_part_counts(project: Path, board: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = [
        build_id(board, "builtin", sanitize=False),
        build_id(board, "builtin", sanitize=True),
        build_id(board, "other", sanitize=False),
        build_id(msgspec.structs.replace(board, clock_hz=1), "builtin", sanitize=False),
    ]
    with monkeypatch.context() as context:
        context.setattr(key, "toolchain", lambda board: "another compiler")
        ids.append(build_id(board, "builtin", sanitize=False))
    (project / "src" / "empty.h").touch()
    ids.append(build_id(board, "builtin", sanitize=False))
    (project / "src" / "empty.h").rename(project / "src" / "renamed.h")
    ids.append(build_id(board, "builtin", sanitize=False))
    assert len(set(ids)) == len(ids)


def test_missing_compiler(board: Board, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    toolchain.compiler_version.cache_clear()
    with pytest.raises(SetupError, match="arm-none-eabi-g\\+\\+ is missing"):
        toolchain.toolchain(board)
