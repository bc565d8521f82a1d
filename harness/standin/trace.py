"""QEMU's trace of a board of the STM32L4 family: the marker's edges and the UART's rate. It does no I/O."""

from __future__ import annotations

import bisect
import re
from dataclasses import dataclass

# Of `-msg timestamp=on`: process, seconds of the clock of the day, event, what it says.
_EVENT = re.compile(rb"\d+@(\d+\.\d+):(\w+) (.*)")
_GPIO_WRITE = b"stm32l4x5_gpio_write"
_UART_CHANGE = b"stm32l4x5_usart_update_params"
EVENTS = (_GPIO_WRITE.decode(), _UART_CHANGE.decode())
_GPIO = re.compile(rb"GPIO([A-Z]) addr: 0x([0-9a-f]+) val: 0x([0-9a-f]+)")
_SPEED = re.compile(rb"speed: (\d+)")
_ODR, _BSRR, _BRR = 0x14, 0x18, 0x28  # RM0351, 8.4: offsets of the registers that set an output
_MOST_EDGES = 100_000


@dataclass(frozen=True)
class Pin:
    """A pin of a GPIO port, e.g. number 4 of "A"."""

    port: str
    number: int


class Trace:
    """What became of the pins so far. Times are those of time.monotonic().

    Args:
        marker: the pin that is the marker; None where the board has none.
        offset_s: what to add to the clock of the day.
    """

    def __init__(self, marker: Pin | None, offset_s: float) -> None:
        self._marker = marker or Pin("", 0)
        self._offset_s = offset_s
        self._partial = b""
        self._rates: list[tuple[float, int]] = []
        self.edges_s: list[float] = []  # the first one rises, and so does every second one

    def feed(self, data: bytes) -> None:
        """The next bytes of the trace, in pieces of any size."""
        *lines, self._partial = (self._partial + data).split(b"\n")
        for line in lines:
            if event := _EVENT.fullmatch(line):
                self._note(float(event[1]) + self._offset_s, event[2], event[3])

    def rates_between(self, begin_s: float, end_s: float) -> set[int]:
        """Every rate that the UART had at some time of these, in bits a second; none before its first one."""
        first = max(bisect.bisect_right(self._rates, begin_s, key=lambda change: change[0]) - 1, 0)
        return {baud for time_s, baud in self._rates[first:] if time_s <= end_s}

    def power_off(self, time_s: float) -> None:
        """The board is off from `time_s` on."""
        self._partial = b""
        self._rates.clear()
        self._set_level(time_s, 0)

    def _note(self, time_s: float, event: bytes, words: bytes) -> None:
        if event == _UART_CHANGE and (speed := _SPEED.search(words)):
            self._rates.append((time_s, int(speed[1])))
        elif event == _GPIO_WRITE and (write := _GPIO.fullmatch(words)) and write[1].decode() == self._marker.port:
            self._note_output(time_s, int(write[2], 16), int(write[3], 16) >> self._marker.number)

    def _note_output(self, time_s: float, register: int, bits: int) -> None:
        if register == _ODR:
            self._set_level(time_s, bits & 1)
        elif register == _BRR and bits & 1:
            self._set_level(time_s, 0)
        elif register == _BSRR and bits & 0x10001:  # to set a pin goes before to reset it
            self._set_level(time_s, bits & 1)

    def _set_level(self, time_s: float, level: int) -> None:
        if len(self.edges_s) % 2 != level:
            self.edges_s.append(time_s)
        if len(self.edges_s) > _MOST_EDGES:
            del self.edges_s[: _MOST_EDGES // 2]
