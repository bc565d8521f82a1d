"""What looking for one requirement gave."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class State(Enum):
    FOUND = "found"
    MISSING = "missing"
    TOO_OLD = "too old"


@dataclass(frozen=True)
class Finding:
    """`version` is empty where there is none to report."""

    state: State
    version: str = ""


MISSING = Finding(State.MISSING)


def found(version: str) -> Finding:
    return Finding(State.FOUND, version)


def at_least(version: str, minimum: tuple[int, ...]) -> Finding:
    """FOUND or TOO_OLD: `version`, e.g. "9.1.2", against `minimum`, e.g. (9, 1)."""
    return Finding(State.FOUND if version_numbers(version) >= minimum else State.TOO_OLD, version)


def version_numbers(version: str) -> tuple[int, ...]:
    """The leading numbers of a version: "10.0.2+ds" gives (10, 0, 2)."""
    numbers: list[int] = []
    for part in version.split("."):
        digits = part[: len(part) - len(part.lstrip("0123456789"))]
        if not digits:
            break
        numbers.append(int(digits))
        if digits != part:
            break
    return tuple(numbers)
