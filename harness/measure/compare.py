"""Does an output equal the oracle's, or another engine's?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.model import Model, decode_outputs, split_outputs

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

RELATIVE_TOLERANCE = 1e-5
ABSOLUTE_TOLERANCE = 1e-6


@dataclass(frozen=True)
class Reference:
    """An engine's answers to some vectors: for each the output tensors' bytes."""

    engine: str
    answers: tuple[bytes, ...]


@dataclass(frozen=True)
class Agreement:
    """How a run's outputs stand to those of another engine, on the same vectors.

    Attributes:
        engine: the other one.
        different: the vectors whose outputs do not agree (`elements_agree`).
        different_bytes: of all outputs; floats may agree and yet differ in a byte.
        max_difference: the largest of one element, in real values; infinite where only one of the two is finite.
    """

    engine: str
    different: tuple[int, ...]
    different_bytes: int
    max_difference: float


def compare_outputs(answers: Sequence[bytes], reference: Reference, model: Model) -> Agreement:
    """`answers` of `model` against as many of the reference."""
    pairs = list(zip(answers, reference.answers, strict=True))
    return Agreement(
        engine=reference.engine,
        different=tuple(index for index, pair in enumerate(pairs) if not outputs_equal(*pair, model)),
        different_bytes=sum(got != wanted for pair in pairs for got, wanted in zip(*pair, strict=True)),
        max_difference=max((_max_difference(*pair, model) for pair in pairs), default=0.0),
    )


def _max_difference(output: bytes, reference: bytes, model: Model) -> float:
    import numpy as np

    if output == reference:
        return 0.0
    differences = []
    for got, wanted in zip(decode_outputs(output, model), decode_outputs(reference, model), strict=True):
        with np.errstate(invalid="ignore"):  # inf - inf
            difference = np.where((got == wanted) | (np.isnan(got) & np.isnan(wanted)), 0.0, np.abs(got - wanted))
        differences.append(float(np.nan_to_num(difference, nan=np.inf, posinf=np.inf).max()))
    return max(differences)


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
