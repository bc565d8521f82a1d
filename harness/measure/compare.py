"""Does an output equal the oracle's?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.model import Model, split_outputs

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

RELATIVE_TOLERANCE = 1e-5
ABSOLUTE_TOLERANCE = 1e-6


def outputs_equal(output: bytes, expected: bytes, model: Model) -> bool:
    """Whether every element of every output tensor agrees with the oracle's (`elements_agree`)."""
    if len(output) != len(expected):
        return False
    pairs = zip(split_outputs(output, model), split_outputs(expected, model), strict=True)
    return all(bool(elements_agree(got, wanted).all()) for got, wanted in pairs)


def elements_agree(got: NDArray[Any], wanted: NDArray[Any]) -> NDArray[np.bool_]:
    """Element by element: integers equal, floats within 1e-5 relative or 1e-6 absolute (docs/architecture.md)."""
    import numpy as np

    same: NDArray[np.bool_] = np.equal(got, wanted)
    if wanted.dtype.kind != "f":
        return same
    with np.errstate(invalid="ignore"):  # inf - inf; equal infinities are the same already
        near = np.abs(got - wanted) <= np.maximum(ABSOLUTE_TOLERANCE, RELATIVE_TOLERANCE * np.abs(wanted))
    agree: NDArray[np.bool_] = same | (near & np.isfinite(wanted)) | (np.isnan(got) & np.isnan(wanted))
    return agree
