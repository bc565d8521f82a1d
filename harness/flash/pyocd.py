"""Flashing through a debug probe with pyOCD.

What pyOCD would take from the folder it runs in (pyocd.yaml, pyocd_user.py) and from PYOCD_PROJECT_DIR does not count
here. A chip is never erased as a whole, not even to unlock it.
"""

from __future__ import annotations

import contextlib
import logging
import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.config import IdRegister
from harness.flash.base import Flashed, Flasher, FlashError, Piece
from harness.flash.stm32 import stm32_family

if TYPE_CHECKING:
    from pyocd.core.session import Session
    from pyocd.probe.debug_probe import DebugProbe

_STAND_IN = "tinyhil stand-in"  # the vendor's name of probes that are none
_SWD_HZ = 4_000_000  # the fastest of an ST-LINK/V2-1
_CONTROLLER_TIMEOUT_S = 10.0
_SETTLE_S = 0.02  # after a reset
_DEMCR, _DHCSR, _DHCSR_KEY = 0xE000EDFC, 0xE000EDF0, 0xA05F << 16  # Armv7-M ARM C1.6


class PyocdFlasher(Flasher):
    """A probe and the chip behind it, which is reset as soon as it is found.

    Args:
        probe_id: the probe's whole unique id; "stlink:" or "cmsisdap:" before it spares asking other kinds of probes.
        target: pyOCD's name of the chip.
        id_register: tells the chip; it is read before anything is written.
        controller_timeout_s: how long the chip's flash controller may take for a page.

    Raises:
        FlashError: no such probe or target, another chip behind it, or a locked one.
    """

    def __init__(
        self,
        probe_id: str,
        target: str,
        id_register: IdRegister | None = None,
        controller_timeout_s: float = _CONTROLLER_TIMEOUT_S,
    ) -> None:
        _silence()
        self._id_register = id_register
        self._target = target
        self._family = stm32_family(target)
        self._timeout_s = controller_timeout_s
        self._session: Session | None = None
        self._probe_id = probe_id
        self.description = f"probe {probe_id}"
        self._connect()

    def flash(self, pieces: Sequence[Piece]) -> Flashed:
        """Write the pieces: pages whose CRC-32, computed on the chip, is right already are skipped; then every byte is
        read back and compared.
        """
        from pyocd.flash.loader import MemoryLoader

        begin_s = time.monotonic()
        session = self._connect()
        with self._explained(_names(pieces)), _performance_of(session) as regions:
            loader = MemoryLoader(
                session,
                progress=lambda _: None,
                chip_erase="sector",
                smart_flash=True,
                trust_crc=True,
                keep_unwritten=True,
            )
            for piece in pieces:
                loader.add_data(piece.address, piece.data)
            loader.commit()
            for piece in pieces:
                self._verify(session, piece)
        return Flashed(
            sum(region.erase_byte_count for region in regions),
            sum(region.program_byte_count for region in regions),
            sum(region.skipped_byte_count for region in regions),
            time.monotonic() - begin_s,
        )

    def run(self) -> None:
        """Reset the chip and let go of it: nothing of the debugger stays on that costs current or clears registers of
        the running firmware.
        """
        session = self._connect()
        with self._explained("reset"):
            session.target.reset_and_halt()
            if self._family is not None:
                session.target.write32(self._family.debug_control, 0)
            session.target.write32(_DEMCR, 0)
            session.target.write32(_DHCSR, _DHCSR_KEY)
            session.target.dp.power_down_debug()
            self.close()

    def close(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            with contextlib.suppress(OSError):  # a probe that was unplugged
                session.close()

    def _connect(self) -> Session:
        """The session with the chip, which is halted at its reset vector when it is new."""
        if self._session is None:
            self._session = self._open()
        return self._session

    def _open(self) -> Session:
        from pyocd.core.session import Session

        with self._explained("connect"), contextlib.ExitStack() as undo:
            probe = _find_probe(self._probe_id)
            self.description = _describe(probe)
            session = Session(probe, options=self._options())
            undo.callback(session.close)
            session.delegate = _Delegate(self._id_register, self.description)
            session.open()
            self.stand_in = probe.vendor_name == _STAND_IN  # only now: another computer's tells once it is open
            self.description = _describe(probe)
            session.target.reset_and_halt()
            self._require_unlocked(session)
            undo.pop_all()
        return session

    def _options(self) -> dict[str, object]:
        return {
            "no_config": True,
            "user_script": os.devnull,
            "project_dir": str(Path.cwd()),
            "target_override": self._target,
            # An STM32 answers under reset even where its firmware sleeps, or has turned the debug pins off. Others may
            # not answer there at all: an nRF51 has no reset pin but SWDIO.
            "connect_mode": "halt" if self._family is None else "under-reset",
            "auto_unlock": False,
            "resume_on_disconnect": False,
            "frequency": _SWD_HZ,
            "reset.hold_time": _SETTLE_S,
            "reset.post_delay": _SETTLE_S,
            "flash.timeout.init": self._timeout_s,
            "flash.timeout.erase_sector": self._timeout_s,
            "flash.timeout.program": self._timeout_s,
        }

    def _require_unlocked(self, session: Session) -> None:
        if self._family is None:
            return
        level = self._family.protection_level(session.target.read32(self._family.option_register))
        if level != 0:
            raise FlashError(
                f"{self.description}: the chip is locked: readout protection is at level {level}",
                "unlock it with STM32CubeProgrammer (RDP = AA), which erases all of its flash",
            )

    def _verify(self, session: Session, piece: Piece) -> None:
        found = bytes(session.target.read_memory_block8(piece.address, len(piece.data)))
        if found != piece.data:
            offset = next(index for index, pair in enumerate(zip(found, piece.data, strict=True)) if pair[0] != pair[1])
            raise FlashError(
                f"{self.description}: {piece.name}: {piece.address + offset:#010x} reads {found[offset]:#04x} "
                f"instead of {piece.data[offset]:#04x} after programming",
                "flash it again; if that does not help, that page of the flash is worn out",
            )

    @contextlib.contextmanager
    def _explained(self, doing: str) -> Iterator[None]:
        """pyOCD's errors as ours; after one the session is of no use."""
        from pyocd.core import exceptions

        try:
            yield
        except (exceptions.Error, OSError, ValueError, FlashError) as error:
            self.close()
            if isinstance(error, FlashError):
                raise
            reason = str(error).partition(". ")[0]  # pyOCD's advice is for its own command
            raise FlashError(f"{self.description}: {doing}: {reason}", _fix(error, self._target)) from None


class _Delegate:
    """Called by pyOCD while it connects."""

    def __init__(self, id_register: IdRegister | None, probe: str) -> None:
        self._id_register = id_register
        self._probe = probe

    def will_init_target(self, target: object, init_sequence: Any) -> None:
        """Leave out the description of peripherals, which takes long to read and serves debuggers."""
        init_sequence.remove_task("load_svd")

    def did_start_debug_core(self, core: Any) -> None:
        """The chip can be asked for the first time, and pyOCD has not written to it.

        Raises:
            FlashError: it is another one.
        """
        if self._id_register is None:
            return
        found = core.read32(self._id_register.address)
        if not self._id_register.fits(found):
            raise FlashError(
                f"{self._probe}: another chip than the board's: {self._id_register.address:#010x} reads "
                f"{found & self._id_register.mask:#x} there, and {self._id_register.value:#x} on the board's",
                "name the board that is there, or correct `probe` of its entry in boards.toml",
            )


def _names(pieces: Sequence[Piece]) -> str:
    return " and ".join(dict.fromkeys(piece.name for piece in pieces))


def _find_probe(probe_id: str) -> DebugProbe:
    from pyocd.probe.aggregator import DebugProbeAggregator

    probe = DebugProbeAggregator.get_probe_with_id(probe_id)
    if probe is None:
        raise FlashError(
            f"there is no debug probe {probe_id}",
            "plug it in; `harness boards --scan` lists what is there. Of a stand-in: run what its desk printed",
        )
    return probe


@contextlib.contextmanager
def _performance_of(session: Session) -> Iterator[list[Any]]:
    """What pyOCD counts of each region of flash that is programmed meanwhile."""
    from pyocd.core.target import Target

    def count(news: Any) -> None:
        counted.append(news.source.get_performance())

    counted: list[Any] = []
    session.subscribe(count, Target.Event.POST_FLASH_PROGRAM)
    yield counted
    session.unsubscribe(count)


def _describe(probe: DebugProbe) -> str:
    from pyocd import __version__

    return f"{probe.description} {probe.unique_id} through pyOCD {__version__}"


def _silence() -> None:
    """pyOCD logs the errors that it raises, too. They are told once, as ours, unless somebody chose another level."""
    logger = logging.getLogger("pyocd")
    if logger.level == logging.NOTSET:
        logger.setLevel(logging.CRITICAL)


def _fix(error: Exception, target: str) -> str:
    from pyocd.core import exceptions

    fixes: list[tuple[type[Exception], str]] = [
        (exceptions.ProbeError, "plug the probe in again; the next run flashes what is missing"),
        (exceptions.TargetSupportError, f"run `pyocd pack install {target}`, or correct probe_target in boards.toml"),
        (
            exceptions.FlashFailure,
            "cut the board's power and run again; else the flash is write-protected or worn out",
        ),
        (ValueError, "see that the board's memories in boards.toml are those of the chip"),
        (OSError, "see that you may use the USB device; `harness boards --scan` prints the udev rule"),
    ]
    unknown = "see that the board has power and is wired, and that its readout protection is not at level 2"
    return next((fix for kind, fix in fixes if isinstance(error, kind)), unknown)
