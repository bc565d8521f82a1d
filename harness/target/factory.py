"""From a board and a word to a target."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.config import AttachedTarget, Board, EmulatedTarget, Instance, load_instances
from harness.errors import ConfigError
from harness.scan import Desk, find_attached, need_attached, plugged_in, refuse_unknown_names
from harness.target.attached import Attached
from harness.target.base import Target
from harness.target.emulated import Emulated
from harness.target.native import Native

TARGET_KINDS = (Emulated.kind, Native.kind, Attached.kind)


@dataclass(frozen=True)
class Place:
    """Where a board runs: a kind of target, and of attached boards which one.

    Attributes:
        hint: what a person may want to know who has such a board; empty where there is nothing.
    """

    kind: str
    instance: Instance | None = None
    hint: str = ""

    def __str__(self) -> str:
        if self.instance is None:
            return self.kind
        stand_in = ", a stand-in" if self.instance.stand_in else ""
        return f"{self.kind}: {self.instance.name}{stand_in}"


def check_target(board: Board, kind: str) -> str:
    """The kind of target that `kind` ("auto" or one of TARGET_KINDS) means on `board` where none is attached.

    Raises:
        ConfigError: the board has no such target.
    """
    has = [word for word in TARGET_KINDS if word in board.targets]
    if kind == "auto":
        return has[0]
    if kind not in has:
        raise ConfigError(
            f"board {board.name} has no target {kind!r}; it has {', '.join(has)}",
            f"use one of: {', '.join(has)}",
        )
    return kind


def choose_places(
    boards: Sequence[Board], kind: str, boards_files: Sequence[Path], named: Sequence[str] = ()
) -> Mapping[str, Place]:
    """Where each board runs, by its name.

    With "auto" that is the one attached board of its kind that an entry of `boards_files` claims, else what
    `check_target` says. Nothing is opened, and nothing looked for where no board can be attached.

    Args:
        kind: "auto" or one of TARGET_KINDS.
        named: names or unique ids of attached boards that are meant.

    Raises:
        ConfigError: a board has no such target, several attached ones could be meant, or a name is unknown.
        TargetError: an attached board is asked for, and is not there.
    """
    places = {board.name: Place(check_target(board, kind)) for board in boards}
    attachable = [board for board in boards if kind in ("auto", Attached.kind) and Attached.kind in board.targets]
    if named and not attachable:
        raise ConfigError(
            f"--attached={named[0]}: no board of this run is to be attached", "leave it out, or use --target=attached"
        )
    if attachable:
        desk = Desk(load_instances(boards_files), plugged_in())
        refuse_unknown_names(attachable, desk, named)
        places |= {board.name: _place(board, kind, desk, named) for board in attachable}
    return places


def make_target(board: Board, kind: str = "auto", instance: Instance | None = None) -> Target:
    """A target of this kind, not started; of attached boards, that one.

    Raises:
        ConfigError: the board has no such target, or it is not said which attached board is meant.
    """
    options = board.targets[check_target(board, kind)]
    if isinstance(options, AttachedTarget):
        if instance is None:
            raise ConfigError(f"board {board.name}: it is not said which attached board", "use --target=attached")
        return Attached(board, options, instance)
    return Emulated(board, options) if isinstance(options, EmulatedTarget) else Native()


def _place(board: Board, kind: str, desk: Desk, named: Sequence[str]) -> Place:
    word = check_target(board, kind)
    instance = (need_attached if word == Attached.kind else find_attached)(board, desk, named)
    if instance is not None:
        return Place(Attached.kind, instance)
    strangers = " and ".join(stranger.probe for stranger in desk.unclaimed(board))
    hint = f"probe {strangers} may be a {board.name}: `harness boards --add` lets runs take it" if strangers else ""
    return Place(word, hint=hint)
