"""What does counting cycles slow QEMU down by, and are the counts the same in every run?

    python benchmarks/cycles.py [BOARD…]

The user time of QEMU for inferences of the keywords suite, with the cycle plugin and with -icount alone, in turns and
in both orders: streamed as vectors are, when nothing is counted, and in a timed window, when everything is. Then the
counters of five runs with every processor busy. The exit code is 1 where a figure is missed.
"""

from __future__ import annotations

import resource
import statistics
import sys
from collections import defaultdict
from collections.abc import Callable

from conditions import REPOSITORY, loaded_machine, print_conditions, print_figure
from msgspec.structs import replace

from harness.config import Board, boards_files, load_boards
from harness.link.client import Device
from harness.measure import Bench, random_vectors
from harness.model import Model, read_model_file

BOARDS = ("stm32l475", "mps2-an386")
MODELS = ("keywords_int8.tflite", "keywords_float32.tflite")
ROUNDS = 3
INFERENCES = 50
RUNS = 5
SLOWDOWN = 1.3

Work = Callable[[Device, bytes, int], object]


def stream(device: Device, vector: bytes, inferences: int) -> None:
    for _ in device.infer_many([vector] * inferences):
        pass


def window(device: Device, vector: bytes, inferences: int) -> None:
    device.time(vector, inferences)


def vector_of(model: Model) -> bytes:
    return random_vectors(model, 1).inputs[0].tobytes()


def user_seconds(board: Board, model: Model, work: Work, inferences: int) -> float:
    """QEMU's user time for `inferences`, with its start and end."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    with Bench(board).load(model) as (device, _):
        work(device, vector_of(model), inferences)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before


def slowdown(board: Board, model: Model, work: Work) -> float:
    """The ratio of the medians of the two times, each less that of a run with one inference."""
    seconds: dict[str, list[float]] = defaultdict(list)
    variants = [("with", board), ("without", replace(board, cost_model=None))]
    for turn in range(ROUNDS):
        for name, variant in variants if turn % 2 else reversed(variants):
            one, many = (user_seconds(variant, model, work, count) for count in (1, INFERENCES + 1))
            seconds[name].append(many - one)
    without, counted = (statistics.median(seconds[name]) for name in ("without", "with"))
    what = f"{board.name} {model.name}, {INFERENCES} inferences in a {work.__name__}"
    print(f"          {what}: {without:.2f} s, {counted:.2f} s with the plugin")
    return counted / without


def counters(board: Board, model: Model) -> tuple[int, ...]:
    with Bench(board).load(model) as (device, _):
        device.time(vector_of(model))
        return device.counters(0)


def judge(board: Board, model: Model) -> bool:
    """Print the figures of a model on a board; whether all were reached."""
    _ = Bench(board).firmware
    reached = []
    for work in (stream, window):
        ratio = slowdown(board, model, work)
        reached.append(ratio <= SLOWDOWN)
        print_figure(f"{board.name} {model.name}: {work.__name__}", f"{ratio:.2f}x", f"<= {SLOWDOWN}x", reached[-1])
    with loaded_machine():
        runs = {counters(board, model) for _ in range(RUNS)}
    reached.append(len(runs) == 1)
    same = "yes" if reached[-1] else "no"
    print_figure(f"{board.name} {model.name}: {RUNS} runs, loaded, equal", same, "yes", reached[-1])
    return all(reached)


def main() -> int:
    print_conditions()
    boards = load_boards(boards_files(REPOSITORY))
    models = [read_model_file(REPOSITORY / "suites/keywords" / file) for file in MODELS]
    reached = [judge(boards[name], model) for name in sys.argv[1:] or BOARDS for model in models]
    return 0 if all(reached) else 1


if __name__ == "__main__":
    sys.exit(main())
