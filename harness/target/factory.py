"""From a board and a word to a target."""

from __future__ import annotations

from harness.config import Board, EmulatedTarget, Instance
from harness.errors import ConfigError
from harness.target.base import Target
from harness.target.emulated import Emulated
from harness.target.native import Native

TARGET_KINDS = ("emulated", "native", "attached")
DRIVEN_KINDS = (Emulated.kind, Native.kind)  # `auto` takes the first that the board has


def check_target(board: Board, kind: str) -> str:
    """The kind of target that `kind` ("auto" or one of TARGET_KINDS) means on `board`.

    Raises:
        ConfigError: the board has no such target, or this version does not drive it.
    """
    usable = [word for word in DRIVEN_KINDS if word in board.targets]
    if kind in usable:
        return kind
    if kind == "auto" and usable:
        return usable[0]
    fix = f"use one of: {', '.join(usable)}" if usable else "use another board; `harness boards` lists their targets"
    if kind != "auto" and kind not in board.targets:
        raise ConfigError(f"board {board.name} has no target {kind!r}; it has {', '.join(board.targets)}", fix)
    undriven = [word for word in board.targets if kind in ("auto", word)]
    raise ConfigError(f"board {board.name}: this version does not drive targets of kind {', '.join(undriven)}", fix)


def make_target(board: Board, kind: str = "auto", instance: Instance | None = None) -> Target:
    """A target of this kind, not started; of attached boards, that one.

    Raises:
        ConfigError: the board has no such target, or this version does not drive it.
    """
    options = board.targets[check_target(board, kind)]
    return Emulated(board, options) if isinstance(options, EmulatedTarget) else Native()
