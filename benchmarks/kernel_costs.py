"""Measure what each op costs on each board, and write harness/measure/kernel_costs.json: `harness estimate` reads it.

    python benchmarks/kernel_costs.py [--engine builtin] [--board NAME,…]

Costs are cycles by the board's cost model, fitted to all probes of an op and a type: for each multiply-accumulate and
each element of the output (an element of the first input stands in where an op has no multiplications). The suites'
models, which the costs are not fitted to, then tell how far off an estimate is at most. What the file says of other
boards and engines is kept.
"""

from __future__ import annotations

import argparse
import contextlib
import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import msgspec
import numpy as np
from conditions import REPOSITORY, Discard, print_conditions
from probes import VARIANTS, probe_model, probes

from harness.config import boards_files, choose_engines, load_boards, pick_boards
from harness.errors import ModelError
from harness.measure import Bench, Job, Result, random_vectors, run_model
from harness.measure.static_cost import (
    COSTS_FILE,
    BoardCosts,
    KernelCosts,
    OpCost,
    cost_key,
    kernel_costs,
    op_outputs,
    op_work,
    split_cycles,
)
from harness.model import Model, read_model_file


def run_each(models: Iterable[Model], bench: Bench) -> list[tuple[Model, Result]]:
    """Run every model that the engine has the ops for, and the board the memory."""
    done = []
    for model in models:
        with contextlib.suppress(ModelError):
            job = Job("kernel costs", model.variant, model, random_vectors(model, 1), repeats=1)
            done.append((model, run_model(bench, job, Discard())))
    return done


def measure(bench: Bench) -> BoardCosts:
    """Run all probes on a board, and the suites' models to see what their costs are worth."""
    probed = run_each((probe_model(probe, variant) for variant in VARIANTS for probe in probes()), bench)
    suites = run_each(map(read_model_file, sorted((REPOSITORY / "suites").glob("*/*.tflite"))), bench)
    costs = op_costs(probed)
    error = max(error_of(costs, model, result) for model, result in suites)
    run = probed[0][1].run
    conditions = (f"{bench.engine} {run.engine_version}", run.toolchain, run.target_description, run.cycles_model)
    return BoardCosts(", ".join(conditions), math.ceil(100 * error), costs)


def error_of(costs: Mapping[str, OpCost], model: Model, result: Result) -> float:
    """How far the estimate of a model lies from what it ran."""
    assert result.run.cycles is not None, f"{result.run.board} has a cost model"
    parts, _ = split_cycles(model, costs)
    return abs(sum(part.cycles for part in parts) / result.run.cycles.value - 1)


def op_costs(measured: Iterable[tuple[Model, Result]]) -> dict[str, OpCost]:
    """By cost key."""
    probed: dict[str, list[tuple[int, int, float]]] = defaultdict(list)
    for model, result in measured:
        (op,), (layer,) = model.ops, result.layers
        assert layer.cycles is not None, f"{layer.board} has a cost model"
        probed[cost_key(model, op)].append((op_work(model, op), op_outputs(model, op), layer.cycles.value))
    return {key: _fit(of_key) for key, of_key in sorted(probed.items())}


def _fit(probed: Sequence[tuple[int, int, float]]) -> OpCost:
    """The line with the least squares of relative errors; three digits, more would only make the file change."""
    work_and_outputs, cycles = np.array([each[:2] for each in probed]), np.array([each[2] for each in probed])
    relative = work_and_outputs / cycles[:, np.newaxis]
    line, _, rank, _ = np.linalg.lstsq(relative, np.ones(len(probed)))
    if rank < 2 or (line <= 0).any():  # the probes do not tell work from outputs
        line = np.array([1 / np.mean(relative[:, 0]), 0.0])
    return OpCost(*(float(f"{value:.3g}") for value in line))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engine", default="builtin", help="one or more, with commas between them")
    parser.add_argument("--board", help="one or more, with commas between them (default: every one with a cost model)")
    arguments = parser.parse_args()
    print_conditions()
    known = load_boards(boards_files(REPOSITORY))
    named = pick_boards(known, [arguments.board]) if arguments.board else known.values()
    boards = [board for board in named if board.cost_model is not None]
    engines = dict(kernel_costs().engines) if COSTS_FILE.exists() else {}
    for engine in choose_engines(arguments.engine, "builtin"):
        with ThreadPoolExecutor(max_workers=2) as workers:
            measured = list(workers.map(measure, [Bench(board, engine.name) for board in boards]))
        for board, costs in zip(boards, measured, strict=True):
            told = f"{len(costs.ops)} kinds of op, {costs.error_percent} % off at most"
            print(f"{engine.name} on {board.name}: {told}; {costs.conditions}")
            engines[engine.name] = {**engines.get(engine.name, {}), board.name: costs}
    text = msgspec.json.format(msgspec.json.encode(KernelCosts(engines)), indent=1).decode()
    COSTS_FILE.write_text(re.sub(r"\s+(?=[^\[\]]*\])", " ", text) + "\n", "utf-8")  # an op's cost on one line


if __name__ == "__main__":
    main()
