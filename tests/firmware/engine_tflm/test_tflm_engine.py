"""TensorFlow Lite Micro behind the engine interface: outputs, arena, and models it cannot run."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from firmware.engine.graphs import OneOp, elementwise_ops, int16_layers, layers
from firmware.engine.native import ARENA_TOO_SMALL, BAD_MODEL, OK, UNSUPPORTED, NativeEngine
from support.misalignment import with_shifted_constants
from support.tflite_builder import TfliteBuilder

from harness.model.oracle import Oracle

ENGINE_FAILED = 10  # docs/architecture.md
ANSWERS = {OK, BAD_MODEL, UNSUPPORTED, ARENA_TOO_SMALL}
VECTOR = bytes(range(72))


@pytest.mark.parametrize("make", [layers, lambda: elementwise_ops("int8")])
def test_outputs_equal_the_oracles_and_every_op_is_observed(
    tflm_engine: NativeEngine, make: Callable[[], bytes]
) -> None:
    model = make()
    with Oracle(model) as oracle:
        size = sum(int(np.prod(tensor.shape)) for tensor in oracle.model.input_tensors)
        for vector in (bytes(size), VECTOR[:size]):
            run = tflm_engine.run(model, vector)
            assert (run.status, run.observed_ops) == (OK, len(oracle.model.ops)), run.text
            assert run.output == oracle.infer(vector)


def test_too_small_an_arena_is_refused_with_a_larger_size(tflm_engine: NativeEngine) -> None:
    """As always with this library, loading a small model needs more for a moment than stays in use."""
    whole = tflm_engine.run(layers(), VECTOR)
    for size in [*range(0, whole.arena_bytes, 64), whole.arena_bytes - 1]:
        refused = tflm_engine.run(layers(), VECTOR, size)
        assert refused.status == ARENA_TOO_SMALL
        assert size < refused.detail
    assert tflm_engine.run(layers(), VECTOR, 2 * whole.arena_bytes).output == whole.output


def test_op_that_is_not_registered(tflm_engine: NativeEngine) -> None:
    b = TfliteBuilder()
    x, y, z = (b.tensor([4], "float32") for _ in range(3))
    b.op("RELU", [x], [y])
    b.op("CEIL", [y], [z])
    run = tflm_engine.run(b.build())
    assert (run.status, run.detail) == (UNSUPPORTED, 1), run.text


def test_type_that_a_kernel_lacks_is_said_in_the_library_s_words(tflm_engine: NativeEngine) -> None:
    b = TfliteBuilder()
    x, y = b.tensor([4], "float32"), b.tensor([4], "float32")
    i, j = b.tensor([4], "int32"), b.tensor([4], "int32")
    b.op("RELU", [x], [y])
    b.op("EXPAND_DIMS", [i, b.tensor([1], "int32", data=[0])], [j])
    run = tflm_engine.run(b.build())
    assert (run.status, run.detail) == (UNSUPPORTED, 1)
    assert run.text


def test_abort_without_a_word_has_a_text(tflm_engine: NativeEngine) -> None:
    """SOFTMAX calls abort() where its input's scale has no fixed-point multiplier."""
    b = TfliteBuilder()
    x, y = b.tensor([1, 4], "int8", scale=1e-12), b.tensor([1, 4], "int8", scale=1 / 256, zero_point=-128)
    b.op("SOFTMAX", [x], [y], beta=1.0)
    run = tflm_engine.run(b.build())
    assert (run.status, run.text) == (BAD_MODEL, "the library gave up without saying why")


def test_more_dimensions_than_the_library_has_room_for(tflm_engine: NativeEngine) -> None:
    b = TfliteBuilder()
    x, y = b.tensor([1] * 7, "float32"), b.tensor([1] * 7, "float32")
    b.op("MUL", [x, x], [y])
    run = tflm_engine.run(b.build())
    assert (run.status, run.detail) == (UNSUPPORTED, 0), run.text
    assert "dimensions" in run.text


def test_models_cut_short(tflm_engine: NativeEngine) -> None:
    model = layers()
    for size in range(0, len(model), 29):
        assert tflm_engine.run(model[:size], VECTOR).status == BAD_MODEL, size


def test_constants_that_are_not_aligned_to_a_word(tflm_engine: NativeEngine) -> None:
    run = tflm_engine.run(with_shifted_constants(layers(), 2), VECTOR)
    assert (run.status, run.text) == (BAD_MODEL, "not a whole .tflite file, or its parts are not aligned")
    assert (
        tflm_engine.run(with_shifted_constants(layers(), 4), VECTOR).output == tflm_engine.run(layers(), VECTOR).output
    )


def test_every_offset_and_index_is_checked(tflm_engine: NativeEngine) -> None:
    """A bit flipped in a model may leave it a model; the sanitizers see where the check let pass what it must not.

    Weights and options are as the library finds them: the bytes before them are its structure.
    """
    b = TfliteBuilder()
    x, y = b.tensor([1, 8], "float32"), b.tensor([8], "float32")
    b.op("RESHAPE", [x, b.tensor([1], "int32", data=[8])], [y], new_shape=[8])
    model = b.build()
    statuses = set()
    for position in range(len(model)):
        mutated = bytearray(model)
        mutated[position] ^= 1 << position % 8 if position % 2 else 0xFF
        statuses.add(tflm_engine.run(bytes(mutated), VECTOR).status)
    assert statuses <= ANSWERS
    assert {OK, BAD_MODEL, UNSUPPORTED} <= statuses


def test_op_that_fails_while_it_runs_is_named(tflm_engine: NativeEngine) -> None:
    """Older libraries find only then that they cannot pool int16."""
    run = tflm_engine.run(int16_layers(), bytes(288))
    if run.status != OK:
        assert (run.status, run.detail, run.text) == (ENGINE_FAILED, 3, "Type INT16 not currently supported.")


def test_dense_layer_with_a_scale_per_channel_is_right_or_refused(tflm_engine: NativeEngine) -> None:
    """Libraries from before September 2024 compute it wrongly."""
    graph = OneOp("int8", 1)
    x, y = graph.activation([1, 12]), graph.activation([1, 5])
    graph.builder.op("FULLY_CONNECTED", [x, graph.filter([5, 12], 0, 5), graph.bias(5)], [y])
    model = graph.builder.build()
    run = tflm_engine.run(model, VECTOR[:12])
    if run.status == UNSUPPORTED:
        assert "FULLY_CONNECTED with a scale per channel" in run.text
    else:
        with Oracle(model) as oracle:
            assert run.output == oracle.infer(VECTOR[:12])
