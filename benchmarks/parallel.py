"""Two emulated boards side by side against one after the other: the emulators alone, and whole pytest runs."""

from __future__ import annotations

import functools
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from conditions import REPOSITORY, print_conditions, print_figure

from harness.config import boards_files, load_boards, load_suite
from harness.measure import Bench, load_suite_vectors
from harness.model import encode_inputs, read_model_file

BOARDS = ("stm32l475", "nucleo-l4r5zi")  # of the same core on the same machine: equal shares of work
RUNS = 3
INFERENCES = 5000
SUITES = ["suites/digits"]


def seconds(action: Callable[[], object]) -> float:
    """The shortest of `RUNS` wall times."""
    taken = []
    for _ in range(RUNS):
        begin = time.perf_counter()
        action()
        taken.append(time.perf_counter() - begin)
    return min(taken)


def infer(bench: Bench) -> None:
    """Inferences of the int8 digits in a loop inside the firmware: nothing but the emulator works."""
    suite = load_suite(REPOSITORY / "suites/digits/suite.toml")
    model = read_model_file(suite.models["int8"].path)
    vector = encode_inputs(load_suite_vectors(suite.vectors).first(1).inputs, model)[0]
    with bench.load(model) as (device, _):
        device.time(vector, count=INFERENCES)


def infer_side_by_side(benches: list[Bench]) -> None:
    with ThreadPoolExecutor(len(benches)) as pool:
        list(pool.map(infer, benches))


def pytest_run(*arguments: str) -> None:
    with tempfile.TemporaryDirectory() as reports:
        command = [sys.executable, "-m", "pytest", "-q", f"--reports-dir={reports}", *SUITES, *arguments]
        subprocess.run(command, cwd=REPOSITORY, check=True, stdout=subprocess.DEVNULL)


def compare(name: str, one_by_one: list[Callable[[], object]], side_by_side: Callable[[], object]) -> None:
    alone, together = sum(map(seconds, one_by_one)), seconds(side_by_side)
    gain = alone / together
    print(f"          {name}: {alone:.2f} s one after the other, {together:.2f} s side by side")
    print_figure(name, f"{gain:.2f}x", ">= 1.8x", gain >= 1.8)


def main() -> None:
    print_conditions()
    boards = load_boards(boards_files(REPOSITORY))
    benches = [Bench(boards[name]) for name in BOARDS]
    for bench in benches:
        _ = bench.firmware
    compare(
        f"two emulators, {INFERENCES} inferences each",
        [functools.partial(infer, bench) for bench in benches],
        functools.partial(infer_side_by_side, benches),
    )
    compare(
        "pytest -n 2, " + ", ".join(SUITES),
        [functools.partial(pytest_run, f"--board={name}") for name in BOARDS],
        functools.partial(pytest_run, f"--board={','.join(BOARDS)}", "-n2"),
    )


if __name__ == "__main__":
    main()
