"""The answers to a job's vectors: streamed from the device, judged and recorded one by one."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

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


class Answer(NamedTuple):
    """The output tensors' bytes for a vector by its number, and the place of a farm that they are from."""

    vector: int
    output: bytes
    place: str


@dataclass
class Answers:
    """What was answered so far, in any order.

    Attributes:
        on_vector: called with the number of answers after each.
        different: vectors whose output is not the oracle's.
        agreement: with the reference, once every vector is answered.
        places: of a farm, that answered one.
    """

    bench: Bench
    job: Job
    sink: Sink
    on_vector: Callable[[int], None]
    different: list[int] = field(default_factory=list)
    agreement: Agreement | None = None
    places: dict[str, None] = field(default_factory=dict)
    _given: dict[int, bytes] = field(default_factory=dict)
    _outputs: dict[int, tuple[NDArray[Any], ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.metric = METRICS[self.job.metric]()

    @property
    def count(self) -> int:
        return len(self._given)

    @property
    def given(self) -> tuple[bytes, ...]:
        """Per vector the output tensors' bytes."""
        return tuple(output for _, output in sorted(self._given.items()))

    @property
    def outputs(self) -> tuple[tuple[NDArray[Any], ...], ...]:
        """The same as real values."""
        return tuple(self._outputs[index] for index in sorted(self._outputs))

    def take(self, answers: Iterable[Answer], inputs: Sequence[bytes]) -> None:
        """Take an answer to every vector."""
        model = self.job.model
        with self._oracle() as expected_output:
            for answer in answers:
                given = inputs[answer.vector]
                real = decode_outputs(answer.output, model)
                self.sink.add_vector(self._record(answer, given, real[0]))
                if expected_output and not outputs_equal(answer.output, expected_output(given), model):
                    self.different.append(answer.vector)
                self._given[answer.vector], self._outputs[answer.vector] = answer.output, real
                self.places[answer.place] = None
                self.on_vector(self.count)
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
        said = f"{len(different)} of {self.count} outputs differ from {whose}'s, first vector {min(different)}"
        return Verdict(said, failed=True)

    @contextlib.contextmanager
    def _oracle(self) -> Iterator[Callable[[bytes], bytes] | None]:
        if not self.job.check:
            yield None
            return
        with Oracle(self.job.model.data, self.job.model.name) as oracle:
            yield oracle.infer

    def _record(self, answer: Answer, given: bytes, answered: NDArray[Any]) -> VectorRecord:
        labels = self.job.vectors.labels
        label = None if labels is None else int(labels[answer.vector])
        judgement = self.metric.add(label, decode_inputs(given, self.job.model)[0], answered)
        return VectorRecord(
            **key_fields(self.bench, self.job),
            vector=answer.vector,
            label=label,
            predicted=judgement.predicted,
            correct=judgement.correct,
            score=judgement.score,
            output=answer.output,
            place=answer.place,
        )
