"""What every power meter does: supply the board, sample its current from a start to a stop."""

from __future__ import annotations

from abc import abstractmethod
from bisect import bisect_left
from collections.abc import Sequence
from typing import ClassVar

from harness.closing import Closing
from harness.errors import MeterError
from harness.measure.energy.trace import Trace

_VOLTAGE_TOLERANCE = 0.03  # of a supply's voltage, with what drops in its wires


class Meter(Closing):
    """An open power meter; a context manager that closes it.

    Samples that are lost and currents beyond the range raise nothing: they are gaps and `saturated` of the trace.

    Attributes:
        kind: the word for it in `boards.toml`.
        name: which one it is.
        rates_hz: samples a second that it can take, the slowest first.
        has_marker: whether it samples the level of the board's marker. A meter that does not, has the marker as its
            trigger: its trace begins at the first rising edge after `start`, and is empty when there was none.
        stand_in: whether it is a stand-in for a meter, by its own word.
    """

    kind: ClassVar[str]
    name: str
    rates_hz: Sequence[int]
    has_marker: ClassVar[bool]
    stand_in: bool = False

    @property
    def description(self) -> str:
        """Which one it is, e.g. "PPK2 C0FFEE", and whether it is a stand-in."""
        return f"{self.name} (stand-in)" if self.stand_in else self.name

    @property
    def max_rate_hz(self) -> int:
        """The fastest of its rates."""
        return self.rates_hz[-1]

    @abstractmethod
    def power(self, voltage_v: float) -> None:
        """Supply the board until `close`; a meter without a supply of its own does nothing.

        Raises:
            MeterError: the meter cannot give this voltage, or does not answer.
        """

    @abstractmethod
    def start(self, rate_hz: int, voltage_v: float) -> None:
        """Begin to sample, at `own_rate_hz(rate_hz)`; a thread takes the samples in.

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

    def own_rate_hz(self, rate_hz: int) -> int:
        """The rate that it samples at where `rate_hz` is asked for: this, or the next faster one that it has.

        Raises:
            MeterError: it does not sample so fast.
        """
        if not 0 < rate_hz <= self.max_rate_hz:
            raise MeterError(
                f"{self.description}: {rate_hz:,} samples a second are not in its range of 1 to {self.max_rate_hz:,}",
                "correct rate_hz of the meter in boards.toml, or its place's tag meter_hz, or leave it out",
            )
        return self.rates_hz[bisect_left(self.rates_hz, rate_hz)]

    def check_voltage(self, voltage_v: float, range_v: tuple[float, float]) -> None:
        """
        Raises:
            MeterError: it does not give, or take, this voltage.
        """
        lowest_v, highest_v = range_v
        if not lowest_v <= voltage_v <= highest_v:
            raise MeterError(
                f"{self.description}: {voltage_v:g} V is not in its range of {lowest_v:g} to {highest_v:g} V",
                "correct voltage_v of the meter in boards.toml, or its place's tag meter_mv",
            )

    def compare_voltage(self, found_v: float, voltage_v: float) -> None:
        """
        Raises:
            MeterError: the supply has another voltage than it should.
        """
        if abs(found_v - voltage_v) > _VOLTAGE_TOLERANCE * voltage_v:
            raise MeterError(
                f"{self.description}: the supply has {found_v:.2f} V, not {voltage_v:g} V",
                "see to the supply and what it feeds, and to voltage_v in boards.toml, or its place's tag meter_mv",
            )
