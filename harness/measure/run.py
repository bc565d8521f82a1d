"""Run one model on one bench: every vector for accuracy, quiet repeats for time, one profile for the layers."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from msgspec.structs import asdict

from harness.config import MetricName, has_fpu
from harness.config.defaults import DEFAULT_REPEATS
from harness.errors import HarnessError, NoFitError, Shortage, TargetError
from harness.link.client import Device
from harness.link.messages import ArenaPart, Loaded
from harness.measure.bench import Bench
from harness.measure.clock import Clock, calibrated_clock
from harness.measure.compare import Agreement, Reference, compare_outputs, outputs_equal
from harness.measure.costs import MAX_REGIONS, Cost, check_instructions, modelled, run_fields
from harness.measure.metrics import METRICS
from harness.measure.records import LayerRecord, Provenance, Quantity, RunRecord, VectorRecord
from harness.measure.vectors import Vectors
from harness.measure.verdict import Verdict
from harness.model import Model, check_model, decode_inputs, decode_outputs, encode_inputs, op_macs, total_macs
from harness.model.oracle import Oracle

if TYPE_CHECKING:
    from numpy.typing import NDArray


QUIET_ATTEMPTS = 3


class Sink(Protocol):
    """Takes records as they arise, e.g. a session's writer."""

    def add_vector(self, record: VectorRecord) -> None: ...
    def add_layer(self, record: LayerRecord) -> None: ...
    def add_run(self, record: RunRecord) -> None: ...


@dataclass(frozen=True)
class Job:
    """What to run: one variant of one suite, `repeats` (at least 1) timed inferences.

    The outputs are held against the oracle's where `check` says so, and against those of a `reference`.
    """

    suite: str
    variant: str
    model: Model
    vectors: Vectors
    metric: MetricName = "accuracy"
    repeats: int = DEFAULT_REPEATS
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


def run_model(
    bench: Bench,
    job: Job,
    sink: Sink,
    verdict: Callable[[RunRecord], Verdict] = lambda run: Verdict(),
    on_vector: Callable[[], None] = lambda: None,
) -> Result:
    """Run `job` on `bench`; every record goes to `sink` as it arises, also those of a run that breaks off.

    Args:
        verdict: judges a finished run whose outputs are right.
        on_vector: called after each answered vector.

    Raises:
        NoFitError: the model, or the firmware for it, does not fit the board; the record says by how much.
        HarnessError: anything between the model's check and the last answer went wrong.
    """
    run = _Run(bench, job, sink, on_vector)
    sink.add_run(run.record("running", ""))
    try:
        run.execute()
    except NoFitError as error:
        run.shortages = error.shortages
        sink.add_run(run.record("no fit", error.reason))
        raise
    except HarnessError as error:
        sink.add_run(run.record("error", error.cause))
        raise
    except KeyboardInterrupt:
        sink.add_run(run.record("interrupted", f"after {run.answered} of {len(job.vectors)} vectors"))
        raise
    judged = run.oracle_verdict() or run.reference_verdict() or verdict(run.record("passed", ""))
    record = run.record("failed" if judged.failed else "passed", judged.message)
    sink.add_run(record)
    return Result(record, tuple(run.layers), tuple(run.outputs), tuple(run.answers))


