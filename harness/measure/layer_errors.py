"""How far a variant's values lie from those of its reference, op by op: where a quantized network loses accuracy."""

from __future__ import annotations

import math
from collections.abc import Sequence

from harness.measure.vectors import Vectors
from harness.model import Model, encode_inputs
from harness.model.oracle import Oracle
from harness.model.quantize import decode_trace


def layer_errors(
    reference: Model, variant: Model, vectors: Vectors, pairs: Sequence[tuple[int, int]]
) -> tuple[float | None, ...]:
    """The root mean square of the difference, as a part of that of the reference's values, by the oracle.

    Args:
        vectors: what both models are run on.
        pairs: op indices of reference and variant whose first outputs are to be compared.

    Returns:
        One for each pair; None where the outputs have different sizes, or the reference's are all 0.

    Raises:
        SetupError: the package `tflite-micro` is missing.
        ModelError: the interpreter refuses a model.
        VectorError: the vectors are not the models', or an op's output is quantized by channel.
    """
    signal, noise = [0.0] * len(pairs), [0.0] * len(pairs)
    inputs = (encode_inputs(vectors.inputs, model) for model in (reference, variant))
    with Oracle(reference.data, reference.name) as exact, Oracle(variant.data, variant.name) as lossy:
        for exact_input, lossy_input in zip(*inputs, strict=True):
            wanted = decode_trace(exact.trace(exact_input), reference)
            found = decode_trace(lossy.trace(lossy_input), variant)
            for place, (op, other) in enumerate(pairs):
                if wanted[op].size == found[other].size:
                    signal[place] += float((wanted[op] ** 2).sum())
                    noise[place] += float(((wanted[op].ravel() - found[other].ravel()) ** 2).sum())
    return tuple(math.sqrt(of_noise / whole) if whole else None for of_noise, whole in zip(noise, signal, strict=True))
