"""A board emulated by QEMU, whose virtual clock counts instructions."""

from __future__ import annotations

import contextlib
import functools
import socket
import tempfile
from dataclasses import dataclass
from pathlib import Path

from harness.build import Firmware, build_cycle_plugin
from harness.config import Board, EmulatedTarget
from harness.errors import SetupError, TargetError
from harness.flash import GdbStub, firmware_arguments, model_arguments
from harness.setup import SETUP_COMMAND, probes
from harness.setup.finding import State
from harness.target.base import ProcessTarget
from harness.target.cost_file import cost_file_text
from harness.target.process import TargetProcess
from harness.target.stream import ByteStream, DescriptorStream

QEMU = "qemu-system-arm"
_READ_BYTES = 1 << 16


@dataclass
class _Machine:
    """A running QEMU. `held`: its board stands still and is about to be reset."""

    firmware: Firmware
    process: TargetProcess
    line: socket.socket
    stub: GdbStub
    held: bool = False

    def stream(self) -> ByteStream:
        return DescriptorStream(self.line, self.process.death)

    def forget_unread_bytes(self) -> None:
        with contextlib.suppress(OSError):  # none are left, or QEMU has ended: the stub tells
            while self.line.recv(_READ_BYTES):
                pass


class Emulated(ProcessTarget):
    """QEMU. `icount_shift`: one instruction takes 2^icount_shift ns of its virtual clock.

    At rest it keeps its process, which has the firmware loaded and translated: with the same firmware, a start is a
    reset of the board.
    """

    kind = "emulated"
    provenance = "emulated"
    preloads_model = True

    def __init__(self, board: Board, options: EmulatedTarget) -> None:
        super().__init__()
        self._board = board
        self._options = options
        self._machine: _Machine | None = None

    @property
    def icount_shift(self) -> int:
        return self._options.icount_shift

    @property
    def description(self) -> str:
        return f"QEMU {qemu_version()} {self._options.machine} -icount shift={self.icount_shift}"

    def start(self, firmware: Firmware, model: bytes | None = None) -> ByteStream:
        machine = self._machine
        if machine is not None and machine.held and machine.firmware == firmware:
            with contextlib.suppress(TargetError):  # it ended meanwhile: another one starts
                return self._restart(machine, model)
        return super().start(firmware, model)

    def rest(self) -> None:
        try:
            if self._machine is not None:
                self._machine.stub.hold()
                self._machine.held = True
        except TargetError:
            self.stop()

    def stop(self) -> None:
        self._machine = None
        super().stop()

    def _restart(self, machine: _Machine, model: bytes | None) -> ByteStream:
        machine.forget_unread_bytes()
        machine.stub.reset()
        if model is not None and (address := self._board.firmware.model_slot.address) is not None:
            machine.stub.write(address, model)
        machine.stub.release()
        machine.held = False
        return machine.stream()

    def _start(self, firmware: Firmware, model: bytes | None, resources: contextlib.ExitStack) -> ByteStream:
        name = f"QEMU {qemu_version()}"
        folder = Path(resources.enter_context(tempfile.TemporaryDirectory(prefix="tinyhil-")))
        line, board_line = socket.socketpair()
        stub, board_stub = socket.socketpair()
        resources.enter_context(line)
        resources.enter_context(stub)
        with board_line, board_stub:
            command = [
                QEMU,
                *machine_arguments(self._options, open_socket(board_line)),
                *firmware_arguments(firmware.elf),
            ]
            command += GdbStub.arguments(open_socket(board_stub))
            command += counting_arguments(self._board, self._options, folder)
            slot_address = self._board.firmware.model_slot.address
            if model is not None and slot_address is not None:
                command += model_arguments(model, slot_address, folder)
            process = TargetProcess(name, command, folder, [board_line.fileno(), board_stub.fileno()])
        resources.callback(process.stop)
        self._machine = _Machine(firmware, process, line, GdbStub(stub))
        return self._machine.stream()


def open_socket(end: socket.socket) -> str:
    """What QEMU calls one end of a pair: nothing to poll for, no banner lost, and its end is seen."""
    return f"socket,fd={end.fileno()}"


def machine_arguments(options: EmulatedTarget, line: str) -> list[str]:
    """QEMU's arguments for a machine without firmware, whose serial line is its character device `line`."""
    unused = ["-serial", "null"] * options.serial
    return [
        *("-machine", options.machine, "-display", "none", "-monitor", "none"),
        *("-chardev", f"{line},id=link"),
        *(*unused, "-serial", "chardev:link"),
    ]


def counting_arguments(board: Board, options: EmulatedTarget, folder: Path) -> list[str]:
    """QEMU's arguments for a clock that counts instructions, and cycles where `board` has a cost model.

    Args:
        folder: a file of the plugin is written there.
    """
    # QEMU's default, sleep=on: a waiting firmware takes no time of this computer, and bytes wake it at once.
    counting = ["-icount", f"shift={options.icount_shift}"]
    if board.cost_model is not None:
        costs = folder / "costs.txt"
        costs.write_text(cost_file_text(board.cost_model), "utf-8")
        counting += ["-plugin", f"{build_cycle_plugin()},costs={costs}"]
    return counting


@functools.cache
def qemu_version() -> str:
    """The version of the QEMU that will run, e.g. "10.0.2".

    Raises:
        SetupError: it is missing or too old.
    """
    finding = probes.qemu()
    if finding.state is not State.FOUND:
        minimum = ".".join(map(str, probes.MINIMUM_QEMU))
        found = f" ({finding.version})" if finding.version else ""
        raise SetupError(
            f"{QEMU} is {finding.state.value}{found}; needed is {minimum} or newer",
            f"run `{SETUP_COMMAND}`, or install QEMU (Debian 12 has it in bookworm-backports)",
        )
    return finding.version
