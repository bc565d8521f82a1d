"""What does counting cycles slow QEMU down by, and are the counts the same in every run?

    python benchmarks/cycles.py [BOARD…]

The user time of QEMU for inferences of the keywords suite, with the cycle plugin and with -icount alone, in turns and
in both orders; then the counters of five runs with every processor busy. The exit code is 1 where a figure is missed.
"""

from __future__ import annotations

import resource
import statistics
import sys

from conditions import REPOSITORY, loaded_machine, print_conditions, print_figure
from msgspec.structs import replace

from harness.config import Board, boards_files, load_boards
from harness.measure import Bench, random_vectors
from harness.model import Model, read_model_file

BOARDS = ("stm32l475", "mps2-an386")
MODELS = ("keywords_int8.tflite", "keywords_float32.tflite")
ROUNDS = 4
INFERENCES = 100
RUNS = 5
SLOWDOWN = 1.3


def user_seconds(board: Board, model: Model, inferences: int) -> float:
    """QEMU's user time for `inferences`, with its start and end."""
    vector = random_vectors(model, 1).inputs[0].tobytes()
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    with Bench(board).load(model) as (device, _):
        device.time(vector, inferences)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before


def slowdown(board: Board, model: Model) -> float:
    """The ratio of the medians of the two times, each less that of a run with one inference."""
    bare = replace(board, cost_model=None)
    seconds: dict[str, list[float]] = {"with": [], "without": []}
    for turn in range(ROUNDS):
        order = [("with", board), ("without", bare)]
        for name, variant in order if turn % 2 else reversed(order):
            seconds[name].append(user_seconds(variant, model, INFERENCES) - user_seconds(variant, model, 1))
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    print(f"          {board.name} {model.name}: {INFERENCES} inferences in {medians['without']:.2f} s of QEMU,")
    print(f"          {medians['with']:.2f} s when it counts cycles")
    return medians["with"] / medians["without"]


def counters(board: Board, model: Model) -> tuple[int, ...]:
    with Bench(board).load(model) as (device, _):
        device.time(random_vectors(model, 1).inputs[0].tobytes())
        return device.counters(0)


def main() -> int:
    print_conditions()
    boards = load_boards(boards_files(REPOSITORY))
    reached = []
    for name in sys.argv[1:] or BOARDS:
        for file in MODELS:
            model = read_model_file(REPOSITORY / "suites/keywords" / file)
            _ = Bench(boards[name]).firmware
            ratio = slowdown(boards[name], model)
            reached.append(ratio <= SLOWDOWN)
            print_figure(f"{name} {file}: slow-down", f"{ratio:.2f}x", f"<= {SLOWDOWN}x", reached[-1])
            with loaded_machine():
                runs = {counters(boards[name], model) for _ in range(RUNS)}
            reached.append(len(runs) == 1)
            print_figure(f"{name} {file}: {RUNS} runs, loaded, equal", str(len(runs) == 1), "True", reached[-1])
            print(f"          counters {next(iter(runs))}")
    return 0 if all(reached) else 1


if __name__ == "__main__":
    sys.exit(main())
