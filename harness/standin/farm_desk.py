"""A desk with a stand-in on it, shared as a farm shares a board of silicon: `pyocd server` has its probe."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from harness.closing import Closing
from harness.config.defaults import START_BAUD
from harness.farm.exporter import Export, network_service
from harness.standin.folder import VARIABLE, DeskFolder
from harness.standin.power_strip import Outlet
from harness.standin.reserved_port import LOOPBACK, ReservedPort
from harness.standin.service import Service

_PYTHON = (sys.executable, "-m")


class FarmDesk(Closing):
    """`harness desk` and `pyocd server`, each a process of its own, until `close`.

    Args:
        name: of its folder and logs in `folder`.
        board: a name in `boards.toml`.

    Attributes:
        server: of the probe; it can be killed and started again.

    Raises:
        TargetError: the board has no stand-in, or a process does not start.
    """

    tags: ClassVar[Mapping[str, str]] = {"kind": "desk"}  # its numbers are not those of emulated boards

    def __init__(self, name: str, board: str, folder: Path) -> None:
        self.board_name = board
        self.description = f"{board}, a stand-in: its chip is simulated, and QEMU runs what its flash holds"
        self._desk = DeskFolder(folder / name)
        self._is_on = True
        with contextlib.ExitStack() as resources:
            self._port = resources.enter_context(ReservedPort())
            desk = [*_PYTHON, "harness", "desk", f"--board={board}", f"--folder={self._desk.path}"]
            resources.enter_context(Service(name, desk, "Ctrl-C ends it", folder))
            probe = self._desk.read().unique_id
            server = [*_PYTHON, "pyocd", "server", f"--port={self._port.number}", f"--uid={probe}"]
            environment = os.environ | {VARIABLE: str(self._desk.path)}
            self.server = Service(f"{name}-probe", server, "Serving debug probe", folder, env=environment)
            resources.enter_context(self.server)
            self._resources = resources.pop_all()

    @property
    def exports(self) -> dict[str, Export]:
        """For labgrid's exporter, which starts ser2net for the serial port."""
        port = os.path.realpath(self._desk.path / "serial")
        return {
            "serial": Export("RawSerialPort", {"port": port, "speed": START_BAUD}, "NetworkSerialPort"),
            "probe": network_service(LOOPBACK, self._port.number),
        }

    @property
    def outlet(self) -> Outlet:
        """It, plugged in. Its power comes back into what its flash holds."""
        return Outlet(self.description, lambda: self._is_on, self._switch_on, self._switch_off)

    def close(self) -> None:
        self._resources.close()

    def _switch_on(self) -> None:
        if not self._is_on:
            self._desk.tell("run")
            self._is_on = True

    def _switch_off(self) -> None:
        self._desk.tell("halt")
        self._is_on = False
