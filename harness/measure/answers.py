"""The answers to a job's vectors: streamed from the device, judged and recorded one by one."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from harness.link.client import Device
from harness.measure.bench import Bench
from harness.measure.compare import Agreement, compare_outputs, outputs_equal
from harness.measure.job import Job, Sink, key_fields
from harness.measure.metrics import METRICS
from harness.measure.records import VectorRecord
from harness.measure.verdict import Verdict
from harness.model import decode_inputs, decode_outputs
from harness.model.oracle import Oracle

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass
class Answers:
    """What was answered so far.

    Attributes:
        given: per vector the output tensors' bytes.
        outputs: the same as real values.
        different: vectors whose output is not the oracle's.
        agreement: with the reference, once every vector is answered.
    """

    bench: Bench
    job: Job
    sink: Sink
    on_vector: Callable[[], None]
    given: list[bytes] = field(default_factory=list)
    outputs: list[tuple[NDArray[Any], ...]] = field(default_factory=list)
    different: list[int] = field(default_factory=list)
    agreement: Agreement | None = None

    def __post_init__(self) -> None:
        self.metric = METRICS[self.job.metric]()

    @property
    def count(self) -> int:
        return len(self.given)

    def stream(self, device: Device, inputs: Sequence[bytes]) -> None:
        """Have the device answer every vector."""
        model = self.job.model
        with self._oracle() as expected_output:
            for index, output in enumerate(device.infer_many(inputs)):
                real = decode_outputs(output, model)
                self.outputs.append(real)
                self.sink.add_vector(self._record(index, inputs[index], output, real[0]))
                if expected_output and not outputs_equal(output, expected_output(inputs[index]), model):
                    self.different.append(index)
                self.given.append(output)
                self.on_vector()
        if self.job.reference:
            self.agreement = compare_outputs(self.given, self.job.reference, model)

    def verdict(self) -> Verdict | None:
        """A failure where outputs were compared with the oracle's or a reference's, and one differs."""
        return self._difference(self.different, "the oracle") or (
            self._difference(self.agreement.different, self.agreement.engine) if self.agreement else None
        )

    def _difference(self, different: Sequence[int], whose: str) -> Verdict | None:
        if not different:
            return None
        said = f"{len(different)} of {self.count} outputs differ from {whose}'s, first vector {different[0]}"
        return Verdict(said, failed=True)

    @contextlib.contextmanager
    def _oracle(self) -> Iterator[Callable[[bytes], bytes] | None]:
        if not self.job.check:
            yield None
            return
        with Oracle(self.job.model.data, self.job.model.name) as oracle:
            yield oracle.infer

    def _record(self, index: int, vector: bytes, output: bytes, answered: NDArray[Any]) -> VectorRecord:
        labels = self.job.vectors.labels
        label = None if labels is None else int(labels[index])
        judgement = self.metric.add(label, decode_inputs(vector, self.job.model)[0], answered)
        return VectorRecord(
            **key_fields(self.bench, self.job),
            vector=index,
            label=label,
            predicted=judgement.predicted,
            correct=judgement.correct,
            score=judgement.score,
            output=output,
        )
