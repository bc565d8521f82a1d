"""How the board at a place of a farm is flashed, started and spoken to, over the network."""

from __future__ import annotations

import contextlib
from abc import abstractmethod

from harness.build import Firmware
from harness.closing import Closing
from harness.config import AttachedTarget, Board, EmulatedTarget
from harness.errors import ConfigError, FarmError, TargetError
from harness.farm import FarmPlace
from harness.flash import GdbStub, Piece, PyocdFlasher
from harness.target.contents import Contents, start_pieces
from harness.target.remote_line import connect, open_line
from harness.target.stream import ByteStream

_CHECKED_BYTES = 64
_CPUID = 0xE000ED00  # Armv7-M ARM B3.2.3, Armv6-M ARM B3.2.3
_PART_NUMBERS = {  # CPUID bits 15:4, from the cores' technical reference manuals
    "cortex-m0": 0xC20,
    "cortex-m0plus": 0xC60,
    "cortex-m3": 0xC23,
    "cortex-m4": 0xC24,
    "cortex-m4f": 0xC24,
    "cortex-m7": 0xC27,
    "cortex-m33": 0xD21,
    "cortex-m55": 0xD22,
}


class Reach(Closing):
    """The open line to a board, and the way to its flash; it knows what it wrote there.

    Attributes:
        description: what it is, wherever it stands.
        provenance: as a target's.
        icount_shift: as a target's.
        fastest_baud: as a target's.
        preloads_model: as a target's.
    """

    description: str
    provenance: str
    icount_shift: int | None = None
    fastest_baud: int | None = None
    preloads_model: bool = True

    @abstractmethod
    def boot(self, firmware: Firmware, model: bytes | None) -> ByteStream:
        """Put into its memories what is not there, and run it from the reset.

        Raises:
            TargetError: it is lost, or another board.
        """

    def hold(self) -> None:
        """Nothing is asked of it for a while."""


class EmulatedReach(Reach):
    """QEMU with its GDB stub and its serial line on the network, counting as those of this computer do."""

    provenance = "emulated"

    def __init__(self, board: Board, options: EmulatedTarget, place: FarmPlace, stub: tuple[str, int]) -> None:
        self._board = board
        self._contents = Contents()
        self._held = True
        self.icount_shift = options.icount_shift
        with contextlib.ExitStack() as resources:
            self._line = open_line(place)
            resources.callback(self._line.close)
            self._stub = GdbStub(resources.enter_context(connect(stub, "GDB stub")))
            self._stub.attach()
            self._refuse_other_core()
            self.description = f"{self._stub.version()} {options.machine} -icount shift={options.icount_shift}"
            self._resources = resources.pop_all()

    def boot(self, firmware: Firmware, model: bytes | None) -> ByteStream:
        if not self._held:
            self.hold()
        self._line.restart()
        lacking = self._contents.lacking(start_pieces(self._board, firmware, model))
        for piece in lacking:
            self._stub.write(piece.address, piece.data)
            self._refuse_other_memories(piece)
        self._contents.add(lacking)
        self._stub.reset()
        self._stub.release()
        self._held = False
        return self._line

    def hold(self) -> None:
        self._stub.hold()
        self._held = True

    def close(self) -> None:
        self._resources.close()

    def _refuse_other_memories(self, piece: Piece) -> None:
        """QEMU takes what is written where no memory is, and keeps nothing of it."""
        if not self._stub.holds(piece.address, piece.data[:_CHECKED_BYTES]):
            raise self._other_board(f"it keeps nothing at {piece.address:#x}")

    def _refuse_other_core(self) -> None:
        found = int.from_bytes(self._stub.read(_CPUID, 4), "little") >> 4 & 0xFFF
        if found != _PART_NUMBERS.get(self._board.core, found):
            cores = " or ".join(core for core, part in _PART_NUMBERS.items() if part == found) or f"part {found:#x}"
            raise self._other_board(f"its core is {cores}, not {self._board.core}")

    def _other_board(self, why: str) -> TargetError:
        return TargetError(f"it is no {self._board.name}, as its tag says: {why}", "correct the place's tag `board`")


class ProbedReach(Reach):
    """A board whose probe a `pyocd server` gives to the network."""

    def __init__(self, board: Board, options: AttachedTarget, place: FarmPlace, probe: tuple[str, int]) -> None:
        host, port = probe
        self._board = board
        self._contents = Contents()
        self.preloads_model = board.firmware.model_slot.kind == "flash"
        with contextlib.ExitStack() as resources:
            flasher = PyocdFlasher(f"remote:{host}:{port}", options.probe_target, options.id_register)
            self._flasher = resources.enter_context(flasher)
            self._line = open_line(place)
            resources.callback(self._line.close)
            self._resources = resources.pop_all()
        self.description = flasher.description
        self.provenance = "rehearsed" if flasher.stand_in else "measured"
        self.fastest_baud = options.baud

    def boot(self, firmware: Firmware, model: bytes | None) -> ByteStream:
        pieces = start_pieces(self._board, firmware, model if self.preloads_model else None)
        if lacking := self._contents.lacking(pieces):
            self._flasher.flash(lacking)
            self._contents.add(lacking)
        self._line.restart()
        self._flasher.run()
        return self._line

    def close(self) -> None:
        self._resources.close()


def open_reach(board: Board, place: FarmPlace) -> Reach:
    """The way that the place's resources give.

    Raises:
        FarmError: they give none, or no serial line.
        ConfigError: `boards.toml` does not say what that way needs.
        TargetError: the board is not to be reached, or another one.
    """
    emulated, attached = board.targets.get("emulated"), board.targets.get("attached")
    if place.gdb is not None:
        if not isinstance(emulated, EmulatedTarget):
            raise _no_target(board, place, "emulated")
        return EmulatedReach(board, emulated, place, place.gdb.address)
    if place.probe is not None:
        if not isinstance(attached, AttachedTarget):
            raise _no_target(board, place, "attached")
        return ProbedReach(board, attached, place, place.probe.address)
    raise FarmError(f"place {place.name} {place.defect}", "a `pyocd server` is its probe, QEMU's stub its gdb")


def _no_target(board: Board, place: FarmPlace, kind: str) -> ConfigError:
    return ConfigError(
        f"board {board.name} has no target {kind!r}, which place {place.name} needs", "add it to the board's entry"
    )
