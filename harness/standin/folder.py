"""The folder of a desk: what the simulated probe and the board behind it share."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Literal

import msgspec

from harness.errors import TargetError

VARIABLE = "TINYHIL_DESK"  # names the folders of all desks, separated as in PATH
SIMULATED_CHIP = "stm32l475"  # pyOCD's names of it begin so
_ERASED = b"\xff"
_CONTROL_TIMEOUT_S = 20.0


class Faults(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is wrong with the chip or its probe.

    Attributes:
        stuck_bsy: the flash controller never finishes an operation.
        progerr_at_dword: this double word to be programmed, counted from 0, fails.
        wrperr_page: this page of the flash, counted from its begin, is protected from writing.
        vanish_after_bytes: the probe is lost when so many bytes were written through it.
        rdp_level: readout protection (RM0351 3.5.1).
        idcode: what DBGMCU_IDCODE reads instead of the desk's.
    """

    stuck_bsy: bool = False
    progerr_at_dword: int | None = None
    wrperr_page: int | None = None
    vanish_after_bytes: int | None = None
    rdp_level: Literal[0, 1, 2] = 0
    idcode: int | None = None


class DeskSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`desk.json`.

    Attributes:
        unique_id: of the probe.
        board: the name in `boards.toml` of what it is a stand-in for.
        probe_target: pyOCD's name of the chip.
        idcode: what DBGMCU_IDCODE reads.
    """

    unique_id: str
    board: str
    probe_target: str
    flash_address: int
    flash_bytes: int
    idcode: int
    faults: Faults = Faults()


class DeskFolder:
    """A folder with `desk.json`, `flash.bin` and, while a desk runs in it, its socket `control`."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def flash_file(self) -> Path:
        """The content of the flash, `flash_bytes` long."""
        return self.path / "flash.bin"

    @property
    def control(self) -> Path:
        """A Unix socket that takes lines "run" and "halt"."""
        return self.path / "control"

    def write(self, settings: DeskSettings) -> None:
        """Write `desk.json`, and an erased flash where there is none."""
        self.path.mkdir(parents=True, exist_ok=True)
        (self.path / "desk.json").write_bytes(msgspec.json.encode(settings))
        if not self.flash_file.exists():
            self.flash_file.write_bytes(_ERASED * settings.flash_bytes)

    def read(self) -> DeskSettings:
        """What `desk.json` says.

        Raises:
            TargetError: it is missing or malformed.
        """
        file = self.path / "desk.json"
        try:
            return msgspec.json.decode(file.read_bytes(), type=DeskSettings)
        except (OSError, msgspec.DecodeError) as error:
            raise TargetError(f"{file}: {error}", f"correct {VARIABLE}, or run `harness desk`") from None

    def tell(self, command: Literal["run", "halt"]) -> None:
        """Have the board run what the flash holds, or stand still. Without a desk nothing runs.

        Raises:
            TargetError: the desk does not answer, or refuses.
        """
        if not self.control.exists():
            return
        try:
            with socket.socket(socket.AF_UNIX) as line:
                line.settimeout(_CONTROL_TIMEOUT_S)
                line.connect(str(self.control))
                line.sendall(f"{command}\n".encode())
                answer = line.makefile("r").readline().strip()
        except OSError as error:
            raise TargetError(f"{self.control}: {error}", "run `harness desk` again") from None
        if answer != "ok":
            raise TargetError(f"{self.control}: {answer or 'closed'}", "see what the desk printed")


def desk_folders() -> list[DeskFolder]:
    """The desks that the environment variable `TINYHIL_DESK` names."""
    return [DeskFolder(Path(name)) for name in os.environ.get(VARIABLE, "").split(os.pathsep) if name]
