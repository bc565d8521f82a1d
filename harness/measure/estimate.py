"""Does a model fit each board, how fast is it there, and what does an inference take of a battery?"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Literal, get_args

from harness.config import Board, has_fpu
from harness.errors import HarnessError, ModelError, NoFitError, SetupError, Shortage
from harness.measure.bench import Bench
from harness.measure.energy import energy_uj
from harness.measure.job import Job
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
from harness.measure.static_cost import StaticCost, static_cost
from harness.measure.vectors import random_vectors
from harness.model import Model, check_model

Fit = Literal["yes", "unknown", "no"]
FITS = get_args(Fit)  # from the best to the worst


@dataclass(frozen=True)
class Estimate:
    """What is to be expected of a model on a board.

    Attributes:
        board: the board.
        engine: what runs the model there.
        run: one inference on the emulated board; None where it did not run.
        shortages: memory that is lacking; empty where the model fits.
        trouble: why it did not run although memory suffices; empty where it ran.
        static: the estimate of one that did not run; None where the engine refuses the model, or nothing was measured.
    """

    board: Board
    engine: str
    run: RunRecord | None
    shortages: tuple[Shortage, ...] = ()
    trouble: str = ""
    static: StaticCost | None = None

    @property
    def fit(self) -> Fit:
        """ "unknown" where the engine refuses the model, or nothing is known of its ops."""
        if self.shortages:
            return "no"
        return "yes" if self.run or self.static else "unknown"

    @property
    def cycles(self) -> Quantity | None:
        """Of one inference."""
        if self.run is not None:
            return self.run.cycles
        if self.static is None or self.board.cost_model is None:
            return None
        return Quantity(round(self.static.cycles), Provenance.MODELLED)

    @property
    def cycles_model(self) -> str:
        """What the cycles are modelled by; empty where they are not known."""
        if self.run is not None:
            return self.run.cycles_model
        model = self.board.cost_model
        if self.static is None or model is None:
            return ""
        return model.described if self.static.board == self.board.name else f"that of {self.static.board}"

    @property
    def cycles_error_percent(self) -> int | None:
        """How far cycles that were run lie from published silicon at most; None where that was not compared."""
        return self.run.cycles_error_percent if self.run else None

    @property
    def latency_us(self) -> Quantity | None:
        """Of one inference: cycles x cycle_scale / clock."""
        if self.run is not None:
            return self.run.latency_us
        model, cycles = self.board.cost_model, self.cycles
        if model is None or cycles is None or self.board.clock_hz is None:
            return None
        return Quantity(cycles.value * model.cycle_scale * 1e6 / self.board.clock_hz, Provenance.MODELLED)

    @property
    def energy_uj(self) -> Quantity | None:
        """Of one inference."""
        if self.run is not None:
            return self.run.energy_uj
        latency_us, energy = self.latency_us, self.board.energy
        if latency_us is None or energy is None or self.board.clock_hz is None:
            return None
        return Quantity(energy_uj(energy, self.board.clock_hz, latency_us.value), Provenance.MODELLED)

    @property
    def per_s(self) -> float | None:
        """Inferences a second, one after the other."""
        return 1e6 / self.latency_us.value if self.latency_us and self.latency_us.value else None

    def is_soft_float(self, model: Model) -> bool:
        """The core computes the model's floats without an FPU."""
        return model.has_floats and not has_fpu(self.board.core)


class _Discard:
    """A sink that keeps nothing."""

    def add_run(self, record: RunRecord) -> None: ...
    def add_layer(self, record: LayerRecord) -> None: ...
    def add_window(self, record: WindowRecord) -> None: ...
    def add_trace(self, record: TraceRecord) -> None: ...
    def add_vector(self, record: VectorRecord) -> None: ...


def estimate_boards(
    model: Model,
    benches: Sequence[Bench],
    known: Mapping[str, Board],
    on_board: Callable[[], None] = lambda: None,
) -> list[Estimate]:
    """Run the model once wherever it fits, on as many boards at a time as this computer has processors.

    Args:
        model: the model.
        benches: where.
        known: all boards by name: the static estimate may take the costs of another one of the same core.
        on_board: called after each board.

    Returns:
        Boards where it fits first, then by latency; those that nothing is known of last.

    Raises:
        SetupError: a tool is missing. Any other trouble is that of one board.
    """

    def one(bench: Bench) -> Estimate:
        found = _estimate(model, bench, known)
        on_board()
        return found

    return by_merit(_side_by_side(one, benches))


def _side_by_side(task: Callable[[Bench], Estimate], benches: Sequence[Bench]) -> list[Estimate]:
    """`task` on each bench. An interrupted program does not wait for these threads; their emulators die with them."""
    waiting = SimpleQueue[tuple[Bench, Future[Estimate]]]()
    futures: list[Future[Estimate]] = []
    for bench in benches:
        futures.append(Future())
        waiting.put((bench, futures[-1]))

    def serve() -> None:
        with contextlib.suppress(Empty):
            while True:
                bench, future = waiting.get_nowait()
                try:
                    future.set_result(task(bench))
                except Exception as error:
                    future.set_exception(error)

    for _ in range(len(os.sched_getaffinity(0))):
        threading.Thread(target=serve, daemon=True).start()
    return [future.result() for future in futures]


def by_merit(estimates: Iterable[Estimate]) -> list[Estimate]:
    """Those that fit first, the faster before the slower."""

    def merit(found: Estimate) -> tuple[int, bool, float, str]:
        latency = found.latency_us
        return FITS.index(found.fit), latency is None, latency.value if latency else 0.0, found.board.name

    return sorted(estimates, key=merit)


def _estimate(model: Model, bench: Bench, known: Mapping[str, Board]) -> Estimate:
    board, engine = bench.board, bench.engine
    try:
        check_model(model, board, engine)
        return Estimate(board, engine, _run_once(model, bench))
    except NoFitError as error:
        return Estimate(board, engine, None, error.shortages, static=static_cost(model, board, engine, known))
    except ModelError as error:
        return Estimate(board, engine, None, trouble=error.cause)
    except SetupError:
        raise
    except HarnessError as error:
        static = static_cost(model, board, engine, known)
        return Estimate(board, engine, None, trouble=error.cause, static=static)


def _run_once(model: Model, bench: Bench) -> RunRecord:
    job = Job("estimate", model.variant, model, random_vectors(model, 1), repeats=1)
    return run_model(bench, job, _Discard()).run
