"""A model whose arena is larger than the STM32L475's SRAM1: part of it lies in SRAM2."""

from __future__ import annotations

import pytest
from support.tflite_builder import TfliteBuilder

from harness.errors import NoFitError
from harness.measure import Bench
from harness.model import Model, read_model
from harness.model.oracle import Oracle

SRAM1_BYTES = 96 * 1024
SRAM2_BYTES = 5 * 1024  # without variables and stack


def wide_image(columns: int) -> Model:
    """An image of 96 rows, pooled to 4, and these as probabilities."""
    b = TfliteBuilder()
    image = b.tensor([1, 96, columns, 1], "int8", scale=0.1)
    pooled = b.tensor([1, 4, columns, 1], "int8", scale=0.1)
    b.op("MAX_POOL_2D", [image], [pooled], padding="VALID", filter_height=24, stride_h=24)
    rows = b.tensor([columns, 4], "int8", scale=0.1)
    b.op("RESHAPE", [pooled], [rows])
    b.op("SOFTMAX", [rows], [b.tensor([columns, 4], "int8", scale=1 / 256, zero_point=-128)])
    return read_model(b.build(), f"{columns} columns")


def test_activations_in_both_pieces(stm32l475: Bench) -> None:
    """96,000 bytes of input leave no room for the output in SRAM1."""
    model = wide_image(1000)
    vectors = [bytes((position * step) % 256 for position in range(96_000)) for step in (1, 7, 95)]
    with stm32l475.load(model) as (device, loaded), Oracle(model.data) as oracle:
        assert loaded.arena_used_bytes == SRAM1_BYTES + 4_000
        assert 0 < loaded.arena_persistent_bytes < SRAM1_BYTES - 96_000
        assert device.hello.arena_bytes == SRAM1_BYTES + SRAM2_BYTES
        assert list(device.infer_many(vectors)) == [oracle.infer(vector) for vector in vectors]


def test_what_lives_long_in_the_second_piece(stm32l475: Bench) -> None:
    """98,300 bytes of activations leave no room for the ops in SRAM1."""
    model = wide_image(983)
    with stm32l475.load(model) as (device, loaded), Oracle(model.data) as oracle:
        assert loaded.arena_used_bytes == SRAM1_BYTES + loaded.arena_persistent_bytes
        vector = bytes(position % 251 for position in range(model.input_bytes))
        assert device.infer(vector) == oracle.infer(vector)


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        (1040, "needs at least 104,040 bytes, has 103,424: 616 bytes are missing"),  # in one piece, too
        (1025, "needs at least 196,704 bytes, has 103,424: 93,280 bytes are missing"),  # as the input fits in neither
    ],
)
def test_what_does_not_fit_is_refused_before_the_build(stm32l475: Bench, columns: int, said: str) -> None:
    with pytest.raises(NoFitError, match=said), stm32l475.load(wide_image(columns)):
        pass