@dataclass
class _Run:
    """A run under way: what is known so far."""

    bench: Bench
    job: Job
    sink: Sink
    on_vector: Callable[[], None]
    engine_version: str = ""
    answers: list[bytes] = field(default_factory=list)
    different: list[int] = field(default_factory=list)  # vectors whose output is not the oracle's
    agreement: Agreement | None = None  # with the reference
    outputs: list[tuple[NDArray[Any], ...]] = field(default_factory=list)
    layers: list[LayerRecord] = field(default_factory=list)
    costs: list[Cost] = field(default_factory=list)
    loaded: Loaded | None = None
    arena_parts: list[ArenaPart] = field(default_factory=list)
    stack_used_bytes: int | None = None
    line_faults: int = 0
    shortages: tuple[Shortage, ...] = ()

    def __post_init__(self) -> None:
        self.target = self.bench.new_target()
        self.provenance = Provenance(self.target.provenance)
        self.metric = METRICS[self.job.metric]()

    @property
    def answered(self) -> int:
        return len(self.answers)

    def execute(self) -> None:
        model = self.job.model
        check_model(model, self.bench.board, self.bench.engine)
        self.metric.check(self.job.vectors, model)
        inputs = encode_inputs(self.job.vectors.inputs, model)
        with self.bench.load(model) as (device, loaded):
            self.loaded = loaded
            self.arena_parts = device.arena_parts()
            self.engine_version = device.hello.engine_version
            clock = calibrated_clock(device.hello, self.target, device.self_check())
            self._stream(device, inputs)  # first: a target may run slower from the first timed window on
            self._time(device, clock, inputs[0])
            self._profile(device, clock, inputs[0])
            if self.job.reference:
                self.agreement = compare_outputs(self.answers, self.job.reference, model)
            status = device.status()
            self.stack_used_bytes = status.stack_used_bytes
            self.line_faults = status.rx_overruns + status.bad_frames + status.repeated_frames

    def oracle_verdict(self) -> Verdict | None:
        """A failure where outputs were compared and one differs."""
        return self._difference(self.different, "the oracle")

    def reference_verdict(self) -> Verdict | None:
        """The same for the reference."""
        return self._difference(self.agreement.different, self.agreement.engine) if self.agreement else None

    def _difference(self, different: Sequence[int], whose: str) -> Verdict | None:
        if not different:
            return None
        said = f"{len(different)} of {self.answered} outputs differ from {whose}'s, first vector {different[0]}"
        return Verdict(said, failed=True)

    def _stream(self, device: Device, inputs: list[bytes]) -> None:
        model = self.job.model
        with self._oracle() as expected_output:
            for index, output in enumerate(device.infer_many(inputs)):
                real = decode_outputs(output, model)
                self.outputs.append(real)
                self.sink.add_vector(self._vector_record(index, inputs[index], output, real[0]))
                if expected_output and not outputs_equal(output, expected_output(inputs[index]), model):
                    self.different.append(index)
                self.answers.append(output)
                self.on_vector()

    @contextlib.contextmanager
    def _oracle(self) -> Iterator[Callable[[bytes], bytes] | None]:
        if not self.job.check:
            yield None
            return
        with Oracle(self.job.model.data, self.job.model.name) as oracle:
            yield oracle.infer

    def _vector_record(self, index: int, vector: bytes, output: bytes, answered: NDArray[Any]) -> VectorRecord:
        labels = self.job.vectors.labels
        label = None if labels is None else int(labels[index])
        judgement = self.metric.add(label, decode_inputs(vector, self.job.model)[0], answered)
        return VectorRecord(
            suite=self.job.suite,
            variant=self.job.variant,
            board=self.bench.board.name,
            engine=self.bench.engine,
            vector=index,
            label=label,
            predicted=judgement.predicted,
            correct=judgement.correct,
            score=judgement.score,
            output=output,
        )

    def _time(self, device: Device, clock: Clock, vector: bytes) -> None:
        for _ in range(self.job.repeats):
            window = _quiet(lambda: device.time(vector))
            cost, counters = clock.cost(0, window.ticks), device.counters(0)
            check_instructions(cost, counters)
            self.costs.append(modelled(self.bench.board, cost, counters))

    def _profile(self, device: Device, clock: Clock, vector: bytes) -> None:
        model = self.job.model
        profile = _quiet(lambda: device.profile(vector))
        for op, (begin, end) in zip(model.ops, profile.layers, strict=True):
            output = model.tensors[op.outputs[0]]
            counters = device.counters(op.index) if op.index < MAX_REGIONS else ()
            cost = modelled(self.bench.board, clock.cost(begin, end), counters)
            record = LayerRecord(
                suite=self.job.suite,
                variant=self.job.variant,
                board=self.bench.board.name,
                engine=self.bench.engine,
                op_index=op.index,
                op=op.name,
                output=output.name,
                output_shape="x".join(map(str, output.shape)),
                macs=op_macs(model, op),
                **asdict(cost),
            )
            self.layers.append(record)
            self.sink.add_layer(record)

    def record(self, outcome: str, message: str) -> RunRecord:
        """The run as far as it is known."""
        job, bench = self.job, self.bench
        firmware = bench.built_firmware
        return RunRecord(
            suite=job.suite,
            variant=job.variant,
            board=bench.board.name,
            target=self.target.kind,
            target_description=self.target.description,
            engine=bench.engine,
            engine_version=self.engine_version,
            engine_chosen_by=bench.engine_chosen_by,
            build_id=firmware.build_id if firmware else "",
            toolchain=firmware.toolchain if firmware else "",
            model=job.model.name,
            model_sha256=job.model.sha256,
            outcome=outcome,
            message=message,
            missing_bytes=json.dumps({lack.part: lack.missing_bytes for lack in self.shortages})
            if self.shortages
            else "",
            vectors=self.answered,
            vectors_total=len(job.vectors),
            vectors_source=job.vectors.source,
            repeats=len(self.costs),
            macs=total_macs(job.model),
            soft_float=job.model.has_floats and not has_fpu(bench.board.core),
            metric=job.metric,
            arena_bytes=_known(self.loaded.arena_used_bytes if self.loaded else None, self.provenance),
            arena_persistent_bytes=_known(self.loaded.arena_persistent_bytes if self.loaded else None, self.provenance),
            arena_parts=json.dumps({part.name: part.bytes for part in self.arena_parts}),
            stack_bytes=_known(self.stack_used_bytes, self.provenance),
            model_bytes=Quantity(len(job.model.data), Provenance.STATIC),
            firmware_flash_bytes=_known(firmware.footprint.flash_bytes if firmware else None, Provenance.STATIC),
            firmware_ram_bytes=_known(firmware.footprint.ram_bytes if firmware else None, Provenance.STATIC),
            line_faults=self.line_faults,
            oracle_equal=self.answered - len(self.different) if job.check else None,
            output_bytes=job.model.output_bytes * self.answered,
            **run_fields(bench.board, self.costs),
            **self._metric_field(),
            **self._agreement_fields(),
        )

    def _metric_field(self) -> dict[str, Any]:
        """The record's field of the metric's name."""
        return {self.job.metric: _known(self.metric.value, self.provenance)}

    def _agreement_fields(self) -> dict[str, Any]:
        """Those of the record that tell of the reference."""
        if self.agreement is None:
            return {}
        return {
            "reference_engine": self.agreement.engine,
            "reference_equal": self.answered - len(self.agreement.different),
            "reference_different_bytes": self.agreement.different_bytes,
            "reference_max_difference": self.agreement.max_difference,
        }


class _Window(Protocol):
    @property
    def interrupts(self) -> int: ...


W = TypeVar("W", bound=_Window)


def _quiet(measure: Callable[[], W]) -> W:
    """A timed window that no interrupt of the serial line disturbed."""
    for _ in range(QUIET_ATTEMPTS):
        window = measure()
        if window.interrupts == 0:
            return window
    raise TargetError(
        f"the serial line interrupted {QUIET_ATTEMPTS} timed windows in a row", "look for another program on the line"
    )


def _known(value: float | None, provenance: Provenance) -> Quantity | None:
    return None if value is None else Quantity(value, provenance)
