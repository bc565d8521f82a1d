"""A line in memory to a simulated device, in virtual time, which damages, delays and repeats what it is told to."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from support.simulated_device import SimulatedDevice

SILENCE_S = 0.5  # after which a device looks at its rate


class Damage(Enum):
    NONE = "none"
    DROP = "drop"
    FLIP = "flip"
    REPEAT = "repeat"
    INSERT = "insert"


@dataclass(frozen=True)
class Fault:
    """What happens to one piece, i.e. to one write or to the answers to it: `size` bytes from `position` (modulo)."""

    damage: Damage = Damage.NONE
    position: int = 0
    size: int = 1
    delay_s: float = 0.0

    def apply(self, data: bytes) -> bytes:
        start = self.position % (len(data) + 1)
        end = start + self.size
        match self.damage:
            case Damage.DROP:
                return data[:start] + data[end:]
            case Damage.FLIP:
                return data[:start] + bytes(byte ^ 0x10 for byte in data[start:end]) + data[end:]
            case Damage.REPEAT:
                return data[:end] + data[start:]
            case Damage.INSERT:
                return data[:start] + b"\x05\x00\x07"[: self.size] + data[start:]
            case Damage.NONE:
                return data


class SimulatedLine:
    """A `ByteStream` and its clock. A read that nothing answers lets its time-out pass.

    Args:
        device: the other end.
        faults: what happens to the pieces, in turn; after these the line is sound.
    """

    def __init__(self, device: SimulatedDevice, faults: Iterable[Fault] = ()) -> None:
        self.device = device
        self.now_s = 0.0
        self.unread_bytes_most = 0  # at the device, in one write
        self.windows: list[tuple[float, float]] = []  # when the device was timed, and until when
        self._faults = iter(faults)
        self._arrivals: deque[tuple[float, bytes]] = deque()

    def fault(self, faults: Iterable[Fault]) -> None:
        """Let these happen to the next pieces, in turn."""
        self._faults = iter(faults)

    def clock(self) -> float:
        return self.now_s

    def write(self, data: bytes) -> None:
        self.unread_bytes_most = max(self.unread_bytes_most, len(data))
        there, back = next(self._faults, Fault()), next(self._faults, Fault())
        busy_s, begin_s = self.device.busy_s, self.now_s + there.delay_s
        answers = self.transmit(data, there, back)
        if self.device.busy_s > busy_s:
            self.windows.append((begin_s, begin_s + self.device.busy_s - busy_s))
        arrival_s = begin_s + self.device.busy_s - busy_s + back.delay_s
        if self._arrivals:
            arrival_s = max(arrival_s, self._arrivals[-1][0])  # a line keeps the order
        self._arrivals.append((arrival_s, answers))

    def transmit(self, data: bytes, there: Fault, back: Fault) -> bytes:
        """What comes back for `data`."""
        return back.apply(self.device.receive(there.apply(data)))

    def read(self, timeout_s: float) -> bytes:
        until_s = self.now_s + timeout_s
        if not self._arrivals or self._arrivals[0][0] > until_s:
            self.now_s = until_s
            return b""
        arrival_s, data = self._arrivals.popleft()
        self.now_s = max(self.now_s, arrival_s)
        return data

    def close(self) -> None:
        self._arrivals.clear()


class RatedLine(SimulatedLine):
    """A line with a rate at each end; what one end sends is garbage for the other if their rates differ.

    Args:
        device: the other end.
        faults: as for `SimulatedLine`.
        there, back: the fastest rates at which bytes to the device, and from it, arrive unharmed.
    """

    def __init__(
        self, device: SimulatedDevice, faults: Iterable[Fault] = (), there: int = 1 << 30, back: int = 1 << 30
    ) -> None:
        super().__init__(device, faults)
        self.baud = device.rate.baud
        self._there, self._back = there, back
        self._heard_s = 0.0  # when the device last heard something

    def set_baud(self, baud: int) -> None:
        self.baud = baud

    def read(self, timeout_s: float) -> bytes:
        data = super().read(timeout_s)
        self._pass_silence()
        return data

    def transmit(self, data: bytes, there: Fault, back: Fault) -> bytes:
        self._pass_silence()
        self._heard_s = self.now_s
        device_baud = self.device.rate.baud  # the answers' too: another one begins behind them
        heard = self._carried(there.apply(data), self._there, device_baud)
        answers = self.device.receive(heard)
        return self._carried(back.apply(answers), self._back, device_baud)

    def _carried(self, data: bytes, fastest: int, device_baud: int) -> bytes:
        sound = self.baud == device_baud <= fastest
        return data if sound else bytes((byte * 3 ^ index) % 5 for index, byte in enumerate(data))

    def _pass_silence(self) -> None:
        if self.now_s - self._heard_s > SILENCE_S:
            self.device.rate.silence()
