"""A farm of stand-ins on this computer: labgrid's own coordinator and exporters, and boards behind them.

A place of the first kind is an emulated board on the network. One of the second kind is a desk, reached as a farm
reaches silicon: the probe through `pyocd server`, the line through ser2net, which labgrid's exporter starts. One power
strip has them all.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import shlex
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from harness.closing import Closing
from harness.config import Board
from harness.config.attached import MeterKind
from harness.errors import SetupError, TargetError
from harness.farm.environment import environment
from harness.farm.exporter import Export, exporter_text
from harness.setup.labgrid import labgrid_program
from harness.standin.farm_board import FarmBoard
from harness.standin.farm_desk import FarmDesk
from harness.standin.power_strip import PowerStrip
from harness.standin.reserved_port import LOOPBACK, ReservedPort
from harness.standin.service import Service

_RACK_PLACES = 4
_COORDINATOR_READY = "listening on "
_EXPORTER_READY = "creating poll task"  # what it shares has been sent


class DemoFarm(Closing):
    """A farm until `close`; all of it ends with this process, however that ends.

    Args:
        boards: what is emulated, in turn; desks have the first.
        count: of emulated boards.
        desks: for each place of the second kind its power meter, or None.
        folder: for configurations and logs, with a short path.
        port: the coordinator's; 0 for any that is free.

    Attributes:
        address: the coordinator's.
        boards: what stands at each place, by the place's name; `<exporter>-<number>`.
        strip: the power strip. Its outlets have the order of `boards`.
        coordinator, exporters: processes that can be killed and started again.

    Raises:
        ConfigError: a board is not emulated.
        TargetError: the port is taken, or something does not start.
        SetupError: labgrid, QEMU or ser2net is missing.
    """

    def __init__(
        self, boards: Sequence[Board], count: int, desks: Sequence[MeterKind | None], folder: Path, port: int = 0
    ) -> None:
        self._folder = folder
        with contextlib.ExitStack() as resources:
            own = resources.enter_context
            self.address = f"{LOOPBACK}:{own(ReservedPort(port)).number}"
            self.boards: dict[str, FarmBoard | FarmDesk] = {}
            for index, board in zip(range(count), itertools.cycle(boards), strict=False):
                there = own(FarmBoard(board))
                there.switch_on()
                self.boards[f"rack{index // _RACK_PLACES + 1}-{index % _RACK_PLACES + 1}"] = there
            for number, meter in enumerate(desks, 1):
                self.boards[f"desk-{number}"] = own(FarmDesk(f"desk-{number}", boards[0].name, folder, meter))
            self.strip = own(PowerStrip([board.outlet for board in self.boards.values()]))
            shared = dict(self._shared())
            self.coordinator = own(self._coordinator(shared))
            self.exporters = {name: own(self._exporter(name, shared)) for name in _exporters(shared)}
            self._resources = resources.pop_all()

    def mend(self) -> list[str]:
        """Start again what of labgrid and of probes' servers has ended, as systemd does; what it did, a line each."""
        servers = [board.server for board in self.boards.values() if isinstance(board, FarmDesk)]
        services = (self.coordinator, *self.exporters.values(), *servers)
        return [_mended(service) for service in services if not service.is_alive]

    def close(self) -> None:
        self._resources.close()

    def _shared(self) -> Iterator[tuple[str, dict[str, Export]]]:
        for number, (name, board) in enumerate(self.boards.items()):
            power = Export("NetworkPowerPort", {"model": "rest", "host": self.strip.host, "index": number})
            yield name, board.exports | {"power": power}

    def _coordinator(self, shared: Mapping[str, Mapping[str, Export]]) -> Service:
        folder = self._folder / "coordinator"
        folder.mkdir()
        # The coordinator's own file, of which it reads at its start what it wrote last.
        places = {name: self._place(name, resources) for name, resources in shared.items()}
        (folder / "places.yaml").write_text(json.dumps(places), "utf-8")
        command = [str(labgrid_program("labgrid-coordinator")), "--listen", self.address]
        return Service("coordinator", command, _COORDINATOR_READY, self._folder, cwd=folder)

    def _place(self, name: str, resources: Mapping[str, Export]) -> dict[str, object]:
        board = self.boards[name]
        tags = {"board": board.board_name, "health": "ok", **board.tags}
        matches = [
            {"exporter": _exporter_of(name), "group": name, "cls": resource.seen_as, "name": word, "rename": word}
            for word, resource in resources.items()
        ]
        return {"tags": tags, "matches": matches}

    def _exporter(self, name: str, shared: Mapping[str, Mapping[str, Export]]) -> Service:
        file = self._folder / f"{name}.yaml"
        file.write_text(
            exporter_text({place: shared[place] for place in shared if _exporter_of(place) == name}), "utf-8"
        )
        command = [str(labgrid_program("labgrid-exporter")), "--coordinator", self.address]
        command += ["--name", name, "--hostname", LOOPBACK, str(file)]
        return Service(name, command, _EXPORTER_READY, self._folder, env=self._environment())

    def _environment(self) -> dict[str, str]:
        """With a ser2net, where desks need one, that listens on the loopback alone."""
        if not any(isinstance(board, FarmDesk) for board in self.boards.values()):
            return environment()
        programs = self._folder / "programs"
        programs.mkdir(exist_ok=True)
        script = programs / "ser2net"
        command = [sys.executable, "-m", "harness.standin.loopback_ser2net", _ser2net()]
        script.write_text(f'#!/bin/sh\nexec {shlex.join(command)} "$@"\n', "utf-8")
        script.chmod(0o755)
        return environment() | {"PATH": f"{programs}{os.pathsep}{_path()}"}


def _mended(service: Service) -> str:
    try:
        service.restart()
    except TargetError as error:
        return f"{service.name} has ended, and does not start: {error.cause}"
    return f"{service.name} had ended, and was started again"


def _exporters(places: Mapping[str, object]) -> list[str]:
    return list(dict.fromkeys(map(_exporter_of, places)))


def _exporter_of(place: str) -> str:
    return place.rpartition("-")[0]


def _path() -> str:
    return os.environ.get("PATH", os.defpath)


def _ser2net() -> str:
    if program := shutil.which("ser2net", path=f"{_path()}{os.pathsep}/usr/sbin"):
        return program
    raise SetupError("ser2net is missing, which serves the serial ports of desks", "on Debian: apt-get install ser2net")
