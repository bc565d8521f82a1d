"""What every kind of target does: start a firmware, give a line to it, rest, stop."""

from __future__ import annotations

import contextlib
from abc import ABC, abstractmethod
from types import TracebackType
from typing import ClassVar, Self

from harness.build import Firmware
from harness.closing import Closing
from harness.config import MeterEntry
from harness.target.stream import ByteStream


class Target(ABC):
    """One instance of a board; a context manager that stops it.

    Attributes:
        kind: the word for it in `boards.toml` and `--target`.
        may_wait: whether `start` may wait for what another program holds, as a place of a farm, or fails at once.
        may_hold_old_firmware: it may have started another firmware than it was given; to stop and start it mends that.
    """

    kind: ClassVar[str]
    may_wait: bool = True
    may_hold_old_firmware: ClassVar[bool] = False

    @property
    @abstractmethod
    def description(self) -> str:
        """What it is, with versions, e.g. "QEMU 10.0.2 b-l475e-iot01a -icount shift=4"."""

    @property
    @abstractmethod
    def provenance(self) -> str:
        """What numbers obtained on it are: "measured", "rehearsed", "emulated" or "host" (docs/architecture.md)."""

    @property
    @abstractmethod
    def preloads_model(self) -> bool:
        """Whether `start` puts the model in its slot. Otherwise it is written over the link."""

    @property
    def fastest_baud(self) -> int | None:
        """The rate worth trying on its serial line, which starts at 115200; None where the line has no rate."""
        return None

    @property
    def icount_shift(self) -> int | None:
        """Its virtual clock counts instructions, of which one takes 2^icount_shift ns; None where time is real."""
        return None

    @property
    def place(self) -> str:
        """The farm's name for where it runs; empty where there is no farm."""
        return ""

    def meter(self) -> MeterEntry | None:
        """The power meter that has to supply its board before `start`; None: there is none. A farm's target takes a
        place, to know of it.

        Raises:
            FarmError: there is no place, none became free in time, or it does not say what its meter is.
        """
        return None

    def supplied_by(self, supply: Closing) -> None:  # noqa: B027  # what is not shared stays supplied
        """Have `supply` closed before others may have the board."""

    @abstractmethod
    def start(self, firmware: Firmware, model: bytes | None = None) -> ByteStream:
        """Start the firmware, with `model` in its slot where this target preloads models; a running one is stopped.

        Raises:
            SetupError: a tool is missing.
            TargetError: it did not start. The stream raises it too, when the target dies later.
        """

    def rest(self) -> None:
        """Free what it does not need until it is started again; where that is no faster than a new start, stop."""
        self.stop()

    def recover(self, failures: int, cause: str) -> bool:
        """Make ready for another attempt of a run of which `failures` (at least 1) failed, the last of `cause`; False:
        there is none.
        """
        return False

    def settle(self, passed: bool) -> None:  # noqa: B027  # nothing to do where nothing can recover
        """Take note that the run whose attempts it served is over."""

    @abstractmethod
    def stop(self) -> None:
        """Stop it and free what it held; stopping twice is harmless."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class ProcessTarget(Target):
    """A target that is a program of its own, new with each start."""

    def __init__(self) -> None:
        self._resources = contextlib.ExitStack()

    def start(self, firmware: Firmware, model: bytes | None = None) -> ByteStream:
        self.stop()
        with contextlib.ExitStack() as resources:
            stream = self._start(firmware, model, resources)
            self._resources = resources.pop_all()
        return stream

    def stop(self) -> None:
        self._resources.close()

    @abstractmethod
    def _start(self, firmware: Firmware, model: bytes | None, resources: contextlib.ExitStack) -> ByteStream:
        """Start it, and leave with `resources` how to stop it."""
