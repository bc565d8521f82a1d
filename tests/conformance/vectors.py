"""Inputs that a model is compared on: random ones, and the extremes of their type."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.model import Model, Tensor

Fill = Callable[[Tensor, np.random.Generator], NDArray[Any]]


def mixed_vectors(model: Model) -> list[bytes]:
    """Encoded vectors: random over the whole range twice, then the lowest, the highest and mixed extremes."""
    random = np.random.default_rng(1)
    fills: list[Fill] = [_anything, _anything, _lowest, _highest, _extremes]
    return [b"".join(fill(tensor, random).tobytes() for tensor in model.input_tensors) for fill in fills]


def _limits(tensor: Tensor) -> tuple[Any, Any]:
    """For float32 a range in which sums of products stay exact enough to compare."""
    if tensor.dtype == "float32":
        return np.float32(-8.0), np.float32(8.0)
    limits = np.iinfo(tensor.dtype)
    return limits.min, limits.max


def _anything(tensor: Tensor, random: np.random.Generator) -> NDArray[Any]:
    lowest, highest = _limits(tensor)
    if tensor.dtype == "float32":
        return random.uniform(lowest, highest, tensor.shape).astype(np.float32)
    return random.integers(lowest, highest, tensor.shape, tensor.dtype, endpoint=True)


def _lowest(tensor: Tensor, random: np.random.Generator) -> NDArray[Any]:
    return np.full(tensor.shape, _limits(tensor)[0], tensor.dtype)


def _highest(tensor: Tensor, random: np.random.Generator) -> NDArray[Any]:
    return np.full(tensor.shape, _limits(tensor)[1], tensor.dtype)


def _extremes(tensor: Tensor, random: np.random.Generator) -> NDArray[Any]:
    return random.choice(np.array(_limits(tensor), tensor.dtype), tensor.shape)
