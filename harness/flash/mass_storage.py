"""DAPLink boards, which are a small disk: a HEX file copied onto it is flashed.

DAPLink's docs/USERS-GUIDE.md and docs/MSD_COMMANDS.md: DETAILS.TXT on the disk holds its unique id. Once a file is
complete, the probe flashes it, resets the chip, takes the disk away and brings it back, without the file, and with
FAIL.TXT if it did not succeed. It tells neither the chip's id nor what the flash holds: all is written each time.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from harness.flash.base import Flashed, Flasher, FlashError, Piece
from harness.flash.image import intel_hex
from harness.scan import same_id

_FILE = "firmware.hex"
_DETAILS, _FAILURE = "DETAILS.TXT", "FAIL.TXT"
_ID_KEY = "Unique ID:"
_POLL_S = 0.1
_TIMEOUT_S = 60.0  # for 256 KB the nRF51's flash takes some 10 s


class MassStorageFlasher(Flasher):
    """The disk of the DAPLink probe with this unique id.

    Args:
        volumes: where disks are mounted, at each call.
        wait: waits for so many seconds.

    Raises:
        FlashError: no such disk is mounted.
    """

    writes_all = True
    stand_in = False

    def __init__(
        self,
        probe: str,
        volumes: Callable[[], Iterable[Path]] | None = None,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self._probe = probe
        self._volumes = volumes or mounted_volumes
        self._wait = wait
        volume = self._find()
        if volume is None:
            raise FlashError(
                f"no disk of the DAPLink probe {probe} is mounted", f"mount the disk that has a {_DETAILS} with its id"
            )
        self.description = f"DAPLink {probe} as the disk {volume}"

    def flash(self, pieces: Sequence[Piece]) -> Flashed:
        began_s = time.monotonic()
        volume = self._find()
        if volume is None:
            raise FlashError(f"the disk of the DAPLink probe {self._probe} is gone", "plug the board in, and mount it")
        try:
            with (volume / _FILE).open("w", encoding="ascii") as file:
                file.write(intel_hex(pieces))
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise FlashError(f"{volume / _FILE}: cannot be written: {error.strerror}", "mount it writable") from None
        self._await_return()
        size = sum(len(piece.data) for piece in pieces)
        return Flashed(erased_bytes=size, programmed_bytes=size, skipped_bytes=0, seconds=time.monotonic() - began_s)

    def run(self) -> None:
        """Nothing to do: the probe lets the firmware run once it is flashed, and a disk cannot reset it."""

    def close(self) -> None:
        """Nothing is held."""

    def _find(self) -> Path | None:
        return next((volume for volume in self._volumes() if same_id(_unique_id(volume), self._probe)), None)

    def _await_return(self) -> None:
        """Wait until the disk is back without the file."""
        waited_s = 0.0
        while (volume := self._find()) is None or (volume / _FILE).exists():
            if waited_s >= _TIMEOUT_S:
                raise FlashError(
                    f"the disk of the DAPLink probe {self._probe} did not come back in {_TIMEOUT_S:g} s",
                    "have disks mounted as they appear, or mount it by hand and run again",
                )
            self._wait(_POLL_S)
            waited_s += _POLL_S
        if reason := _text(volume / _FAILURE):
            raise FlashError(f"{self.description} refused the firmware: {reason}", "see what it says")


def mounted_volumes() -> list[Path]:
    """The folders where a disk of a probe may be mounted."""
    if sys.platform != "linux":
        return sorted(Path("/Volumes").glob("*"))
    mounts = (line.split() for line in Path("/proc/self/mounts").read_text("utf-8").splitlines())
    return [Path(place.replace(r"\040", " ")) for _, place, kind, *_ in mounts if kind in ("vfat", "msdos")]


def _unique_id(volume: Path) -> str:
    lines = _text(volume / _DETAILS).splitlines()
    return next((line.removeprefix(_ID_KEY).strip() for line in lines if line.startswith(_ID_KEY)), "")


def _text(path: Path) -> str:
    try:
        return path.read_text("ascii", "replace").strip()
    except OSError:  # not there, or the disk is just going
        return ""
