"""A desk with a board on it that is a stand-in: probe and chip, serial port, power meter, in a folder.

The probe is `harness.standin.probe`, which pyOCD loads in the process that flashes. Beside what both share
(`harness.standin.folder`) the folder holds

    serial       the board's serial port
    boards.toml  the entry [attached.stand-in] of the board, with the power meter where there is one

`control` takes `unplug` and `plug`, too: the cable of the serial port.
"""

from __future__ import annotations

import contextlib
import fcntl
import functools
import importlib.util
import math
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import tomlkit

from harness.closing import Closing
from harness.config import AttachedTarget, Board
from harness.config.attached import MeterKind
from harness.errors import ConfigError, SetupError, TargetError
from harness.standin.board import DeskBoard
from harness.standin.control import Control
from harness.standin.folder import SIMULATED_CHIP, VARIABLE, DeskFolder, DeskSettings, Faults
from harness.standin.lane import Lane
from harness.standin.pseudo_terminal import PseudoTerminal
from harness.standin.uart import UartWire

if TYPE_CHECKING:
    from harness.standin.meters import Player

INSTANCE, ENTRY_FILE = "stand-in", "boards.toml"  # its name, and where it stands
_SUPPLY_V = 3.3  # as docs/hardware.md has a meter supply the board


class Desk(Closing):
    """A desk that is there until `close`.

    Args:
        board: it can be attached, and it is emulated on a machine of the STM32L4 family.
        folder: where the desk is. What its flash held before is kept.
        meter: the kind of its power meter; None: it has none.
        limit_baud: the fastest rate that its line carries soundly.
        faults: of its probe and chip.

    Attributes:
        device: the board itself.

    Raises:
        ConfigError: there is no stand-in for such a board.
        TargetError: another process has a desk in this folder, or it has no room for a socket.
        SetupError: QEMU is missing, or what runs flash algorithms on the simulated chip.
    """

    def __init__(
        self,
        board: Board,
        folder: Path,
        meter: MeterKind | None = None,
        limit_baud: float = math.inf,
        faults: Faults | None = None,
    ) -> None:
        _need_chip_emulator()
        self.folder = folder.resolve()
        self.board_name = board.name
        self._limit_baud = limit_baud
        self._cable = contextlib.ExitStack()
        settings = _settings(board, self.folder, faults or Faults())
        shared = DeskFolder(self.folder)
        with contextlib.ExitStack() as resources:
            resources.enter_context(_held(self.folder))
            shared.write(settings)
            self.device = DeskBoard(board, shared.flash_file, settings.flash_address, self.folder)
            resources.callback(self.device.close)
            resources.callback(self.unplug)
            self.plug()
            player = resources.enter_context(self._played(meter)) if meter else None
            self._write_entry(settings.unique_id, player)
            actions = (self.device.run, self.device.halt, self.plug, self.unplug)
            control = Control(shared.control, {action.__name__: action for action in actions})
            resources.callback(control.close)
            self._resources = resources.pop_all()

    @property
    def boards_file(self) -> Path:
        """What `--boards-file` takes."""
        return self.folder / ENTRY_FILE

    @property
    def environment(self) -> dict[str, str]:
        """The variable by which pyOCD finds the probe."""
        return {VARIABLE: str(self.folder)}

    def plug(self) -> None:
        """Plug the cable of the serial port in. One that is plugged in is plugged anew."""
        self.unplug()
        with contextlib.ExitStack() as cable:
            terminal = PseudoTerminal()
            cable.callback(terminal.close)
            host = functools.partial(_host_rates, terminal)
            there = UartWire(host, self.device.rates, self._limit_baud, seed=0)
            back = UartWire(self.device.rates, host, self._limit_baud, seed=1)
            cable.callback(Lane(terminal, there, self.device).close)
            cable.callback(Lane(self.device, back, terminal).close)
            cable.callback(terminal.hang_up)
            cable.enter_context(_linked(self.folder / "serial", terminal.path))
            self._cable = cable.pop_all()

    def unplug(self) -> None:
        """Pull the cable of the serial port; pulling twice is harmless."""
        self._cable.close()

    def close(self) -> None:
        """Take all away, and end the emulator."""
        self._resources.close()

    def _played(self, meter: MeterKind) -> Player:
        """A stand-in for a meter."""
        from harness.standin.live import LiveWaveform
        from harness.standin.meters import play

        return play(meter, LiveWaveform(self.device))

    def _write_entry(self, unique_id: str, meter: Player | None) -> None:
        entry: dict[str, object] = {
            "board": self.board_name,
            "probe": unique_id,
            "port": str(self.folder / "serial"),
            "stand_in": True,
        }
        if meter is not None:
            entry["meter"] = {"kind": meter.kind, "port": meter.port, "voltage_v": _SUPPLY_V}
        self.boards_file.write_text(tomlkit.dumps({"attached": {INSTANCE: entry}}), "utf-8")


def _need_chip_emulator() -> None:
    """Say here what would come up where pyOCD opens the probe, in another process."""
    if importlib.util.find_spec("unicorn") is None:
        raise SetupError("a desk's chip needs the package unicorn", "pip install 'tinyhil[standin]'")


def _settings(board: Board, folder: Path, faults: Faults) -> DeskSettings:
    attached, code = board.targets.get("attached"), board.firmware.code
    if (
        not isinstance(attached, AttachedTarget)
        or not attached.probe_target.startswith(SIMULATED_CHIP)
        or "emulated" not in board.targets
        or code is None
    ):
        raise ConfigError(
            f"board {board.name} has no stand-in: only boards with a chip {SIMULATED_CHIP}, attached and emulated, do",
            f"use board {SIMULATED_CHIP}",
        )
    flash = board.memory[code.memory]
    return DeskSettings(
        unique_id=f"STANDIN{zlib.crc32(str(folder).encode()):08X}",
        board=board.name,
        probe_target=attached.probe_target,
        flash_address=flash.address,
        flash_bytes=flash.bytes,
        idcode=attached.id_register.value if attached.id_register else 0,
        faults=faults,
    )


def _host_rates(terminal: PseudoTerminal) -> tuple[int]:
    return (terminal.baud,)


@contextlib.contextmanager
def _held(folder: Path) -> Iterator[None]:
    """The folder, for this process alone; the system frees it should this one die."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "lock").open("w")
    except OSError as error:
        raise TargetError(f"{folder}: no desk can be made: {error.strerror}", "take another folder") from None
    with lock as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise TargetError(f"{folder}: another desk is there", "end it, or take another folder") from None
        yield


@contextlib.contextmanager
def _linked(link: Path, path: str) -> Iterator[None]:
    """`link` leads to `path`; what a dead process left there is replaced."""
    link.unlink(missing_ok=True)
    link.symlink_to(path)
    try:
        yield
    finally:
        link.unlink(missing_ok=True)
