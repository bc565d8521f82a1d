"""A debug probe for pyOCD, wired to a simulated chip: pyOCD's own flash algorithm runs there.

pyOCD loads `StandInPlugin` through the entry point `pyocd.probe`. It finds no probe, and nothing is simulated, unless
the environment variable `TINYHIL_DESK` names the folders of desks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from pyocd.core import exceptions
from pyocd.core.plugin import Plugin
from pyocd.probe.debug_probe import DebugProbe

from harness.errors import TargetError
from harness.standin.folder import DeskFolder, desk_folders

if TYPE_CHECKING:
    from harness.standin.chip import Chip

T = TypeVar("T")

VENDOR = "tinyhil stand-in"
_WORD_BYTES = 4


class StandInProbe(DebugProbe):  # type: ignore[misc]  # pyOCD has no types
    """The probe of one desk."""

    def __init__(self, desk: DeskFolder) -> None:
        super().__init__()
        self._desk = desk
        self._settings = desk.read()
        self._chip: Chip | None = None
        self._protocol: DebugProbe.Protocol | None = None
        self._reset_asserted = False
        self._written_bytes = 0

    @classmethod
    def get_all_connected_probes(cls, unique_id: str | None = None, is_explicit: bool = False) -> list[StandInProbe]:
        """One for each desk that `TINYHIL_DESK` names.

        Raises:
            ProbeError: a desk's folder is unusable.
        """
        with _told_to_pyocd():
            return [cls(desk) for desk in desk_folders()]

    @classmethod
    def get_probe_with_id(cls, unique_id: str, is_explicit: bool = False) -> StandInProbe | None:
        """The one with exactly this id."""
        return next((probe for probe in cls.get_all_connected_probes() if probe.unique_id == unique_id), None)

    @property
    def vendor_name(self) -> str:
        return VENDOR

    @property
    def product_name(self) -> str:
        return f"for a {self._settings.probe_target}"

    @property
    def unique_id(self) -> str:
        return self._settings.unique_id

    @property
    def supported_wire_protocols(self) -> list[DebugProbe.Protocol]:
        return [self.Protocol.DEFAULT, self.Protocol.SWD]

    @property
    def wire_protocol(self) -> DebugProbe.Protocol | None:
        return self._protocol

    @property
    def is_open(self) -> bool:
        return self._chip is not None

    @property
    def capabilities(self) -> set[DebugProbe.Capability]:
        return {self.Capability.SWJ_SEQUENCE}

    def open(self) -> None:
        from harness.standin.chip import Chip  # loads Unicorn

        with _told_to_pyocd():
            self._chip = Chip(self._desk)

    def close(self) -> None:
        if self._chip is not None:
            self._chip.close()
            self._chip = None

    def connect(self, protocol: DebugProbe.Protocol | None = None) -> None:
        self._protocol = self.Protocol.SWD

    def disconnect(self) -> None:
        self._protocol = None

    def set_clock(self, frequency: float) -> None:
        """Any clock will do."""

    def swj_sequence(self, length: int, bits: int) -> None:
        """The chip listens to SWD anyway."""

    def reset(self) -> None:
        self.assert_reset(True)
        self.assert_reset(False)

    def assert_reset(self, asserted: bool) -> None:
        if asserted == self._reset_asserted:
            return
        self._reset_asserted = asserted
        with self._wire() as chip:
            if asserted:
                chip.hold_in_reset()
            else:
                chip.leave_reset()

    def is_reset_asserted(self) -> bool:
        return self._reset_asserted

    def read_dp(self, addr: int, now: bool = True) -> int | Callable[[], int]:
        with self._wire() as chip:
            return _deferred(chip.debug_port.read(addr & 0xF), now)

    def write_dp(self, addr: int, data: int) -> None:
        with self._wire() as chip:
            chip.debug_port.write(addr & 0xF, data)

    def read_ap(self, addr: int, now: bool = True) -> int | Callable[[], int]:
        with self._wire() as chip:
            return _deferred(chip.debug_port.read_access_port(addr), now)

    def write_ap(self, addr: int, data: int) -> None:
        self.write_ap_multiple(addr, [data])

    def read_ap_multiple(self, addr: int, count: int = 1, now: bool = True) -> list[int] | Callable[[], list[int]]:
        with self._wire() as chip:
            return _deferred([chip.debug_port.read_access_port(addr) for _ in range(count)], now)

    def write_ap_multiple(self, addr: int, values: Sequence[int]) -> None:
        with self._wire() as chip:
            for value in values:
                chip.debug_port.write_access_port(addr, value)
        self._written_bytes += _WORD_BYTES * len(values)

    @contextmanager
    def _wire(self) -> Iterator[Chip]:
        """The chip, with its answers in pyOCD's words."""
        from harness.standin.chip import FaultError, SilenceError

        limit = self._settings.faults.vanish_after_bytes
        if self._chip is None or (limit is not None and self._written_bytes >= limit):
            raise exceptions.ProbeDisconnected(f"probe {self.unique_id} is gone")
        with _told_to_pyocd():
            try:
                yield self._chip
            except FaultError as error:
                raise exceptions.TransferFaultError(str(error)) from None
            except SilenceError:
                raise exceptions.TransferError("no answer from the debug port") from None


@contextmanager
def _told_to_pyocd() -> Iterator[None]:
    """What is wrong with a desk, as an error of the probe."""
    try:
        yield
    except TargetError as error:
        raise exceptions.ProbeError(error.cause) from None
    except OSError as error:
        raise exceptions.ProbeError(str(error)) from None


def _deferred(value: T, now: bool) -> T | Callable[[], T]:
    return value if now else lambda: value


class StandInPlugin(Plugin):  # type: ignore[misc]  # pyOCD has no types
    """What pyOCD finds."""

    name = "tinyhil"
    description = "stand-ins for boards"

    def load(self) -> type[StandInProbe]:
        return StandInProbe
