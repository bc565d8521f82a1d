"""The lower bound of the arena, by hand."""

from __future__ import annotations

import itertools

from support.models import small_cnn
from support.tflite_builder import TfliteBuilder

from harness.model import Model, activation_bytes, least_arena_bytes, read_model


def test_int8_model_keeps_a_factor_for_each_scale() -> None:
    model = read_model(small_cnn("int8"), "m")
    entries = 5 + 1 + 1  # ops, input, output
    scales = 4 + 4 + 1  # two per-channel convolutions, one per-tensor matrix
    assert least_arena_bytes(model, "builtin") == activation_bytes(model) + 8 * (entries + scales)


def test_float32_model_has_no_factors() -> None:
    model = read_model(small_cnn("float32"), "m")
    assert least_arena_bytes(model, "builtin") == activation_bytes(model) + 8 * (5 + 1 + 1)


def test_many_small_tensors_need_room_for_their_records() -> None:
    b = TfliteBuilder()
    chain = [b.tensor([1], "int8", scale=0.5) for _ in range(30)]
    for source, result in itertools.pairwise(chain):
        b.op("SOFTMAX", [source], [result])
    model = read_model(b.build(), "m")
    assert activation_bytes(model) == 2 * 16
    assert least_arena_bytes(model, "builtin") == 30 * 16 + 8 * (29 + 1 + 1)


def test_of_two_pieces_the_first_is_filled_before_the_second() -> None:
    model = read_model(small_cnn("int8"), "m")
    alone = least_arena_bytes(model, "builtin")
    for first in (alone + 100, alone, alone - 16, 176):
        assert least_arena_bytes(model, "builtin", [first, 4096]) == alone


def test_a_tensor_that_does_not_fit_in_the_first_piece_leaves_a_gap() -> None:
    b = TfliteBuilder()
    b.op("SOFTMAX", [b.tensor([160], "int8", scale=0.5)], [b.tensor([160], "int8", scale=0.5)])
    model = read_model(b.build(), "m")
    assert least_arena_bytes(model, "builtin") == 160 + 160 + 8 * (1 + 1 + 1)
    assert least_arena_bytes(model, "builtin", [256, 4096]) == 256 + 160


def test_other_engines_keep_activations_in_the_first_piece(cnn: Model) -> None:
    needed = activation_bytes(cnn)
    assert least_arena_bytes(cnn, "nonesuch", [needed, 50]) == needed
    assert least_arena_bytes(cnn, "nonesuch", [needed - 16, 50]) == needed + 50


def test_other_engines_need_the_activations(cnn: Model) -> None:
    assert least_arena_bytes(cnn, "nonesuch") == activation_bytes(cnn)
