"""The one family of errors that a user can cause: each says the cause, the place and the fix."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


class HarnessError(Exception):
    """A failure with a cause the user can act on.

    Args:
        cause: what is wrong, naming the place (file, key, byte, op).
        fix: what to do about it.
    """

    def __init__(self, cause: str, fix: str = "") -> None:
        super().__init__(cause, fix)
        self.cause = cause
        self.fix = fix

    def __str__(self) -> str:
        return f"{self.cause}\n  fix: {self.fix}" if self.fix else self.cause


class ConfigError(HarnessError):
    """A boards.toml or suite.toml that cannot be used, or a name that is not in it."""


class ModelError(HarnessError):
    """A .tflite that is malformed, unsupported by the engine, or too large for the board."""


@dataclass(frozen=True)
class Shortage:
    """A part of a board's memory, e.g. "arena", that must have `needed_bytes` at least and has less."""

    part: str
    needed_bytes: int
    available_bytes: int

    @property
    def missing_bytes(self) -> int:
        return self.needed_bytes - self.available_bytes

    def __str__(self) -> str:
        return (
            f"{self.part}: needs at least {self.needed_bytes:,} bytes, has {self.available_bytes:,}: "
            f"{self.missing_bytes:,} bytes are missing"
        )


class NoFitError(ModelError):
    """A model, or the firmware for it, that needs more memory than the board has.

    Args:
        subject: what does not fit, and where.
        shortages: the memory that is lacking, at least one.
    """

    FIX = "take a smaller model, another engine or a board with more memory"

    def __init__(self, subject: str, shortages: Iterable[Shortage]) -> None:
        self.shortages = tuple(shortages)
        self.reason = "; ".join(map(str, self.shortages))
        super().__init__(f"{subject}: {self.reason}", self.FIX)


class SetupError(HarnessError):
    """A tool that is missing or too old."""


class BuildError(HarnessError):
    """PlatformIO could not build the firmware."""


class TargetError(HarnessError):
    """A target that could not be started, died or hung."""


class FarmError(HarnessError):
    """A farm that is not there, or has no place for a run."""


class LinkError(HarnessError):
    """The device answered with an error, not at all, or in another protocol."""


class MeterError(HarnessError):
    """A power meter that is absent, held by another program, set beyond its range, or does not answer."""


class VectorError(HarnessError):
    """Test vectors that do not fit the model."""


class ReportError(HarnessError):
    """A session that cannot be written or read."""
