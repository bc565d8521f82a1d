"""What is known of nights, on disk: `<reports>/nightly/<night>/night.json`, written anew after every step.

A night that was cut off, by whatever, is found again as it was after its last step.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from harness.errors import ReportError
from harness.nightly.plan import Cell, Content, Past, Planned
from harness.report.session import Checkout

NIGHTS_FOLDER = "nightly"  # below the folder of sessions
NIGHT_FILE = "night.json"
SUMMARY_FILE = "summary.md"
_LOCK_FILE = ".lock"

CellOutcome = Literal["waiting", "running", "passed", "failed", "hung", "skipped"]
ENDED: frozenset[CellOutcome] = frozenset({"passed", "failed", "hung"})


def cell_title(cell: Cell) -> str:
    """`digits on stm32l475 with builtin`."""
    return f"{cell.suite} on {cell.board} with {cell.engine}"


class NightCell(Struct, frozen=True, kw_only=True):
    """A cell of a night.

    Attributes:
        content: of what it is made, hashed by part.
        session: the id of what it left, if it left any.
        message: why it did not pass, or was skipped.
        good: it passed, and no figure was worse than in the last green night.
    """

    cell: Cell
    why: str
    estimate_s: float
    content: dict[str, str]
    outcome: CellOutcome = "waiting"
    duration_s: float = 0.0
    session: str | None = None
    message: str = ""
    good: bool = False

    @property
    def title(self) -> str:
        return cell_title(self.cell)


class Night(Struct, frozen=True, kw_only=True):
    """A night. Times are UTC in ISO 8601; `ended` is None until all of it is done.

    Attributes:
        cells: all of the matrix, in the order in which they are to run.
        green: all that ran passed, and no figure was worse than in the last green night.
        pushed: sessions and mark are where the file says; also where it says nothing.
    """

    version: Literal[1] = 1
    id: str
    checkout: Checkout | None
    started: str
    budget_s: float
    cells: tuple[NightCell, ...]
    ended: str | None = None
    green: bool = False
    pushed: bool = False

    @property
    def ran(self) -> list[NightCell]:
        """Those that were started and ended."""
        return [cell for cell in self.cells if cell.outcome in ENDED]

    @property
    def waiting(self) -> list[Planned]:
        """Those that may still run."""
        return [
            Planned(cell.cell, cell.why, cell.estimate_s)
            for cell in self.cells
            if cell.outcome in ("waiting", "running")
        ]

    @property
    def left_s(self) -> float:
        """What is left of the budget."""
        return self.budget_s - sum(cell.duration_s for cell in self.ran)

    @property
    def sessions(self) -> list[str]:
        return [cell.session for cell in self.ran if cell.session]

    @property
    def is_dirty(self) -> bool:
        """Files of its checkout differed from the commit: nobody could make it again."""
        return self.checkout is not None and self.checkout.dirty

    @property
    def is_measure(self) -> bool:
        """Whether later nights are compared with it."""
        return self.green and not self.is_dirty

    @property
    def branch(self) -> str | None:
        return self.checkout.branch if self.checkout else None

    def cell(self, wanted: Cell) -> NightCell:
        return next(cell for cell in self.cells if cell.cell == wanted)

    def with_cell(self, changed: NightCell) -> Night:
        """The same night, with this cell in place of the one that it was."""
        return replace(self, cells=tuple(changed if cell.cell == changed.cell else cell for cell in self.cells))


def new_night(
    planned: Sequence[Planned], contents: Mapping[Cell, Content], budget_s: float, checkout: Checkout | None
) -> Night:
    """A night that begins now."""
    now = datetime.now(UTC)
    commit = checkout.short_commit if checkout else "nogit"
    return Night(
        id=f"{now:%Y%m%dT%H%M%S}.{now.microsecond // 1000:03}Z-{commit}",
        checkout=checkout,
        started=now.isoformat(),
        budget_s=budget_s,
        cells=tuple(
            NightCell(cell=cell, why=why, estimate_s=estimate, content=dict(contents[cell]))
            for cell, why, estimate in planned
        ),
    )


def past_of(nights: Sequence[Night]) -> dict[Cell, Past]:
    """What nights, the oldest first, tell of each cell."""
    past: dict[Cell, Past] = {}
    for nights_away, night in zip(reversed(range(len(nights))), nights, strict=True):
        for record in night.ran:
            before = past.get(record.cell, Past())
            past[record.cell] = Past(
                nights_away=nights_away,
                failed=record.outcome != "passed",
                good=record.content if record.good else before.good,
                durations_s=(*before.durations_s, record.duration_s),
            )
    return past


class Nights:
    """The nights below a folder of sessions."""

    def __init__(self, reports_dir: Path) -> None:
        self.folder = reports_dir / NIGHTS_FOLDER

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Within the block no other process runs a night here; the system frees it should this one die.

        Raises:
            ReportError: another one does, or the folder cannot be written.
        """
        path = self.folder / _LOCK_FILE
        with writing(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            file = path.open("a+", encoding="utf-8")
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                file.seek(0)
                raise ReportError(
                    f"{self.folder}: another night is under way: {file.read() or 'unknown'}",
                    "wait until it ends, or give another --reports-dir",
                ) from None
            with writing(self.folder):
                path.write_text(f"process {os.getpid()} since {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC", "utf-8")
            yield

    def folder_of(self, night: Night) -> Path:
        return self.folder / night.id

    def read(self) -> list[Night]:
        """The oldest first.

        Raises:
            ReportError: one is damaged, or of another version.
        """
        return [_read(file) for file in sorted(self.folder.glob(f"*/{NIGHT_FILE}"))]

    def write(self, night: Night) -> None:
        """All or nothing, and on the disk when this returns.

        Raises:
            ReportError: it cannot be written.
        """
        folder = self.folder_of(night)
        with writing(folder):
            folder.mkdir(parents=True, exist_ok=True)
            part = folder / f".{NIGHT_FILE}.part"
            with part.open("wb") as file:
                file.write(msgspec.json.format(msgspec.json.encode(night)) + b"\n")
                file.flush()
                os.fsync(file.fileno())
            part.replace(folder / NIGHT_FILE)


def _read(file: Path) -> Night:
    try:
        return msgspec.json.decode(file.read_bytes(), type=Night)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise ReportError(f"{file}: {error}", "restore that file, or delete its folder") from None


@contextlib.contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Raises: ReportError: what the block writes below `folder` cannot be written."""
    try:
        yield
    except OSError as error:
        raise ReportError(
            f"{folder}: cannot be written: {error.strerror or error}",
            "make room there or make it writable, or choose another folder with --reports-dir",
        ) from None
