"""How pytest-xdist spreads runs on boards over processes. Loaded only where it does."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling


class BoardScheduling(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """Runs the items of one file on one board in one process, in order; everything else one by one.

    What stays together is compared with each other: the variants of a suite by its bars, the engines of a board. Of
    the boards `alone` there is one: all items on it stay together.
    """

    def __init__(self, config: pytest.Config, log: Producer, boards: Iterable[str], alone: Collection[str]) -> None:
        super().__init__(config, log)
        self._boards = sorted(boards, key=len, reverse=True)
        self._alone = alone

    def _split_scope(self, nodeid: str) -> str:
        """Xdist's question of its kin: what does an item belong to?"""
        return scope(nodeid, self._boards, self._alone)


def scope(node_id: str, boards: Iterable[str], alone: Collection[str] = ()) -> str:
    """One name for all items that must not be parted. Their node ids are all that xdist's controller knows.

    Args:
        boards: the names of the run's boards, longer ones first: one may be a part of another.
        alone: those of boards that one process must have.
    """
    file, _, item = node_id.partition("::")
    parameters = item.rpartition("[")[2].rstrip("]")
    board = next((name for name in boards if f"-{name}-" in f"-{parameters}-"), None)
    if board is None:
        return node_id
    return board if board in alone else f"{file} on {board}"
