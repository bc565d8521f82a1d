"""A board on the desk that is made of a list and a pseudo-terminal: what its probe was told, what its line carries."""

from __future__ import annotations

import contextlib
import os
import threading
import tty
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from support.simulated_device import HELLO, SimulatedDevice

from harness.config import Instance
from harness.errors import TargetError
from harness.flash.base import Flashed, Flasher, Piece
from harness.flash.qemu_loader import memory_image
from harness.link.messages import Hello


@dataclass
class AttachedBoard:
    """What it holds and what happened to it: ("flash", names of pieces), ("run",), ("close",).

    `bauds` are the rates that its UART makes beside the first.
    """

    port: str
    master: int
    events: list[tuple[str, ...]] = field(default_factory=list)
    flash: dict[int, bytes] = field(default_factory=dict)
    hellos: list[Hello] = field(default_factory=lambda: [HELLO])  # of one run after the other; the last one stays
    stand_in: bool = True
    flash_error: TargetError | None = None
    garbled_runs: int = 0  # in which what comes down the line is noise
    device: SimulatedDevice | None = None
    bauds: frozenset[int] = frozenset()

    def instance(self, name: str = "desk-1") -> Instance:
        return Instance(name, "stm32l475", "A1", self.port, stand_in=True)

    def reset(self) -> None:
        hello = self.hellos.pop(0) if len(self.hellos) > 1 else self.hellos[0]
        self.device = SimulatedDevice(hello, bauds=self.bauds)
        self.garbled_runs -= 1

    def serve(self) -> None:
        """Answer what comes down the line until it is closed."""
        with contextlib.suppress(OSError):
            while data := os.read(self.master, 4096):
                if self.device is not None:
                    answer = self.device.receive(data)
                    os.write(self.master, b"\x55" * len(answer) if self.garbled_runs >= 0 else answer)


class ListFlasher(Flasher):
    """The probe of an `AttachedBoard`."""

    def __init__(self, board: AttachedBoard) -> None:
        self._board = board
        self.stand_in = board.stand_in
        self.description = "a list"

    def flash(self, pieces: Sequence[Piece]) -> Flashed:
        self._board.events.append(("flash", *(piece.name for piece in pieces)))
        if self._board.flash_error:
            raise self._board.flash_error
        self._board.flash |= {piece.address: piece.data for piece in pieces}
        return Flashed(0, sum(len(piece.data) for piece in pieces), 0, 0.0)

    def run(self) -> None:
        self._board.events.append(("run",))
        self._board.reset()

    def close(self) -> None:
        self._board.events.append(("close",))


@contextlib.contextmanager
def attached_board() -> Iterator[AttachedBoard]:
    """One on a pseudo-terminal of its own."""
    master, slave = os.openpty()
    tty.setraw(slave)
    board = AttachedBoard(os.ttyname(slave), master)
    thread = threading.Thread(target=board.serve)
    thread.start()
    try:
        yield board
    finally:
        os.close(slave)  # the last one ends the thread's read
        thread.join()
        os.close(master)


def firmware_file(folder: Path, name: str, data: bytes) -> Path:
    """An ELF file that loads `data` where the STM32L4's flash begins."""
    path = folder / name
    path.write_bytes(memory_image(data, 0x0800_0000))
    return path
