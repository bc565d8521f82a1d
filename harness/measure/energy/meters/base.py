"""What every power meter does: supply the board, sample its current from a start to a stop."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from harness.closing import Closing
from harness.errors import MeterError
from harness.measure.energy.trace import Trace


def check_voltage(meter: str, voltage_v: float, range_v: tuple[float, float]) -> None:
    """
    Raises:
        MeterError: a meter cannot give or measure at this voltage.
    """
    lowest_v, highest_v = range_v
    if not lowest_v <= voltage_v <= highest_v:
        raise MeterError(
            f"{meter}: {voltage_v:g} V is not in its range of {lowest_v:g} to {highest_v:g} V",
            "correct voltage_v of the meter in boards.toml",
        )


def check_rate(meter: str, rate_hz: int, max_rate_hz: int) -> None:
    """
    Raises:
        MeterError: a meter cannot sample so fast.
    """
    if not 0 < rate_hz <= max_rate_hz:
        raise MeterError(
            f"{meter}: {rate_hz:,} samples a second are not in its range of 1 to {max_rate_hz:,}",
            "correct rate_hz of the meter in boards.toml, or leave it out",
        )


class Meter(Closing):
    """An open power meter; a context manager that closes it.

    Samples that are lost and currents beyond the range raise nothing: they are gaps and `saturated` of the trace.

    Attributes:
        kind: the word for it in `boards.toml`.
        max_rate_hz: the fastest that it samples.
        has_marker: whether it samples the level of the board's marker. A meter that does not, has the marker as its
            trigger: its trace begins at the first rising edge after `start`, and is empty when there was none.
        stand_in: whether it is a stand-in for a meter, by its own word.
    """

    kind: ClassVar[str]
    max_rate_hz: int
    has_marker: ClassVar[bool]
    stand_in: bool = False

    @property
    @abstractmethod
    def description(self) -> str:
        """Which one it is, e.g. "PPK2 C0FFEE123456"."""

    @abstractmethod
    def power(self, voltage_v: float) -> None:
        """Supply the board until `close`; a meter without a supply of its own does nothing.

        Raises:
            MeterError: the meter cannot give this voltage, or does not answer.
        """

    @abstractmethod
    def start(self, rate_hz: int, voltage_v: float) -> None:
        """Begin to sample, at `rate_hz` or the next faster rate that the meter has; a thread takes the samples in.

        Args:
            rate_hz: at most `max_rate_hz`.
            voltage_v: of the supply, for meters that do not measure it.

        Raises:
            MeterError: another rate or voltage than the meter can, or it does not answer.
        """

    @abstractmethod
    def stop(self) -> Trace:
        """End sampling, and give all samples since `start`.

        Raises:
            MeterError: the meter is gone or silent, or was not started.
        """

    @abstractmethod
    def close(self) -> None:
        """End sampling and supply, and give the meter up; closing twice is harmless."""
