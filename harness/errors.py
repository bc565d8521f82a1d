"""The one family of errors that a user can cause: each says the cause, the place and the fix."""

from __future__ import annotations


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


class SetupError(HarnessError):
    """A tool that is missing or too old."""


class BuildError(HarnessError):
    """PlatformIO could not build the firmware."""


class TargetError(HarnessError):
    """A target that could not be started, died or hung."""


class LinkError(HarnessError):
    """The device answered with an error, not at all, or in another protocol."""


class VectorError(HarnessError):
    """Test vectors that do not fit the model."""


class ReportError(HarnessError):
    """A session that cannot be written or read."""
