"""`[tool.tinyhil.compare]` of pyproject.toml: what changes a project tolerates, and which it knows of."""

from __future__ import annotations

import math
from datetime import date
from pathlib import Path

from msgspec import Struct

from harness.config.toml import convert, read_toml, suggest
from harness.errors import ConfigError
from harness.history.metrics import METRICS_BY_NAME
from harness.history.sides import RunId

SETTINGS_FILE = "pyproject.toml"
_KEY = "tool.tinyhil.compare"


class KnownException(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A change for the worse that is known, and excused until it expires. What is not named may be any.

    Attributes:
        reason: why it is excused; for people.
        expires: the last day on which it excuses.
    """

    metric: str
    reason: str
    expires: date
    suite: str | None = None
    variant: str | None = None
    board: str | None = None
    engine: str | None = None

    def matches(self, run: RunId, metric: str) -> bool:
        wanted = (self.metric, self.suite, self.variant, self.board, self.engine)
        found = (metric, run.suite, run.variant, run.board, run.engine)
        return all(want in (None, have) for want, have in zip(wanted, found, strict=True))

    def is_expired(self, today: date) -> bool:
        return today > self.expires

    def __str__(self) -> str:
        """`cycles digits on stm32l475`."""
        words = [word for word in (self.metric, self.suite, self.variant) if word]
        words += [f"{joint} {word}" for joint, word in (("on", self.board), ("with", self.engine)) if word]
        return " ".join(words)


class Settings(Struct, frozen=True, forbid_unknown_fields=True, rename={"exceptions": "exception"}):
    """The table.

    Attributes:
        floor: changes of a noisy figure's median up to this part of it do not count.
        tolerance: by metric, of a figure that is exact: a part of it, or for accuracy and auc of one.
    """

    floor: float = 0.02
    tolerance: dict[str, float] = {}
    exceptions: tuple[KnownException, ...] = ()


def read_settings(folder: Path) -> Settings:
    """Those of the nearest pyproject.toml, in `folder` or above it; the default ones where there is none.

    Raises:
        ConfigError: a key or a value in it cannot be used.
    """
    files = (place / SETTINGS_FILE for place in (folder.resolve(), *folder.resolve().parents))
    file = next((file for file in files if file.is_file()), None)
    if file is None:
        return Settings()
    table: object = read_toml(file)
    for depth, word in enumerate(words := _KEY.split(".")):
        table = convert(table, dict[str, object], file, ".".join(words[:depth])).get(word, {})
    settings = convert(table, Settings, file, _KEY)
    _check(settings, file)
    return settings


def _check(settings: Settings, file: Path) -> None:
    parts = {"floor": settings.floor} | {f"tolerance.{name}": part for name, part in settings.tolerance.items()}
    for key, part in parts.items():
        if not (0 <= part < math.inf):
            raise ConfigError(f"{file}: {_KEY}.{key}: {part} is no part", "0.02 stands for 2 %")
    places = {f"tolerance.{name}": name for name in settings.tolerance}
    places |= {f"exception[{number}].metric": known.metric for number, known in enumerate(settings.exceptions)}
    for key, metric in places.items():
        if metric not in METRICS_BY_NAME:
            raise ConfigError(f"{file}: {_KEY}.{key}: no metric {metric!r}", f"use {suggest(metric, METRICS_BY_NAME)}")
    for number, known in enumerate(settings.exceptions):
        if not known.reason.strip():
            raise ConfigError(f"{file}: {_KEY}.exception[{number}].reason: is empty", "say why it is excused")
