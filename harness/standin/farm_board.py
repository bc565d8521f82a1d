"""An emulated board as a service of the network: its serial line and QEMU's GDB stub are TCP servers on the loopback.

It counts as the emulated boards of this computer do. Switched on, it stands still with nothing in its flash: whoever
runs it writes a firmware through the stub, resets it and lets it go.
"""

from __future__ import annotations

import os
import signal
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from harness.closing import Closing
from harness.config import Board, EmulatedTarget
from harness.config.defaults import START_BAUD
from harness.errors import ConfigError, TargetError
from harness.farm.exporter import Export, Value, network_service
from harness.flash import GdbStub
from harness.standin.power_strip import Outlet
from harness.standin.reserved_port import LOOPBACK, ReservedPort
from harness.target.emulated import QEMU, counting_arguments, machine_arguments, qemu_version
from harness.target.process import TargetProcess

_START_TIMEOUT_S = 20.0


class FarmBoard(Closing):
    """A board that can be switched on and off. It is off at first; its ports stay the same.

    Attributes:
        board_name: in `boards.toml`.
        tags: further ones of its place.
        description: what it is, e.g. "stm32l475, a stand-in: emulated by QEMU 10.0.2 b-l475e-iot01a".

    Raises:
        ConfigError: the board is not emulated.
        SetupError: QEMU is missing or too old.
    """

    tags: ClassVar[Mapping[str, str]] = {}

    def __init__(self, board: Board) -> None:
        options = board.targets.get("emulated")
        if not isinstance(options, EmulatedTarget):
            raise ConfigError(f"board {board.name} is not emulated", "`harness boards` lists those that are")
        self._name = f"QEMU {qemu_version()}"
        self.description = f"{board.name}, a stand-in: emulated by {self._name} {options.machine}"
        self.board_name = board.name
        self._board = board
        self._options = options
        self._line = ReservedPort()
        self._stub = ReservedPort()
        self._folder = tempfile.TemporaryDirectory(prefix="tinyhil-farm-")
        self._lock = threading.Lock()
        self._process: TargetProcess | None = None

    @property
    def line_port(self) -> int:
        """Of the serial line: what the board sends, byte by byte, to one client at a time."""
        return self._line.number

    @property
    def stub_port(self) -> int:
        return self._stub.number

    @property
    def exports(self) -> dict[str, Export]:
        """For labgrid's exporter, which passes on where they are."""
        line: dict[str, Value] = {"host": LOOPBACK, "port": self.line_port, "speed": START_BAUD, "protocol": "raw"}
        return {"serial": Export("NetworkSerialPort", line), "gdb": network_service(LOOPBACK, self.stub_port)}

    @property
    def outlet(self) -> Outlet:
        """It, plugged in."""
        faults = {"die": self.die, "hang": self.hang}
        return Outlet(self.description, lambda: self.is_on, self.switch_on, self.switch_off, faults)

    @property
    def is_on(self) -> bool:
        """Whether it has power; it may be dead all the same."""
        return self._process is not None

    def switch_on(self) -> None:
        """Give it power, and return when it listens. What is on stays as it is.

        Raises:
            TargetError: QEMU did not start.
        """
        with self._lock:
            if self._process is None:
                self._process = self._started()

    def switch_off(self) -> None:
        """Take its power: its ports refuse connections, its memories are lost."""
        with self._lock:
            if self._process is not None:
                self._process.stop()
                self._process = None

    def die(self) -> None:
        """Have it end by itself; it has power, and is back when that was switched off and on."""
        self._signal(signal.SIGKILL)

    def hang(self) -> None:
        """Have it answer nothing any more until its power was switched off and on."""
        self._signal(signal.SIGSTOP)

    def close(self) -> None:
        self.switch_off()
        self._folder.cleanup()
        self._line.close()
        self._stub.close()

    def _signal(self, number: signal.Signals) -> None:
        with self._lock:
            if self._process is not None:
                os.kill(self._process.pid, number)

    def _started(self) -> TargetProcess:
        folder = Path(self._folder.name)
        command = [QEMU, *machine_arguments(self._options, _server(self._line)), "-S", "-qmp", "stdio"]
        command += GdbStub.arguments(_server(self._stub))
        command += counting_arguments(self._board, self._options, folder)
        process = TargetProcess(self._name, command, folder)
        try:
            process.read_line(_START_TIMEOUT_S)  # QMP's greeting comes when all servers listen
        except TargetError:
            process.stop()
            raise
        return process


def _server(port: ReservedPort) -> str:
    return f"socket,host={LOOPBACK},port={port.number},server=on,wait=off,nodelay=on"
