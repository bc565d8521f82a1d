"""The chip's address space: which device answers at which address."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass


class BusError(Exception):
    """No device answers at this address, or the one there refuses."""


@dataclass(frozen=True)
class Window:
    """A device in the address space.

    Attributes:
        read: the value of `size` bytes at an offset into the window.
        write: writes the value of `size` bytes there.
    """

    address: int
    bytes: int
    read: Callable[[int, int], int]
    write: Callable[[int, int, int], None]


class Bus:
    """Hands accesses to the windows."""

    def __init__(self, windows: Iterable[Window]) -> None:
        self._windows = tuple(windows)

    def read(self, address: int, size: int) -> int:
        """Raises BusError as the device does, or where there is none (so does `write`)."""
        window = self._find(address)
        return window.read(address - window.address, size)

    def write(self, address: int, size: int, value: int) -> None:
        window = self._find(address)
        window.write(address - window.address, size, value)

    def _find(self, address: int) -> Window:
        for window in self._windows:
            if window.address <= address < window.address + window.bytes:
                return window
        raise BusError(f"nothing at {address:#010x}")


class Registers:
    """Registers that keep what is written and do nothing; those that are not in `values` read 0 at first."""

    def __init__(self, values: Mapping[int, int]) -> None:
        self._values = dict(values)

    def read(self, offset: int, size: int) -> int:
        return self._values.get(offset, 0)

    def write(self, offset: int, size: int, value: int) -> None:
        self._values[offset] = value
