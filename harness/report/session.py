"""session.json: what was run, when, by whom, on what."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

SCHEMA_VERSION = 5  # of session.json and the tables; rises when a reader of the old ones would misread the new
OLDEST_READABLE_VERSION = 2  # lacks columns that have defaults
_SINCE = {"windows": 4, "traces": 5}  # have sessions that table

Outcome = Literal["running", "passed", "failed", "interrupted"]


class Checkout(Struct, frozen=True):
    """The git checkout that was tested. `branch` is None where HEAD is detached; `dirty`: tracked files differ."""

    commit: str
    dirty: bool
    branch: str | None = None

    @property
    def short_commit(self) -> str:
        return self.commit[:7]

    def __str__(self) -> str:
        return f"{self.short_commit} (dirty)" if self.dirty else self.short_commit


class HostInfo(Struct, frozen=True):
    """The computer that ran the harness."""

    name: str
    cpu: str
    os: str


class BoardInfo(Struct, frozen=True):
    """A board of the session.

    Attributes:
        clock_hz: None for the host.
        limits: how much the board has of what a field of `RunRecord` counts, by the field's name; empty for the host.
    """

    description: str
    mcu: str
    clock_hz: int | None
    limits: dict[str, int] = {}
    core: str = ""


class SessionInfo(Struct, frozen=True, kw_only=True):
    """The metadata of one session. Times are UTC in ISO 8601; `ended` is None until the session is finished."""

    schema_version: int
    id: str
    started: str
    host: HostInfo
    command: tuple[str, ...]
    tools: dict[str, str]  # name to version
    boards: dict[str, BoardInfo]
    outcome: Outcome = "running"
    ended: str | None = None
    checkout: Checkout | None = None  # None outside a git checkout

    def finished(self, outcome: Outcome) -> SessionInfo:
        """The same session, ended now."""
        return replace(self, outcome=outcome, ended=datetime.now(UTC).isoformat())

    @property
    def outcome_text(self) -> str:
        return outcome_text(self.outcome)

    def has_table(self, table: str) -> bool:
        """Whether a session of this schema has it."""
        return self.schema_version >= _SINCE.get(table, OLDEST_READABLE_VERSION)


def outcome_text(outcome: Outcome) -> str:
    """A session that was killed stays "running" in its file for ever."""
    return "not finished" if outcome == "running" else outcome
