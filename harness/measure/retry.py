"""Another attempt where a target failed that can recover: boards of a farm hang, are unplugged, lose their line."""

from __future__ import annotations

import logging
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from harness.errors import HarnessError, LinkError, TargetError
from harness.target import Target

_LONGEST_CAUSE = 160
_log = logging.getLogger(__name__)
T = TypeVar("T")


@dataclass(frozen=True)
class Failure:
    """Where a target failed under a run, and why."""

    place: str
    cause: str

    def __str__(self) -> str:
        cause = self.cause.removeprefix(f"place {self.place}: ")
        cause = textwrap.shorten(cause, _LONGEST_CAUSE, placeholder=" …")
        return f"{self.place}: {cause}" if self.place else cause


def is_of_the_target(error: HarnessError) -> bool:
    """Whether the target or its line failed. What a device answered it would answer again."""
    return isinstance(error, TargetError) or type(error) is LinkError


def run_with_retries(target: Target, title: str, failures: list[Failure], attempt: Callable[[], T]) -> T:
    """What `attempt` gives, which is made again as long as `target` fails and recovers; then `target` is settled.

    Args:
        title: of the run, for the line that says that there is another attempt.
        failures: those of the attempts that were not the last are added.

    Raises:
        HarnessError: of an attempt after which there is none.
    """
    failed, ended = 0, False
    try:
        while not ended:
            try:
                result = attempt()
                ended = True
            except HarnessError as error:
                failed, place = failed + 1, target.place
                if not is_of_the_target(error) or not target.recover(failed, error.cause):
                    raise
                failures.append(Failure(place, error.cause))
                where = f" on {target.place}" if target.place else ""
                _log.warning("%s: attempt %d%s, after %s", title, failed + 1, where, failures[-1])
    finally:
        target.settle(ended)
    return result
