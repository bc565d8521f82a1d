"""Does an output equal the oracle's?"""

from __future__ import annotations

from harness.model import Model, split_outputs

RELATIVE_TOLERANCE = 1e-5
ABSOLUTE_TOLERANCE = 1e-6


def outputs_equal(output: bytes, expected: bytes, model: Model) -> bool:
    """Integer tensors byte for byte; float tensors within 1e-5 relative or 1e-6 absolute (docs/architecture.md)."""
    import numpy as np

    if len(output) != len(expected):
        return False
    pairs = zip(split_outputs(output, model), split_outputs(expected, model), strict=True)
    return all(
        np.allclose(got, wanted, rtol=RELATIVE_TOLERANCE, atol=ABSOLUTE_TOLERANCE, equal_nan=True)
        if wanted.dtype.kind == "f"
        else np.array_equal(got, wanted)
        for got, wanted in pairs
    )
