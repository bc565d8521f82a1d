"""What every way to write a board's flash through a debug probe does."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from harness.closing import Closing
from harness.errors import TargetError


class FlashError(TargetError):
    """A chip that was not flashed: another one than expected, locked, lost, or whose flash refuses."""


@dataclass(frozen=True)
class Piece:
    """Bytes for one place in a board's flash.

    Attributes:
        name: what they are, for messages: "firmware", "model".
    """

    address: int
    data: bytes
    name: str


@dataclass(frozen=True)
class Flashed:
    """What one flashing did. Pages that hold their new content already are skipped."""

    erased_bytes: int
    programmed_bytes: int
    skipped_bytes: int
    seconds: float


class Flasher(Closing):
    """Owns the connection to one probe; a context manager that gives it up. After an error it is of no more use.

    Attributes:
        stand_in: the probe says that it is a stand-in for one.
        writes_all: pieces that are not given anew are lost. Otherwise they stay.
        description: probe, its unique id and the tool, e.g. "ST-LINK/V2-1 0670FF… through pyOCD 0.46.0".
    """

    writes_all: ClassVar[bool] = False
    stand_in: bool
    description: str

    @abstractmethod
    def flash(self, pieces: Sequence[Piece]) -> Flashed:
        """Write the pieces and read them back. Only what changes is erased; the core is halted afterwards.

        Raises:
            FlashError: nothing is promised of the flash then but that the next flashing mends it.
        """

    @abstractmethod
    def run(self) -> None:
        """Reset the chip and let it run, undisturbed by the probe.

        Raises:
            FlashError: the probe or the chip is lost.
        """

    @abstractmethod
    def close(self) -> None:
        """Give the probe up; closing twice is harmless."""


def firmware_pieces(elf: Path) -> list[Piece]:
    """What of a firmware lies in flash: the segments of its ELF file, where they are loaded.

    Raises:
        FlashError: the file cannot be read.
    """
    from elftools.common.exceptions import ELFError
    from elftools.elf.elffile import ELFFile

    try:
        with elf.open("rb") as file:
            segments = [segment for segment in ELFFile(file).iter_segments("PT_LOAD") if segment["p_filesz"]]
            return [Piece(segment["p_paddr"], segment.data(), "firmware") for segment in segments]
    except (OSError, ELFError) as error:
        raise FlashError(f"{elf}: cannot be read: {error}", "build the firmware again") from None
