"""What all players share: a thread that talks to a meter's program and samples in real time, and faults on demand."""

from __future__ import annotations

import contextlib
import os
import pty
import select
import threading
import time
import tty
from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from harness.closing import Closing
from harness.standin.waveform import Times, Waveform

TICK_S = 0.004
_PATIENCE_S = 20.0
_MOST_SAMPLES = 20_000  # made at once, when the player was late
_MOST_UNSENT_BYTES = 1 << 20  # then samples are lost, as a meter's own memory is finite


@dataclass(frozen=True)
class Faults:
    """What a player does wrong.

    Attributes:
        drop: samples that it loses, by their number since the start.
        silent_from: the sample from which on it has none.
        vanish_at: the sample at which it is unplugged.
        mute: it never answers.
        refuse_voltage: it does not take the voltage that it is told.
        voltage_error_v: what it supplies beyond what it is told.
    """

    drop: range = range(0)
    silent_from: float = np.inf
    vanish_at: float = np.inf
    mute: bool = False
    refuse_voltage: bool = False
    voltage_error_v: float = 0.0


SOUND = Faults()


class Sampling:
    """The samples of a waveform from `begin_s` on, as time goes by."""

    def __init__(self, waveform: Waveform, rate_hz: int, begin_s: float) -> None:
        self.next = 0
        self.begin_s = begin_s
        self._waveform = waveform
        self._rate_hz = rate_hz

    def until_s(self) -> float:
        """When the next sample begins."""
        return self.begin_s + self.next / self._rate_hz

    def due(self) -> Times:
        """The middles of the samples that are over and were not given yet, at most 20,000."""
        until_s = min(time.monotonic(), self._waveform.known_until_s())
        end = min(int((until_s - self.begin_s) * self._rate_hz), self.next + _MOST_SAMPLES)
        numbers = np.arange(self.next, max(self.next, end))
        self.next += len(numbers)
        return np.asarray(self.begin_s + (numbers + 0.5) / self._rate_hz)


class Player(Closing):
    """A stand-in for a meter, in a thread that `close` ends.

    Attributes:
        kind: of the meter that it stands in for.
        port: what a `MeterEntry` names to reach it.
        sampling: None while it does not sample.
    """

    kind: ClassVar[str]
    port: str

    def __init__(self, waveform: Waveform, faults: Faults = SOUND) -> None:
        self.waveform = waveform
        self.faults = faults
        self.sampling: Sampling | None = None
        self._progress = threading.Condition()
        self._gone = False
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._play, name=f"{self.kind} player", daemon=True)
        self._thread.start()

    @abstractmethod
    def exchange(self) -> None:
        """Take what the program sent, and send what is to be sent; wait for either for a moment."""

    @abstractmethod
    def keep(self, numbers: range, times_s: Times) -> None:
        """Take in samples, with their numbers since the start and their middles, but for those to `drop`."""

    @abstractmethod
    def release(self) -> None:
        """Free the port."""

    def begin(self, rate_hz: int, begin_s: float) -> None:
        """Sample from `begin_s` on."""
        self.sampling = Sampling(self.waveform, rate_hz, begin_s)

    def kept(self, numbers: range) -> NDArray[np.bool_]:
        """Which of these samples are not to be dropped."""
        return ~np.isin(np.array(numbers), np.array(self.faults.drop))

    def sampled_until_s(self) -> float:
        """Up to when it sampled, on the monotonic clock; minus infinity where it does not sample."""
        return -np.inf if self.sampling is None else self.sampling.until_s()

    def wait_for(self, predicate: Callable[[], bool]) -> None:
        """Wait until it is so.

        Raises:
            TimeoutError: it is not for 20 s, or until the player ends.
        """
        with self._progress:
            self._progress.wait_for(lambda: self._gone or predicate(), _PATIENCE_S)
            if not predicate():
                raise TimeoutError(f"the {self.kind} player ended, or made no progress for {_PATIENCE_S:g} s")

    def join(self) -> None:
        """Wait until it is unplugged."""
        self._thread.join()

    def close(self) -> None:
        """Be unplugged; closing twice is harmless."""
        self._closing.set()
        self.join()

    def _play(self) -> None:
        try:
            while not self._closing.is_set():
                self.exchange()
                if self.sampling is not None:
                    self._sample(self.sampling)
                self._tell(gone=False)
        finally:
            self.release()
            self._tell(gone=True)

    def _sample(self, sampling: Sampling) -> None:
        first = sampling.next
        times_s = sampling.due()
        if sampling.next >= self.faults.vanish_at:
            self._closing.set()
        elif first < self.faults.silent_from and len(times_s):
            self.keep(range(first, sampling.next), times_s)

    def _tell(self, gone: bool) -> None:
        with self._progress:
            self._gone = gone
            self._progress.notify_all()


class TerminalPlayer(Player):
    """A player whose meter is a serial port: `port` is a pseudo-terminal's path."""

    def __init__(self, waveform: Waveform, faults: Faults = SOUND) -> None:
        self._master, self._slave = pty.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self.port = os.ttyname(self._slave)
        self._unsent = bytearray()
        super().__init__(waveform, faults)

    @abstractmethod
    def take(self, data: bytes) -> None:
        """What the program sent."""

    @abstractmethod
    def encode(self, numbers: range, times_s: Times) -> bytes:
        """The bytes of samples."""

    def send(self, data: bytes) -> None:
        self._unsent += data

    def exchange(self) -> None:
        readable, _, _ = select.select([self._master], [], [], TICK_S)
        if readable:
            data = os.read(self._master, 4096)
            self.take(b"" if self.faults.mute else data)
        with contextlib.suppress(BlockingIOError):
            while self._unsent:
                del self._unsent[: os.write(self._master, self._unsent)]

    def keep(self, numbers: range, times_s: Times) -> None:
        if len(self._unsent) < _MOST_UNSENT_BYTES:
            self.send(self.encode(numbers, times_s))

    def release(self) -> None:
        os.close(self._master)
        os.close(self._slave)
