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


def load_target(bench: Bench, target: Target, model: Model) -> LoadedTarget:
    """Start `target`, one of `bench`'s kind, with `model`, which is checked. Errors as of `Bench.load`."""
    device, loaded = bench.load_on(target, model)
    clock = calibrated_clock(device.hello, target, best_self_check(device.self_check))
    return LoadedTarget(target, device, loaded, clock)


@dataclass(eq=False)
class _Share:
    """What one thread does on one target, and how that ended: `loaded` is None where the target did not even start."""

    target: Target
    load: Callable[[], LoadedTarget]
    loaded: LoadedTarget | None = None
    status: DeviceStatus | None = None
    error: HarnessError | None = None
    defect: Exception | None = None

    def answer(self, work: Work, inputs: Sequence[bytes], events: _Events) -> None:
        """The thread: answers go to `events`, and in the end this share."""
        try:
            self.loaded = self.load()
            with cancellable(self.loaded.device, work):
                while work.wait():
                    for index, output in answer_share(work, self.loaded.device, inputs):
                        events.put(Answer(index, output, self.target.place))
                self.status = self.loaded.device.status()
        except HarnessError as error:
            self.error = error
        except Exception as error:  # for the other thread to raise
            self.defect = error
        events.put(self)

    def raise_if_fatal(self) -> None:
        """Others do the work of a target that failed, or is not to be had; anything else ends the run."""
        if self.defect:
            raise self.defect
        if self.error and self.loaded and not is_of_the_target(self.error):
            raise self.error


_Events = queue.SimpleQueue[Answer | _Share]


class Shards(Closing):
    """The targets that answer the vectors of one run. Closed, none is left but the one that they began with.

    Attributes:
        first: the one to be timed: the foremost of those that did not fail.
        statuses: what the devices of the others said last.
    """

    def __init__(self, bench: Bench, model: Model, first: LoadedTarget, failures: list[Failure]) -> None:
        """`failures`: those of targets whose work others did are added."""
        self.first = first
        self.statuses: list[DeviceStatus] = []
        self._bench = bench
        self._model = model
        self._failures = failures
        self._further = contextlib.ExitStack()

    def close(self) -> None:
        self._further.close()

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
        shares = [_Share(self.first.target, lambda: self.first), *(self._further_share() for _ in range(count - 1))]
        work, events = Work(len(inputs)), _Events()
        threads = [threading.Thread(target=share.answer, args=(work, inputs, events)) for share in shares]
        for thread in threads:
            thread.start()
        try:
            ended = 0
            while ended < count:
                event = events.get()
                if isinstance(event, Answer):
                    yield event
                else:
                    ended += 1
                    event.raise_if_fatal()
        finally:
            work.cancel()
            for thread in threads:
                thread.join()
        self._conclude(shares)

    def _further_share(self) -> _Share:
        target = self._further.enter_context(self._bench.new_target())
        target.may_wait = False  # runs that hold one place of a farm each, and wait for another's, would do so for ever
        return _Share(target, partial(load_target, self._bench, target, self._model))

    def _conclude(self, shares: Sequence[_Share]) -> None:
        left = [share.loaded for share in shares if share.loaded and not share.error]
        lost = [(share.target.place, share.error) for share in shares if share.loaded and share.error]
        self._tell_absent([share for share in shares if not share.loaded])
        self._failures += [Failure(place, error.cause) for place, error in (lost if left else lost[1:])]
        if not left:
            raise lost[0][1]
        self.first = left[0]
        self.statuses = [share.status for share in shares if share.status and share.loaded is not self.first]
        for share in shares[1:]:
            if share.target is not self.first.target:
                share.target.stop()

    def _tell_absent(self, absent: Sequence[_Share]) -> None:
        if absent:
            found = f"{self._bench.shards - len(absent)} of {self._bench.shards} targets"
            _log.warning("%s: vectors over %s: %s", self._bench.board.name, found, absent[0].error)
