"""Predicted times and energies beside what others measured on silicon: docs/validation.md.

    python benchmarks/validation.py [FOLDER]

FOLDER (default: what TINYHIL_MLPERF_DIR names) holds the int8 models of github.com/mlcommons/tiny:
kws_ref_model.tflite, ad01_int8.tflite, pretrainedResnet_quant.tflite and vww_96_int8.tflite. They run on emulated
boards with the engines that are installed; what is missing is said and left out. The first table compares engines with
submissions that use the same kernels, the second stands beside other kernels and validates nothing. The exit code is 1
where a figure of the same kernels is missed by more than cores.toml states for the core.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from math import ceil
from pathlib import Path

from conditions import REPOSITORY, Discard, print_conditions
from msgspec import structs
from published import Figure, Published, Submission, Task, read_published

from harness.config import Board, load_boards
from harness.errors import HarnessError
from harness.measure import Bench, Job, random_vectors, run_model
from harness.measure.records import RunRecord
from harness.model import read_model_file

CHIP = "NUCLEO-L4R5ZI at 120 MHz"
BOARD = "nucleo-l4r5zi"
ENGINES = ("tflm", "builtin")
SUPPLY_V = 1.8  # at which the energies of that chip were measured


@dataclass(frozen=True)
class Prediction:
    latency_ms: float
    energy_uj: float | None


@dataclass(frozen=True)
class Comparison:
    """A published figure and what is predicted for the same kernels on `board`."""

    submission: Submission
    task: Task
    figure: Figure
    prediction: Prediction
    board: Board

    @property
    def ratio(self) -> float:
        return self.prediction.latency_ms / self.figure.latency_ms

    @property
    def energy_ratio(self) -> float | None:
        if self.prediction.energy_uj is None or self.figure.energy_uj is None:
            return None
        return self.prediction.energy_uj / self.figure.energy_uj

    @property
    def error_percent(self) -> float:
        return abs(self.ratio - 1) * 100


@dataclass
class Predictor:
    """Runs the models of `folder`, each once with each engine on each board."""

    folder: Path
    boards: Mapping[str, Board]
    _runs: dict[tuple[str, str, str], RunRecord | None] = field(default_factory=dict)

    def predict(self, engine: str, board: str, task: Task, clock_hz: int | None = None) -> Prediction | None:
        """The time at `clock_hz`, or at the board's clock; None where it cannot be said, which is printed."""
        key = engine, board, task.model
        if key not in self._runs:
            self._runs[key] = self._run(engine, self.boards[board], task)
        run = self._runs[key]
        if run is None or run.latency_us is None:
            return None
        scale = 1.0 if clock_hz is None else (self.boards[board].clock_hz or clock_hz) / clock_hz
        return Prediction(run.latency_us.value * scale / 1e3, run.energy_uj.value if run.energy_uj else None)

    def _run(self, engine: str, board: Board, task: Task) -> RunRecord | None:
        if board.energy is not None:  # a linear regulator draws the same current at each voltage
            board = structs.replace(board, energy=structs.replace(board.energy, supply_v=SUPPLY_V))
        try:
            model = read_model_file(self.folder / task.model)
            job = Job("validation", task.name, model, random_vectors(model, 1), repeats=1)
            return run_model(Bench(board, engine), job, Discard()).run
        except HarnessError as error:
            print(f"left out: {task.name} with {engine} on {board.name}: {error.cause}", file=sys.stderr)
            return None


def comparisons(published: Published, predictor: Predictor) -> Iterator[Comparison]:
    """Those of the submissions whose kernels an engine here has."""
    for submission in published.submissions.values():
        if submission.compared is None:
            continue
        engine, board, clock_hz = structs.astuple(submission.compared)
        for key, figure in submission.figures.items():
            task = published.tasks[key]
            if prediction := predictor.predict(engine, board, task, clock_hz):
                yield Comparison(submission, task, figure, prediction, predictor.boards[board])


def print_same_kernels(rows: Iterable[Comparison]) -> list[Comparison]:
    """Print each row when it is there, for a row takes a while. The rows."""
    print("\n| stack, chip | task | published ms | predicted ms | ratio | published µJ | predicted µJ | ratio |")
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    printed = []
    for row in rows:
        figure, prediction = row.figure, row.prediction
        times = f"{figure.latency_ms:.2f} | {prediction.latency_ms:.2f} | {row.ratio:.2f}"
        energies = f"{number(figure.energy_uj)} | {number(prediction.energy_uj)} | {number(row.energy_ratio, 2)}"
        name = f"{row.submission.stack}; {row.submission.chip}"
        print(f"| {name} | {row.task.name} | {times} | {energies} |", flush=True)
        printed.append(row)
    return printed


def print_other_kernels(published: Published, predictor: Predictor) -> None:
    tasks = published.tasks.values()
    print(f"\n| on {CHIP} | {' | '.join(task.name for task in tasks)} |")
    print(f"| --- |{' --- |' * len(tasks)}")
    for engine in ENGINES:
        found = (predictor.predict(engine, BOARD, task) for task in tasks)
        cells = (cell(p.latency_ms, p.energy_uj) if p else "" for p in found)
        print(f"| **{engine}, predicted** | {' | '.join(cells)} |", flush=True)
    for submission in published.submissions.values():
        if submission.chip == CHIP:
            figures = (submission.figures[key] for key in published.tasks)
            cells = (cell(figure.latency_ms, figure.energy_uj) for figure in figures)
            print(f"| {submission.stack}, {submission.submitter} | {' | '.join(cells)} |")


def cell(latency_ms: float, energy: float | None) -> str:
    return f"{latency_ms:.2f} ms" + (f", {energy:,.0f} µJ" if energy is not None else "")


def number(value: float | None, digits: int = 0) -> str:
    return "" if value is None else f"{value:,.{digits}f}"


def judge(rows: list[Comparison]) -> bool:
    """Print the largest error of each core; whether cores.toml states no smaller ones."""
    honest = True
    for core in sorted({row.board.core for row in rows}):
        worst = max((row for row in rows if row.board.core == core), key=lambda row: row.error_percent)
        assert worst.board.cost_model is not None
        stated = worst.board.cost_model.error_percent
        print(f"\n{core}: largest error {worst.error_percent:.1f} % ({worst.task.name}, {worst.submission.stack});")
        print(f"firmware/emulator/cores.toml states {'nothing' if stated is None else f'{stated} %'}")
        honest &= stated is not None and ceil(worst.error_percent) <= stated
    return honest


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?", default=os.environ.get("TINYHIL_MLPERF_DIR"))
    folder = parser.parse_args().folder
    if folder is None:
        parser.error("name the folder that has the models")
    print_conditions()
    published = read_published()
    predictor = Predictor(Path(folder), load_boards([REPOSITORY / "boards.toml"]))
    rows = print_same_kernels(comparisons(published, predictor))
    print_other_kernels(published, predictor)
    return 0 if judge(rows) else 1


if __name__ == "__main__":
    sys.exit(main())
