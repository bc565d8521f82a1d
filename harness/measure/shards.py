"""The vectors of one run over several targets at once: each takes the next one whenever it has room."""

from __future__ import annotations

import contextlib
import logging
import queue
import threading
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from functools import partial

from harness.closing import Closing
from harness.errors import HarnessError
from harness.link.client import Device
from harness.link.messages import DeviceStatus, Loaded
from harness.measure.answers import Answer
from harness.measure.bench import Bench
from harness.measure.clock import Clock, best_self_check, calibrated_clock
from harness.measure.retry import Failure, is_of_the_target
from harness.measure.work import Work, answer_share, cancellable
from harness.model import Model
from harness.target import Target

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class LoadedTarget:
    """A started target with a model loaded, and how its ticks are read."""

    target: Target
    device: Device
    loaded: Loaded
    clock: Clock


def _load_target(bench: Bench, target: Target, model: Model) -> LoadedTarget:
    """Start `target`, one of `bench`'s kind, with `model`, which is checked. Errors as of `Bench.load`."""
    device, loaded = bench.load_on(target, model)
    clock = calibrated_clock(device.hello, target, best_self_check(device.self_check))
    return LoadedTarget(target, device, loaded, clock)


@dataclass(frozen=True, eq=False)
class _End:
    """How a thread ended that one target had: `loaded` is None where the target did not even start."""

    target: Target
    loaded: LoadedTarget | None
    status: DeviceStatus | None = None
    error: HarnessError | None = None
    defect: Exception | None = None

    def raise_if_fatal(self) -> None:
        """Others do the work of a target that failed, or is not to be had; anything else ends the run."""
        if self.defect:
            raise self.defect
        if self.error and self.loaded and not is_of_the_target(self.error):
            raise self.error


_Events = queue.SimpleQueue[Answer | _End]


def _answer(
    target: Target, load: Callable[[], LoadedTarget], work: Work, inputs: Sequence[bytes], events: _Events
) -> None:
    """What one thread does: its target's answers go to `events`, and how it ended."""
    loaded = None
    try:
        loaded = load()
        with cancellable(loaded.device, work):
            while work.wait():
                for vector, output in answer_share(work, loaded.device, inputs):
                    events.put(Answer(vector, output, target.place))
            status = loaded.device.status()
    except HarnessError as error:
        events.put(_End(target, loaded, error=error))
    except Exception as error:
        events.put(_End(target, loaded, defect=error))
    else:
        events.put(_End(target, loaded, status))


class Shards(Closing):
    """The targets that answer the vectors of one run. Closed, it has stopped all but the one that it began with.

    Attributes:
        first: the one to be timed: the foremost of those that did not fail; there is none before `start`.
        statuses: what the devices of the others said last.
    """

    first: LoadedTarget

    def __init__(self, bench: Bench, model: Model, failures: list[Failure]) -> None:
        """`failures`: those of targets whose work others did are added."""
        self.statuses: list[DeviceStatus] = []
        self._bench = bench
        self._model = model
        self._failures = failures
        self._further = contextlib.ExitStack()

    def close(self) -> None:
        self._further.close()

    def start(self, target: Target) -> LoadedTarget:
        """Begin with `target`. Errors as of `Bench.load`."""
        self.first = _load_target(self._bench, target, self._model)
        return self.first

    def answers(self, inputs: Sequence[bytes]) -> Generator[Answer, None, None]:
        """An answer to each vector; in any order where there are several targets, each in a thread of its own.

        When they have ended, of those that did not fail `first` alone runs.

        Raises:
            HarnessError: the first target's, when all have failed; or what a device answered.
        """
        count = min(self._bench.shards, len(inputs))
        if count > 1:
            yield from self._of_threads(inputs, count)
            return
        for index, output in answer_share(Work(len(inputs)), self.first.device, inputs):
            yield Answer(index, output, self.first.target.place)

    def _of_threads(self, inputs: Sequence[bytes], count: int) -> Generator[Answer, None, None]:
        first = self.first
        loads: dict[Target, Callable[[], LoadedTarget]] = {first.target: lambda: first}
        for _ in range(count - 1):
            target = self._further_target()
            loads[target] = partial(_load_target, self._bench, target, self._model)
        work, events = Work(len(inputs)), _Events()
        threads = [threading.Thread(target=_answer, args=(*each, work, inputs, events)) for each in loads.items()]
        for thread in threads:
            thread.start()
        ends: dict[Target, _End] = {}
        try:
            while len(ends) < count:
                event = events.get()
                if isinstance(event, Answer):
                    yield event
                else:
                    ends[event.target] = event
                    event.raise_if_fatal()
        finally:
            work.cancel()
            for thread in threads:
                thread.join()
        self._conclude([ends[target] for target in loads])

    def _further_target(self) -> Target:
        target = self._further.enter_context(self._bench.new_target())
        target.may_wait = False  # runs that hold one place of a farm each, and wait for another's, would do so for ever
        return target

    def _conclude(self, ends: Sequence[_End]) -> None:
        """Once all threads have ended, the first target's foremost: who is left, and what is to say of the others."""
        left = [end.loaded for end in ends if end.loaded and not end.error]
        lost = [(end.target.place, end.error) for end in ends if end.loaded and end.error]
        self._tell_absent([end.error for end in ends if end.error and not end.loaded])
        self._failures += [Failure(place, error.cause) for place, error in (lost if left else lost[1:])]
        if not left:
            raise lost[0][1]
        self.first = left[0]
        self.statuses = [end.status for end in ends if end.status and end.loaded is not self.first]
        for end in ends[1:]:
            end.target.settle(not end.error)
            if end.target is not self.first.target:
                end.target.stop()

    def _tell_absent(self, absent: Sequence[HarnessError]) -> None:
        if absent:
            found = f"{self._bench.shards - len(absent)} of {self._bench.shards} targets"
            _log.warning("%s: vectors over %s: %s", self._bench.board.name, found, Failure("", absent[0].cause))
