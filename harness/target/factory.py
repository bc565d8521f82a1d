"""From a board and a word to a target."""

from __future__ import annotations

from harness.config import AttachedTarget, Board, EmulatedTarget, Instance
from harness.config.farm import FarmOptions, farm_address
from harness.errors import ConfigError
from harness.scan import check_target
from harness.target.attached import Attached
from harness.target.base import Target
from harness.target.emulated import Emulated
from harness.target.farm import Farm
from harness.target.native import Native


def make_target(
    board: Board, kind: str = "auto", instance: Instance | None = None, farm: FarmOptions | None = None
) -> Target:
    """A target of this kind, not started; of attached boards, that one; of that farm, where it is to be a farm's.

    Raises:
        ConfigError: the board has no such target, or it is not said which attached board is meant.
    """
    word = check_target(board, kind)
    if word == Farm.kind:
        return Farm(board, farm or FarmOptions(farm_address()))
    options = board.targets[word]
    if isinstance(options, AttachedTarget):
        if instance is None:
            raise ConfigError(f"board {board.name}: it is not said which attached board", "use --target=attached")
        return Attached(board, options, instance)
    return Emulated(board, options) if isinstance(options, EmulatedTarget) else Native()
