"""Two emulated boards side by side against one after the other: the emulators alone, and whole pytest runs."""

from __future__ import annotations

import functools
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from conditions import REPOSITORY, print_conditions, print_figure

from harness.config import Board, boards_files, load_boards, load_suite
from harness.measure import Bench, load_suite_vectors
from harness.model import encode_inputs, read_model_file

BOARDS = ("stm32l475", "nucleo-l4r5zi")  # of the same core on the same machine: equal shares of work
RUNS = 3
INFERENCES = 5000
SUITES = ["suites/digits"]


class Spent(NamedTuple):
    """The time on the clock, and that of processors in processes which have ended."""

    wall_s: float
    cpu_s: float


def spent(action: Callable[[], object]) -> Spent:
    """That of the shortest of `RUNS`."""
    taken = []
    for _ in range(RUNS):
        begin_s, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        action()
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        taken.append(Spent(time.perf_counter() - begin_s, cpu_s))
    return min(taken)


def infer(board: Board) -> None:
    """Inferences of the int8 digits in a loop inside the firmware: nothing but the emulator works."""
    suite = load_suite(REPOSITORY / "suites/digits/suite.toml")
    model = read_model_file(suite.models["int8"].path)
    vector = encode_inputs(load_suite_vectors(suite.vectors).first(1).inputs, model)[0]
    with Bench(board).load(model) as (device, _):
        device.time(vector, count=INFERENCES)


def infer_side_by_side(boards: list[Board]) -> None:
    with ThreadPoolExecutor(len(boards)) as pool:
        list(pool.map(infer, boards))


def pytest_run(*arguments: str) -> None:
    with tempfile.TemporaryDirectory() as reports:
        command = [sys.executable, "-m", "pytest", "-q", f"--reports-dir={reports}", *SUITES, *arguments]
        subprocess.run(command, cwd=REPOSITORY, check=True, stdout=subprocess.DEVNULL)


def compare(name: str, one_by_one: list[Callable[[], object]], side_by_side: Callable[[], object]) -> None:
    alone, together = [spent(action) for action in one_by_one], spent(side_by_side)
    wall_s, cpu_s = sum(each.wall_s for each in alone), sum(each.cpu_s for each in alone)
    gain = wall_s / together.wall_s
    print(f"          {name}: {wall_s:.2f} s one after the other, {together.wall_s:.2f} s side by side")
    print(f"          of processors: {cpu_s:.2f} s and {together.cpu_s:.2f} s")
    print_figure(name, f"{gain:.2f}x", ">= 1.8x", gain >= 1.8)


def main() -> None:
    print_conditions()
    known = load_boards(boards_files(REPOSITORY))
    boards = [known[name] for name in BOARDS]
    for board in boards:
        _ = Bench(board).firmware
    compare(
        f"two emulators, {INFERENCES} inferences each",
        [functools.partial(infer, board) for board in boards],
        functools.partial(infer_side_by_side, boards),
    )
    compare(
        "pytest -n 2, " + ", ".join(SUITES),
        [functools.partial(pytest_run, f"--board={name}") for name in BOARDS],
        functools.partial(pytest_run, f"--board={','.join(BOARDS)}", "-n2"),
    )


if __name__ == "__main__":
    main()
