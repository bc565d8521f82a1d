"""A board on this computer's USB: its firmware flashed through its probe, its line a serial port."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

from harness.build import Firmware
from harness.config import AttachedTarget, Board, Instance, MeterEntry
from harness.errors import TargetError
from harness.flash.base import Piece
from harness.flash.choose import open_flasher
from harness.scan import Plugged, held, may_open, permission_fix, plugged_in
from harness.target.base import Target
from harness.target.contents import Contents, start_pieces
from harness.target.serial_line import SerialLine, open_serial


class Attached(Target):
    """One board on the desk. At rest it keeps its probe, its port and what is in its flash.

    Targets of one process share a board, one after the other: which of them flashed it last is known.
    """

    kind = "attached"
    may_hold_old_firmware = True

    def __init__(self, board: Board, options: AttachedTarget, instance: Instance) -> None:
        super().__init__()
        self._board = board
        self._options = options
        self._instance = instance

    @property
    def provenance(self) -> str:
        return "rehearsed" if self._instance.stand_in else "measured"

    @property
    def preloads_model(self) -> bool:
        return self._board.firmware.model_slot.kind == "flash"

    @property
    def fastest_baud(self) -> int | None:
        return self._options.baud

    @property
    def description(self) -> str:
        what = "a stand-in for a board" if self._instance.stand_in else "attached"
        return (
            f"{self._instance.name}, {what}: probe {self._instance.probe} with {self._options.flash_with}, "
            f"port {self._instance.port}"
        )

    def meter(self) -> MeterEntry | None:
        return self._instance.meter

    def start(self, firmware: Firmware, model: bytes | None = None) -> SerialLine:
        connection = _connections.get(self._instance.probe)
        if connection is None:
            connection = _connections[self._instance.probe] = _Connection(self._options, self._instance)
        connection.refuse_other(self)
        connection.user = self
        return connection.boot(start_pieces(self._board, firmware, model if self.preloads_model else None))

    def rest(self) -> None:
        if connection := self._connection():
            connection.user = None

    def stop(self) -> None:
        if connection := self._connection():
            del _connections[self._instance.probe]
            connection.close()

    def _connection(self) -> _Connection | None:
        """This process's connection to the board, unless another target is using it."""
        connection = _connections.get(self._instance.probe)
        return connection if connection and connection.user in (None, self) else None


class _Connection:
    """This process's hold of one board: locks, probe and port; `user` is the target that was started on it."""

    def __init__(self, options: AttachedTarget, instance: Instance) -> None:
        self.user: Attached | None = None
        self._instance = instance
        self._contents = Contents()
        plugged = plugged_in()
        with contextlib.ExitStack() as resources:
            resources.enter_context(held("probe", instance.probe, instance.name))
            resources.enter_context(held("port", instance.port, instance.name))
            _refuse_forbidden(instance, plugged)
            self._line = open_serial(instance, plugged)
            resources.callback(self._line.close)
            self._flasher = resources.enter_context(open_flasher(options, instance))
            self._refuse_passing_off()
            self._resources = resources.pop_all()

    def refuse_other(self, target: Attached) -> None:
        if self.user not in (None, target):
            raise TargetError(
                f"{self._instance.name} is in use by another target of this process", "end that one before"
            )

    def boot(self, pieces: Sequence[Piece]) -> SerialLine:
        """Put into the flash what is not there, and run it from the reset."""
        if lacking := self._contents.lacking(pieces):
            self._flasher.flash(pieces if self._flasher.writes_all else lacking)
            self._contents.add(lacking)
        self._line.restart()
        self._flasher.run()
        return self._line

    def close(self) -> None:
        self._resources.close()

    def _refuse_passing_off(self) -> None:
        """Numbers of a stand-in must never be taken for those of a board."""
        if self._flasher.stand_in and not self._instance.stand_in:
            raise TargetError(
                f"{self._flasher.description} is a stand-in, which the entry of {self._instance.name} does not say",
                "write stand_in = true into the entry",
            )


_connections: dict[str, _Connection] = {}  # by the probe's unique id


def _refuse_forbidden(instance: Instance, plugged: Plugged) -> None:
    device = plugged.device(instance.probe)
    if device and device.node and device.node.exists() and not may_open(device.node):
        raise TargetError(
            f"probe {instance.probe} of {instance.name} may not be opened: {device.node}", permission_fix(device.usb_id)
        )
