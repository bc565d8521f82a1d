"""Accuracy and timing runs: a bench, what to run on it, and the records that come back."""

from harness.measure.bench import Bench
from harness.measure.compare import Reference
from harness.measure.estimate import Estimate, estimate_boards
from harness.measure.job import Job, Result, Sink
from harness.measure.records import (
    LayerRecord,
    Provenance,
    Quantity,
    RunRecord,
    TraceRecord,
    VectorRecord,
    WindowRecord,
)
from harness.measure.run import run_model
from harness.measure.vectors import Vectors, array_vectors, load_array_vectors, load_suite_vectors, random_vectors
from harness.measure.verdict import Verdict, judge

__all__ = [
    "Bench",
    "Estimate",
    "Job",
    "LayerRecord",
    "Provenance",
    "Quantity",
    "Reference",
    "Result",
    "RunRecord",
    "Sink",
    "TraceRecord",
    "VectorRecord",
    "Vectors",
    "Verdict",
    "WindowRecord",
    "array_vectors",
    "estimate_boards",
    "judge",
    "load_array_vectors",
    "load_suite_vectors",
    "random_vectors",
    "run_model",
]
