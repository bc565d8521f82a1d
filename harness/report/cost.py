"""The kinds of cost an inference can have: what a target counts or times, and what is modelled from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from harness.measure.records import LayerRecord, Quantity, RunRecord
from harness.report.wording import decimal, ratio, whole

_US_PER_MS = 1000


@dataclass(frozen=True)
class CostKind:
    """How one kind of cost is read from records and written."""

    unit: str
    less: str
    more: str
    of: Callable[[RunRecord | LayerRecord], Quantity | None]
    text: Callable[[float], str]
    range_of: Callable[[RunRecord], tuple[float | None, float | None]] = lambda run: (None, None)

    def sum(self, records: Iterable[RunRecord | LayerRecord]) -> float:
        """The cost of all `records`; 0 where none is known."""
        return sum(cost.value for record in records if (cost := self.of(record)))

    def share(self, value: float, total: float) -> str:
        """`445,850 61%`."""
        return f"{self.text(value)} {value / total:3.0%}"

    def compare(self, value: float, reference: float) -> str:
        """`2.4x fewer`."""
        return ratio(value, reference, self.less, self.more)


INSTRUCTIONS = CostKind(
    unit="instructions",
    less="fewer",
    more="more",
    of=lambda record: record.instructions,
    text=whole,
    range_of=lambda run: (run.instructions_min, run.instructions_max),
)
CYCLES = CostKind(unit="cycles", less="fewer", more="more", of=lambda record: record.cycles, text=whole)
MICROSECONDS = CostKind(
    unit="µs",
    less="faster",
    more="slower",
    of=lambda record: record.latency_us,
    text=decimal,
    range_of=lambda run: (run.latency_us_min, run.latency_us_max),
)
MILLISECONDS = CostKind(
    unit="ms",
    less="faster",
    more="slower",
    of=lambda record: record.latency_us,
    text=lambda latency_us: decimal(latency_us / _US_PER_MS),
    range_of=lambda run: (run.latency_us_min, run.latency_us_max),
)
MICROJOULES = CostKind(unit="µJ", less="less", more="more", of=lambda record: record.energy_uj, text=decimal)


def known_costs(runs: Sequence[RunRecord]) -> list[CostKind]:
    """What any of the runs knows, from what is counted to what is modelled."""
    return [kind for kind in (INSTRUCTIONS, CYCLES, time_of(runs), MICROJOULES) if any(map(kind.of, runs))]


def time_of(runs: Iterable[RunRecord]) -> CostKind:
    """Time in milliseconds where one of the runs takes that long."""
    latencies = (run.latency_us.value for run in runs if run.latency_us)
    return MILLISECONDS if max(latencies, default=0) >= _US_PER_MS else MICROSECONDS


def layer_costs(layers: Sequence[LayerRecord]) -> list[CostKind]:
    """What layers are ranked by: the nearest to time that is known without a model of the clock, else time itself; and
    energy where a meter measured theirs.
    """
    ranked = next((kind for kind in (CYCLES, INSTRUCTIONS) if kind.sum(layers)), MICROSECONDS)
    return [ranked, MICROJOULES] if any(layer.energy_by for layer in layers) else [ranked]
