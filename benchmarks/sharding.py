"""One suite's vectors over two emulated boards against one: the whole run, and its bound, the emulators alone."""

from __future__ import annotations

import functools
from concurrent.futures import ThreadPoolExecutor

from conditions import REPOSITORY, Discard, print_conditions
from parallel import compare

from harness.config import Board, boards_files, load_boards, load_suite
from harness.measure import Bench, Job, load_suite_vectors, run_model
from harness.model import encode_inputs, read_model_file

BOARD = "stm32l475"
SUITE, VARIANT = "keywords", "float32"  # the most instructions per byte of input
VECTORS = 100


def suite_job() -> Job:
    suite = load_suite(REPOSITORY / "suites" / SUITE / "suite.toml")
    model = read_model_file(suite.models[VARIANT].path)
    return Job(SUITE, VARIANT, model, load_suite_vectors(suite.vectors).first(VECTORS))


def answer(board: Board, job: Job, shards: int) -> None:
    """The whole run: every vector over the line, then windows and layers on one target."""
    run_model(Bench(board, shards=shards), job, Discard())


def infer(board: Board, job: Job, count: int) -> None:
    """As many inferences in a loop inside the firmware: nothing but the emulator works."""
    vector = encode_inputs(job.vectors.first(1).inputs, job.model)[0]
    with Bench(board).load(job.model) as (device, _):
        device.time(vector, count)


def infer_side_by_side(board: Board, job: Job) -> None:
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: infer(board, job, VECTORS // 2), range(2)))


def main() -> None:
    print_conditions()
    board = load_boards(boards_files(REPOSITORY))[BOARD]
    job = suite_job()
    _ = Bench(board).firmware
    compare(
        f"two emulators, {VECTORS} inferences of {SUITE} {VARIANT}",
        [functools.partial(infer, board, job, VECTORS)],
        functools.partial(infer_side_by_side, board, job),
    )
    compare(
        f"{VECTORS} vectors over 2 of {BOARD}",
        [functools.partial(answer, board, job, 1)],
        functools.partial(answer, board, job, 2),
    )


if __name__ == "__main__":
    main()
