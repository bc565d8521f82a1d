"""Runs that pytest-xdist spreads over several processes: which items stay together, and where their records go.

The controller makes the session's folder, and tables of what is in it in the end; the workers write journals into it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from harness.errors import HarnessError
from harness.plugin.options import concerns_boards, read_selection, uses_farm

if TYPE_CHECKING:
    from xdist.remote import Producer
    from xdist.scheduler import Scheduling
    from xdist.workermanage import WorkerController

    from harness.report import JournalWriter

_FOLDER = "harness_session"  # in what the controller sends to a worker
_USAGE_ERROR = "harness_usage_error"  # in what a worker sends back
_POSITION = pytest.StashKey[int]()
_OURS = "load"  # xdist's default with -n: the harness's own scheduling stands in for it
_DISTRIBUTIONS = ("no", _OURS, "loadfile", "loadscope")


def refuse_other_distribution(config: pytest.Config) -> None:
    """
    Raises:
        pytest.UsageError: xdist would part items that are compared with each other.
    """
    chosen = getattr(config.option, "dist", "no")
    if chosen not in _DISTRIBUTIONS:
        raise pytest.UsageError(
            f"--dist={chosen} would part the variants of a suite, whose bars compare them\n  fix: leave --dist out"
        )


def farm_workers(config: pytest.Config) -> int | None:
    """As many as a farm has places for the run's boards that can be used, at least one; None where it uses no farm.

    Raises:
        pytest.UsageError: the farm is not there.
    """
    if not uses_farm(config):
        return None
    from harness.farm import Coordinator, Wish

    selection = read_selection(config)
    assert selection.farm is not None
    try:
        with Coordinator(selection.farm.address) as coordinator:
            places = coordinator.places()
    except HarnessError as error:
        raise pytest.UsageError(str(error)) from None
    wishes = [Wish(board.name, selection.farm.tags) for board in selection.boards]
    usable = [place for wish in wishes for place in wish.choices(places)]
    return max(1, len(usable))


def make_scheduler(config: pytest.Config, log: Producer) -> Scheduling | None:
    """What spreads runs on boards over the workers; None where xdist's own shall."""
    if config.option.dist != _OURS or not concerns_boards(config):
        return None
    from harness.plugin.scheduling import BoardScheduling

    selection = read_selection(config)
    alone = [name for name, place in selection.places.items() if place.instance]
    return BoardScheduling(config, log, [board.name for board in selection.boards], alone)


def number_items(session: pytest.Session) -> None:
    """The order of the items is that of their records, whichever process writes them."""
    for position, item in enumerate(session.items):
        item.stash[_POSITION] = position


def is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


def stop_collection(session: pytest.Session, message: str) -> None:
    """End the run before any item runs.

    Raises:
        pytest.UsageError: in the only process; the controller raises it where there are workers.
    """
    if not is_worker(session.config):
        raise pytest.UsageError(message)
    session.config.workeroutput[_USAGE_ERROR] = message  # type: ignore[attr-defined]  # xdist's
    session.items.clear()


def raise_usage_error(node: WorkerController) -> None:
    """In the controller: what the worker `node`, which has ended, stopped its collection for.

    Raises:
        pytest.UsageError: that, if there is any.
    """
    message = getattr(node, "workeroutput", {}).get(_USAGE_ERROR)  # none where it died
    if message:
        raise pytest.UsageError(message)


def send_folder(node: WorkerController, folder: Path) -> None:
    """Tell the worker `node`, before it starts, where the session's folder is."""
    node.workerinput[_FOLDER] = str(folder)


@contextlib.contextmanager
def worker_part(item: pytest.Item) -> Iterator[JournalWriter]:
    """In a worker: where the records of one run go, which `item` starts.

    Raises:
        ReportError: it cannot be written.
    """
    from harness.report import session_part

    folder = Path(item.config.workerinput[_FOLDER])  # type: ignore[attr-defined]  # xdist's
    with session_part(folder, item.stash[_POSITION]) as part:
        yield part
