"""Where a board runs: from its kinds of target, what is plugged in and what a person asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.config import Board, Instance, load_instances
from harness.config.farm import FarmOptions, farm_address
from harness.errors import ConfigError
from harness.scan.choose import find_attached, need_attached, refuse_unknown_names
from harness.scan.desk import Desk, plugged_in

ATTACHED = "attached"
FARM = "farm"
TARGET_KINDS = ("emulated", "native", ATTACHED, FARM)
_SHARED = ("emulated", ATTACHED)  # what a board on a farm is behind its place


@dataclass(frozen=True)
class Place:
    """Where a board runs: a kind of target, and of attached boards which one.

    Attributes:
        farm: which farm's place, where it is one's.
        hint: what a person may want to know who has such a board; empty where there is nothing.
    """

    kind: str
    instance: Instance | None = None
    hint: str = ""
    farm: FarmOptions | None = None

    def __str__(self) -> str:
        if self.farm is not None:
            return f"{self.kind}: {self.farm.address}"
        if self.instance is None:
            return self.kind
        stand_in = ", a stand-in" if self.instance.stand_in else ""
        return f"{self.kind}: {self.instance.name}{stand_in}"


def check_target(board: Board, kind: str) -> str:
    """The kind of target that `kind` ("auto" or one of TARGET_KINDS) means on `board` where none is attached.

    Raises:
        ConfigError: the board has no such target.
    """
    shared = [FARM] if any(word in board.targets for word in _SHARED) else []
    has = [*(word for word in TARGET_KINDS if word in board.targets), *shared]
    if kind == "auto":
        return has[0]
    if kind not in has:
        raise ConfigError(
            f"board {board.name} has no target {kind!r}; it has {', '.join(has)}",
            f"use one of: {', '.join(has)}",
        )
    return kind


def choose_places(
    boards: Sequence[Board],
    kind: str,
    boards_files: Sequence[Path],
    named: Sequence[str] = (),
    farm: FarmOptions | None = None,
) -> Mapping[str, Place]:
    """Where each board runs, by its name.

    With "auto" that is the one attached board of its kind that an entry of `boards_files` claims, else what
    `check_target` says. Nothing is opened, and nothing looked for where no board can be attached.

    Args:
        kind: "auto" or one of TARGET_KINDS.
        named: names or unique ids of attached boards that are meant.
        farm: of whose places, where they are to be a farm's whatever `kind` says.

    Raises:
        ConfigError: a board has no such target, several attached ones could be meant, or a name is unknown.
        TargetError: an attached board is asked for, and is not there.
    """
    if farm is not None or kind == FARM:
        farm, kind = farm or FarmOptions(farm_address()), FARM
    places = {board.name: Place(check_target(board, kind), farm=farm) for board in boards}
    attachable = [board for board in boards if kind in ("auto", ATTACHED) and ATTACHED in board.targets]
    if named and not attachable:
        raise ConfigError(
            f"--attached={named[0]}: no board of this run is to be attached", "leave it out, or use --target=attached"
        )
    if attachable:
        desk = Desk(load_instances(boards_files), plugged_in())
        refuse_unknown_names(attachable, desk, named)
        places |= {board.name: _place(board, kind, desk, named) for board in attachable}
    return places


def _place(board: Board, kind: str, desk: Desk, named: Sequence[str]) -> Place:
    word = check_target(board, kind)
    instance = (need_attached if word == ATTACHED else find_attached)(board, desk, named)
    if instance is not None:
        return Place(ATTACHED, instance)
    strangers = " and ".join(stranger.probe for stranger in desk.unclaimed(board))
    hint = f"probe {strangers} may be a {board.name}: `harness boards --add` lets runs take it" if strangers else ""
    return Place(word, hint=hint)
