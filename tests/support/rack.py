"""Places whose boards fail as planned: real native firmwares, each start of which ends after so many bytes came."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from harness.build import Firmware
from harness.config import load_boards
from harness.errors import HarnessError, LinkError, TargetError
from harness.measure import Bench
from harness.paths import shipped_boards_file
from harness.target import ByteStream, Native, Target

NEVER = 1 << 60
STREAMING = 700  # bytes that come before, of a small model
PATIENCE_S = 30.0  # where a test went wrong


def unplugged(place: str) -> HarnessError:
    return TargetError(f"{place} was unplugged")


def silent(place: str) -> HarnessError:
    return LinkError(f"no answer from {place}")


@dataclass
class Rack:
    """Places of a farm with equal boards.

    Args:
        plans: by place: after how many bytes from its device each start fails, in turn; further starts do not.
        fail: what the failing place raises.
        slow: by place: the one that it waits for while vectors stream, until that failed or, if it shall not, answered.

    Attributes:
        log: what was asked of the targets, in order.
        held: the places that targets hold.
    """

    plans: Mapping[str, Sequence[int]]
    fail: Callable[[str], HarnessError] = unplugged
    slow: Mapping[str, str] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)
    held: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._plans = {place: iter(plan) for place, plan in self.plans.items()}
        self._lock = threading.Lock()
        self._awaited = {place: threading.Event() for place in self.plans}

    def take(self, avoid: str = "") -> str:
        """A free place. Raises: TargetError: there is none."""
        with self._lock:
            free = next((place for place in self.plans if place not in self.held and place != avoid), None)
            if free is None:
                raise TargetError("no place is free")
            self.held.add(free)
            self.log.append(f"take {free}")
            return free

    def give_back(self, place: str) -> None:
        with self._lock:
            self.held.discard(place)

    def bytes_left(self, place: str) -> int:
        """Of the next start of that place."""
        return next(self._plans[place], NEVER)

    def stream(self, place: str) -> None:
        """That place streams vectors."""
        if not self.plans[place]:
            self._awaited[place].set()
        if other := self.slow.get(place):
            self._awaited[other].wait(PATIENCE_S)

    def failure(self, place: str) -> HarnessError:
        self._awaited[place].set()
        return self.fail(place)


class RackTarget(Target):
    """A place of a rack. Recovers first on the same place, then on another one, then no more."""

    kind = Native.kind
    provenance = Native.provenance
    preloads_model = Native.preloads_model

    def __init__(self, rack: Rack) -> None:
        self._rack = rack
        self._place = ""
        self._native = Native()

    @property
    def description(self) -> str:
        return self._native.description

    @property
    def place(self) -> str:
        return self._place

    def start(self, firmware: Firmware, model: bytes | None = None) -> ByteStream:
        self._place = self._place or self._rack.take()
        return FailingLine(self._native.start(firmware, model), self._rack.bytes_left(self._place), self)

    def recover(self, failures: int, cause: str) -> bool:
        self._rack.log.append(f"recover {failures} on {self._place}")
        if failures == 2:
            bad, self._place = self._place, self._rack.take(avoid=self._place)
            self._rack.give_back(bad)
        return failures < 3

    def settle(self, passed: bool) -> None:
        self._rack.log.append(f"settle {passed}")

    def rest(self) -> None:
        self._native.stop()

    def stop(self) -> None:
        self._native.stop()
        self._rack.give_back(self._place)
        self._place = ""

    def stream(self) -> None:
        self._rack.stream(self._place)

    def fail(self) -> HarnessError:
        """The real process ends as well."""
        self._native.stop()
        return self._rack.failure(self._place)


class FailingLine:
    """A line to `target` that fails once more than `left_bytes` came."""

    def __init__(self, line: ByteStream, left_bytes: int, target: RackTarget) -> None:
        self._line = line
        self._left_bytes = left_bytes
        self._came_bytes = 0
        self._target = target
        self.write = line.write
        self.close = line.close

    def read(self, timeout_s: float) -> bytes:
        data = self._line.read(timeout_s)
        self._came_bytes += len(data)
        if self._came_bytes > self._left_bytes:
            raise self._target.fail()
        if self._came_bytes > STREAMING:
            self._target.stream()
        return data


class RackBench(Bench):
    """A bench of such places."""

    def __init__(self, rack: Rack, shards: int = 1) -> None:
        super().__init__(load_boards([shipped_boards_file()])["native"], shards=shards)
        self._rack = rack

    def new_target(self) -> Target:
        return RackTarget(self._rack)
