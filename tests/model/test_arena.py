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


def test_other_engines_need_the_activations(cnn: Model) -> None:
    assert least_arena_bytes(cnn, "nonesuch") == activation_bytes(cnn)
