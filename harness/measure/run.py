"""Run one model on one bench: every vector for accuracy, quiet windows for time, one profile for the layers."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from harness.errors import HarnessError, NoFitError
from harness.measure.answers import Answers
from harness.measure.bench import Bench
from harness.measure.frequency import check_frequency
from harness.measure.job import Job, Result, Sink
from harness.measure.layers import profile_layers
from harness.measure.metering import meter_inferences
from harness.measure.progress import Progress
from harness.measure.records import Provenance, RunRecord
from harness.measure.retry import Failure, run_with_retries
from harness.measure.shards import LoadedTarget, Shards
from harness.measure.timing import Stopwatch
from harness.measure.verdict import Verdict
from harness.model import check_model, encode_inputs


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
    title, step = f"{job.suite} {job.variant} on {bench.board.name}", _once_each(on_vector)
    failures: list[Failure] = []
    with bench.borrow() as target:

        def attempt() -> Result:
            run = Progress(bench, job, target, Answers(bench, job, sink, step), failures)
            with Shards(bench, job.model, failures) as shards:
                result = _attempt(run, sink, shards, verdict)
            if run.target is not target:
                target.stop()  # it failed, and others did its work; only now: another attempt would begin with it
            return result

        return run_with_retries(target, title, failures, attempt)


def _once_each(on_vector: Callable[[], None]) -> Callable[[int], None]:
    """Calls it once for each vector, also where another attempt answers some again; takes the number of answers."""
    most = 0

    def step(count: int) -> None:
        nonlocal most
        if count > most:
            most = count
            on_vector()

    return step


def _attempt(run: Progress, sink: Sink, shards: Shards, verdict: Callable[[RunRecord], Verdict]) -> Result:
    sink.add_run(run.record("running", ""))
    try:
        _execute(run, sink, shards)
    except NoFitError as error:
        run.shortages = error.shortages
        sink.add_run(run.record("no fit", error.reason))
        raise
    except HarnessError as error:
        sink.add_run(run.record("error", error.cause))
        raise
    except KeyboardInterrupt:
        sink.add_run(run.record("interrupted", f"after {run.answers.count} of {len(run.job.vectors)} vectors"))
        raise
    judged = run.answers.verdict() or verdict(run.record("passed", ""))
    record = run.record("failed" if judged.failed else "passed", judged.message)
    sink.add_run(record)
    return Result(record, tuple(run.layers), run.answers.outputs, run.answers.given)


def _execute(run: Progress, sink: Sink, shards: Shards) -> None:
    bench, job = run.bench, run.job
    check_model(job.model, bench.board, bench.engine)
    run.answers.metric.check(job.vectors, job.model)
    inputs = encode_inputs(job.vectors.inputs, job.model)
    run.load(shards.start(run.target))
    if run.target.place:
        sink.add_run(run.record("running", ""))  # which it had to be started for
    with contextlib.closing(shards.answers(inputs)) as answers:
        run.answers.take(answers, inputs)  # first: a target may run slower from the first timed window on
    run.load(shards.first)
    _measure(run, sink, shards.first, inputs[0])
    run.statuses = [shards.first.device.status(), *shards.statuses]


def _measure(run: Progress, sink: Sink, loaded: LoadedTarget, vector: bytes) -> None:
    """Time the inference, and its layers, on a target that nothing else is asked of."""
    bench, job, clock = run.bench, run.job, loaded.clock
    stopwatch = Stopwatch(loaded.device, clock, bench.board, vector)
    per_window = stopwatch.inferences_lasting(clock.least_window_s)
    if clock.is_an_oscillator:
        run.clock_off_percent = check_frequency(loaded.device, vector, per_window)
    run.windows = stopwatch.windows(per_window, job.repeats)
    supply = bench.supply(loaded.target)
    if supply:
        run.metered = meter_inferences(stopwatch, supply, Provenance(run.target.provenance), job.repeats)
    run.layers, run.profile_trace = profile_layers(stopwatch, bench, job, supply, run.metered)
    for record in run.window_records():
        sink.add_window(record)
    for trace in run.trace_records():
        sink.add_trace(trace)
    for layer in run.layers:
        sink.add_layer(layer)
