"""labgrid's own coordinator and exporters on the loopback, with nothing behind what they export."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from harness.closing import Closing
from harness.processes import end_group, start_group
from harness.setup import labgrid_program

BOARD = "stm32l475"
EXPORTER = "lab"
NOBODY = 9  # a port where nothing listens


class LabgridFarm(Closing):
    """A coordinator with places, of which nothing is exported yet.

    Args:
        places: tags of each.

    Attributes:
        address: where it listens, also after a restart.
    """

    def __init__(self, folder: Path, places: Mapping[str, Mapping[str, str]]) -> None:
        self._folder = folder
        self._exporters: dict[str, subprocess.Popen[bytes]] = {}
        self.address = "127.0.0.1:0"
        entries = {name: {"tags": tags, "matches": _matches(name)} for name, tags in places.items()}
        (folder / "places.yaml").write_text(json.dumps(entries))  # the coordinator's own file
        self.start_coordinator()

    def start_coordinator(self) -> None:
        command = [labgrid_program("labgrid-coordinator"), "-l", self.address]
        self._coordinator, line = _started(command, "listening on ", self._folder)
        self.address = line.split()[-1]

    def kill_coordinator(self) -> None:
        end_group(self._coordinator)

    def hang_coordinator(self) -> None:
        """It answers nothing more until it is killed."""
        os.kill(self._coordinator.pid, signal.SIGSTOP)

    def export(self, names: Sequence[str], exporter: str = EXPORTER) -> None:
        """Start an exporter of what these places need."""
        file = self._folder / f"{exporter}.yaml"
        file.write_text(json.dumps({name: _resources(name) for name in names}))
        command = [labgrid_program("labgrid-exporter"), "-c", self.address, "-n", exporter, file]
        self._exporters[exporter], _ = _started(command, "creating poll task", self._folder)  # all has been sent then

    def kill_exporter(self, exporter: str = EXPORTER) -> None:
        end_group(self._exporters.pop(exporter))

    def close(self) -> None:
        for child in [*self._exporters.values(), self._coordinator]:
            end_group(child)


def _matches(name: str) -> list[dict[str, str]]:
    return [
        {"exporter": "*", "group": name, "cls": entry["cls"], "name": resource, "rename": resource}
        for resource, entry in _resources(name).items()
    ]


def _resources(name: str) -> dict[str, dict[str, Any]]:
    return {
        "serial": {"cls": "NetworkSerialPort", "host": "127.0.0.1", "port": NOBODY, "protocol": "raw"},
        "gdb": {"cls": "NetworkService", "address": "127.0.0.1", "port": NOBODY, "username": "none"},
        "power": {"cls": "NetworkPowerPort", "model": "rest", "host": f"http://127.0.0.1:{NOBODY}/{name}", "index": 0},
    }


def _started(command: Sequence[object], ready: str, folder: Path) -> tuple[subprocess.Popen[bytes], str]:
    """A program, and the line of its output that says that it is ready."""
    child = start_group(
        [str(word) for word in command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=folder,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )
    assert child.stdout is not None
    said: list[str] = []
    for line in child.stdout:
        said.append(line.decode().strip())
        if ready in said[-1]:
            threading.Thread(target=child.stdout.read, daemon=True).start()  # a full pipe would stop it
            return child, said[-1]
    raise AssertionError("\n".join(said))
