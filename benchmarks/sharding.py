"""A run's vectors over two emulated boards against one: the whole run, and its bound, the emulators alone."""

from __future__ import annotations

import functools
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from conditions import REPOSITORY, Discard, print_conditions
from parallel import compare

from harness.config import Board, boards_files, load_boards
from harness.measure import Bench, Job, random_vectors, run_model
from harness.model import Model, encode_inputs, read_model

sys.path.append(str(REPOSITORY / "tests"))  # the writer of `.tflite` files is the tests'

BOARD = "stm32l475"
SIDE, CHANNELS, LAYERS = 8, 64, 12
VECTORS = 200
SHARES = 2


def deep_model() -> Model:
    """Convolutions one after the other on small images: inference takes long, and the line has little to carry."""
    from support.tflite_builder import TfliteBuilder

    builder, random = TfliteBuilder(), np.random.default_rng(0)
    image = values = builder.tensor([1, SIDE, SIDE, 1], "int8", scale=1 / 255, zero_point=-128)
    for layer in range(LAYERS):
        inputs = CHANNELS if layer else 1
        shape = [CHANNELS, 3, 3, inputs]
        filters = builder.tensor(shape, "int8", scale=[0.01] * CHANNELS, axis=0, data=random.integers(-127, 128, shape))
        convolved = builder.tensor([1, SIDE, SIDE, CHANNELS], "int8", scale=0.1, zero_point=0)
        builder.op("CONV_2D", [values, filters, -1], [convolved], padding="SAME")
        values = convolved
    pooled = builder.tensor([1, 1, 1, CHANNELS], "int8", scale=0.1, zero_point=0)
    builder.op("AVERAGE_POOL_2D", [values], [pooled], padding="VALID", filter_width=SIDE, filter_height=SIDE)
    return read_model(builder.build([image], [pooled]), "deep")


def answer(board: Board, job: Job, shards: int) -> None:
    """The whole run: every vector over the line, then windows and layers on one target."""
    run_model(Bench(board, shards=shards), job, Discard())


def infer(board: Board, job: Job, count: int) -> None:
    """As many inferences in a loop inside the firmware: nothing but the emulator works."""
    vector = encode_inputs(job.vectors.first(1).inputs, job.model)[0]
    with Bench(board).load(job.model) as (device, _):
        device.time(vector, count)


def infer_side_by_side(board: Board, job: Job) -> None:
    with ThreadPoolExecutor(SHARES) as pool:
        list(pool.map(lambda _: infer(board, job, VECTORS // SHARES), range(SHARES)))


def main() -> None:
    print_conditions()
    board = load_boards(boards_files(REPOSITORY))[BOARD]
    model = deep_model()
    job = Job("sharding", "int8", model, random_vectors(model, VECTORS))
    _ = Bench(board).firmware
    compare(
        f"two emulators, {VECTORS} inferences",
        [functools.partial(infer, board, job, VECTORS)],
        functools.partial(infer_side_by_side, board, job),
    )
    compare(
        f"{VECTORS} vectors, --shard-vectors={SHARES}",
        [functools.partial(answer, board, job, 1)],
        functools.partial(answer, board, job, SHARES),
    )


if __name__ == "__main__":
    main()
