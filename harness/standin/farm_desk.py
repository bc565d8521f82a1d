"""A desk with a stand-in on it, shared as a farm shares a board of silicon: `pyocd server` has its probe."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

from harness.closing import Closing
from harness.config import boards_files, load_instances
from harness.config.attached import MeterKind
from harness.farm.exporter import Export
from harness.farm.sharing import Door, exports_of, tags_of
from harness.standin.desk import ENTRY_FILE, INSTANCE
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
        meter: the kind of its power meter; None: it has none.

    Attributes:
        tags: its place's; `kind`, as its numbers are not those of emulated boards, and its meter's.
        exports: for labgrid's exporter, which starts ser2net for serial ports.
        server: of the probe; it can be killed and started again.

    Raises:
        TargetError: the board has no stand-in, or a process does not start.
    """

    def __init__(self, name: str, board: str, folder: Path, meter: MeterKind | None = None) -> None:
        self.board_name = board
        self.description = f"{board}, a stand-in: its chip is simulated, and QEMU runs what its flash holds"
        self._desk = DeskFolder(folder / name)
        self._is_on = True
        with contextlib.ExitStack() as resources:
            self._port = resources.enter_context(ReservedPort())
            desk = [*_PYTHON, "harness", "desk", f"--board={board}", f"--folder={self._desk.path}"]
            desk += [f"--meter={meter}"] if meter else []
            resources.enter_context(Service(name, desk, "Ctrl-C ends it", folder))
            entry = load_instances(boards_files(Path.cwd(), [self._desk.path / ENTRY_FILE]))[INSTANCE]
            self.tags = {"kind": "desk"} | tags_of(entry)
            self.exports: dict[str, Export] = exports_of(entry, Door(LOOPBACK), self._port.number)
            server = [*_PYTHON, "pyocd", "server", f"--port={self._port.number}", f"--uid={entry.probe}"]
            environment = os.environ | {VARIABLE: str(self._desk.path)}
            self.server = Service(f"{name}-probe", server, "Serving debug probe", folder, env=environment)
            resources.enter_context(self.server)
            self._resources = resources.pop_all()

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
