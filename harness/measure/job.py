"""What to run, where its records go, and what it gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from harness.config import MetricName
from harness.measure.bench import Bench
from harness.measure.compare import Reference
from harness.measure.records import LayerRecord, RunRecord, TraceRecord, VectorRecord, WindowRecord
from harness.measure.vectors import Vectors
from harness.model import Model

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Sink(Protocol):
    """Takes records as they arise, e.g. a session's writer."""

    def add_vector(self, record: VectorRecord) -> None: ...
    def add_window(self, record: WindowRecord) -> None: ...
    def add_trace(self, record: TraceRecord) -> None: ...
    def add_layer(self, record: LayerRecord) -> None: ...
    def add_run(self, record: RunRecord) -> None: ...


@dataclass(frozen=True)
class Job:
    """What to run: one variant of one suite, timed in `repeats` windows (at least 1; None: as many as suit the target).

    The outputs are held against the oracle's where `check` says so, and against those of a `reference`.
    """

    suite: str
    variant: str
    model: Model
    vectors: Vectors
    metric: MetricName = "accuracy"
    repeats: int | None = None
    check: bool = False
    reference: Reference | None = None


@dataclass(frozen=True)
class Result:
    """What a run gave.

    Attributes:
        outputs: per vector a tuple of real-valued arrays, one per output tensor in model order.
        answers: per vector the output tensors' bytes, as the device sent them.
    """

    run: RunRecord
    layers: tuple[LayerRecord, ...]
    outputs: tuple[tuple[NDArray[Any], ...], ...]
    answers: tuple[bytes, ...]


def key_fields(bench: Bench, job: Job) -> dict[str, Any]:
    """What every record of a run begins with."""
    return {"suite": job.suite, "variant": job.variant, "board": bench.board.name, "engine": bench.engine}
