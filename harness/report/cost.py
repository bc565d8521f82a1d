"""The kinds of cost an inference can have: what a target counts or times."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from harness.measure.records import LayerRecord, Provenance, Quantity, RunRecord
from harness.report.wording import microseconds, ratio, whole


@dataclass(frozen=True)
class CostKind:
    """How one kind of cost is read from records and written."""

    unit: str
    less: str
    more: str
    of: Callable[[RunRecord | LayerRecord], Quantity | None]
    text: Callable[[float], str]
    range_of: Callable[[RunRecord], tuple[float | None, float | None]]

    def sum(self, layers: Iterable[LayerRecord]) -> float:
        """The cost of all `layers`; 0 where none is known."""
        return sum(cost.value for layer in layers if (cost := self.of(layer)))

    def compare(self, value: float, reference: float) -> str:
        """`2.4x fewer`."""
        return ratio(value, reference, self.less, self.more)


def _latency(record: RunRecord | LayerRecord) -> Quantity | None:
    """Time, where it is one: QEMU's clock counts instructions and says nothing about a board's time."""
    latency = record.latency_us
    return None if latency and latency.provenance is Provenance.EMULATED else latency


INSTRUCTIONS = CostKind(
    unit="instructions",
    less="fewer",
    more="more",
    of=lambda record: record.instructions,
    text=whole,
    range_of=lambda run: (run.instructions_min, run.instructions_max),
)
LATENCY = CostKind(
    unit="µs",
    less="faster",
    more="slower",
    of=_latency,
    text=microseconds,
    range_of=lambda run: (run.latency_us_min, run.latency_us_max),
)
COST_KINDS = (INSTRUCTIONS, LATENCY)
