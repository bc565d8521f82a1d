"""What this machine has of what it must have, as a table."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from harness.setup.checkout import SETUP_COMMAND
from harness.setup.distributions import System, this_system
from harness.setup.finding import Finding, State
from harness.setup.requirements import Purpose, Requirement, all_requirements

_WIDTH = 80
_GAP = "  "
_USE = {Purpose.RUN: "", Purpose.TEST: "for the project's tests: ", Purpose.EXTRA: "optional, "}
_HEADINGS = ("requirement", "state", "version", "how to get it")


@dataclass(frozen=True)
class Row:
    """One requirement, what was found of it, and how to get it (empty where it is found)."""

    requirement: Requirement
    finding: Finding
    remedy: str

    @property
    def is_problem(self) -> bool:
        return self.requirement.purpose is Purpose.RUN and self.finding.state is not State.FOUND


def diagnose() -> list[Row]:
    """Look for each requirement."""
    system = this_system()
    return [_row(wanted, system) for wanted in all_requirements()]


def exit_code(rows: Sequence[Row]) -> int:
    """1 if something is missing that a run needs, else 0."""
    return int(any(row.is_problem for row in rows))


def as_text(rows: Sequence[Row]) -> str:
    """The rows as a table of at most 80 columns."""
    cells = [_HEADINGS, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(3)]
    return "\n".join(_aligned(line, widths) for line in cells)


def _row(wanted: Requirement, system: System) -> Row:
    finding = wanted.check()
    return Row(wanted, finding, "" if finding.state is State.FOUND else _remedy(wanted, system))


def _remedy(wanted: Requirement, system: System) -> str:
    if wanted.remedy:
        remedy = wanted.remedy
    elif wanted.packages and not system.debian_release:
        remedy = system.advice([wanted])
    else:
        remedy = "make test" if wanted.purpose is Purpose.TEST else SETUP_COMMAND
    return _USE[wanted.purpose] + remedy


def _cells(row: Row) -> tuple[str, str, str, str]:
    return row.requirement.name, row.finding.state.value, row.finding.version, row.remedy


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> str:
    left = _GAP.join(cell.ljust(width) for cell, width in zip(cells[:3], widths, strict=True)) + _GAP
    wrapped = textwrap.wrap(cells[3], _WIDTH - len(left), break_long_words=False, break_on_hyphens=False) or [""]
    return f"\n{' ' * len(left)}".join([left + wrapped[0], *wrapped[1:]]).rstrip()
