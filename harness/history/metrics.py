"""What is compared of two runs: each figure, which way is better, and what must be equal for it to mean the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from operator import attrgetter
from typing import Literal

from harness.measure.metrics import METRICS as JUDGED
from harness.measure.records import Provenance, Quantity, RunRecord, WindowRecord
from harness.report.wording import bytes_change, decimal, points, ratio, signed, whole

OUTCOMES = ("error", "no fit", "interrupted", "running", "failed", "passed")  # the worst first


@dataclass(frozen=True)
class Metric:
    """A figure that is compared.

    Attributes:
        name: its field in `RunRecord`.
        better: where the better of two values is.
        conditions: other fields of `RunRecord`; where one of them differs, two values are of different things.
        text: how a value is written, with its unit.
        change: how a value is compared in words with the one of before.
        scale: what tolerances are fractions of: of the value itself, or of one, as for an accuracy.
    """

    name: str
    better: Literal["higher", "lower"]
    conditions: tuple[str, ...]
    text: Callable[[float], str]
    change: Callable[[float, float], str]
    scale: Literal["relative", "absolute"] = "relative"

    def of(self, run: RunRecord) -> Quantity | None:
        """The run's figure; None where it is not known, or varies with a host and says nothing of a microcontroller."""
        if self is OUTCOME:
            return Quantity(OUTCOMES.index(run.outcome), Provenance.STATIC)
        found: Quantity | None = attrgetter(self.name)(run)
        return found if found and self.is_known(found.provenance) else None

    def is_known(self, provenance: Provenance) -> bool:
        """Whether a figure that was obtained so says something of a microcontroller."""
        return provenance != Provenance.HOST or self.name not in _VARYING

    def is_noisy(self, provenance: Provenance) -> bool:
        """Whether the same code gives another value the next time."""
        return self.name in _VARYING and provenance in _NOISY

    def samples(self, windows: Iterable[WindowRecord]) -> list[float]:
        """The figure in each of a run's windows that measured it."""
        quantities = [self.of_window(window) for window in windows]
        return [float(quantity.value) for quantity in quantities if quantity is not None]

    def of_window(self, window: WindowRecord) -> Quantity | None:
        if _WINDOWS.get(self.name) != window.kind or window.incomplete:
            return None
        found: Quantity | None = attrgetter(self.name)(window)
        return found

    def improves(self, base: float, head: float) -> bool:
        """Whether `head` is better than another value `base`."""
        return (head > base) == (self.better == "higher")


_WINDOWS = {"latency_us": "time", "energy_uj": "energy"}
_VARYING = {*_WINDOWS, "stack_bytes"}  # of the stack an interrupt may come at its deepest point, or before


def _faster(value: float, base: float) -> str:
    return ratio(value, base, "faster", "slower")


def _fewer(value: float, base: float) -> str:
    return ratio(value, base, "fewer", "more")


def _less(value: float, base: float) -> str:
    return ratio(value, base, "less", "more")


def _time_text(latency_us: float) -> str:
    return f"{decimal(latency_us / 1000)} ms" if latency_us >= 1000 else f"{decimal(latency_us)} µs"


def _size(name: str, *conditions: str) -> Metric:
    return Metric(name, "lower", conditions, whole, bytes_change)


_VECTORS = ("vectors_source", "vectors_total", "vectors")
_CODE = ("toolchain",)  # who compiles decides on it as much as what is compiled

OUTCOME = Metric("outcome", "higher", (), lambda rank: OUTCOMES[int(rank)], lambda rank, base: "", scale="absolute")
METRICS = (
    OUTCOME,
    Metric("accuracy", "higher", _VECTORS, JUDGED["accuracy"].text, points, scale="absolute"),
    Metric("auc", "higher", _VECTORS, JUDGED["auc"].text, signed, scale="absolute"),
    Metric("instructions", "lower", _CODE, whole, _fewer),
    Metric("cycles", "lower", (*_CODE, "cycles_model"), whole, _fewer),
    Metric("latency_us", "lower", (*_CODE, "cycles_model"), _time_text, _faster),
    Metric(
        "energy_uj",
        "lower",
        (*_CODE, "cycles_model", "energy_model", "meter", "supply_v"),
        lambda energy_uj: f"{decimal(energy_uj)} µJ",
        _less,
    ),
    _size("arena_bytes"),
    _size("stack_bytes", *_CODE),
    _size("model_bytes"),
    _size("firmware_flash_bytes", *_CODE),
    _size("firmware_ram_bytes", *_CODE),
)
METRICS_BY_NAME = {metric.name: metric for metric in METRICS}
_NOISY = {Provenance.MEASURED, Provenance.REHEARSED}
