"""Test vectors: from a suite's `.npz`, from a user's `.npy`, or seeded random ones."""

from __future__ import annotations

import hashlib
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.errors import VectorError
from harness.model import Model

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

RANDOM_SEED = 0


@dataclass(frozen=True)
class Vectors:
    """`inputs`: one array (N, …) per input tensor, real values or the tensor's own type. `labels`: (N,) or None."""

    inputs: tuple[NDArray[Any], ...]
    labels: NDArray[Any] | None
    source: str

    def __len__(self) -> int:
        return len(self.inputs[0])

    @cached_property
    def sha256(self) -> str:
        """The same for the same inputs."""
        return hashlib.sha256(b"".join(part.tobytes() for part in self.inputs)).hexdigest()

    def first(self, count: int | None) -> Vectors:
        """The first `count` vectors; all of them for None."""
        if count is None or count >= len(self):
            return self
        labels = None if self.labels is None else self.labels[:count]
        return Vectors(tuple(part[:count] for part in self.inputs), labels, self.source)


def load_suite_vectors(path: Path) -> Vectors:
    """A suite's vectors: arrays `inputs` (N, …) and `labels` (N,) of an `.npz`.

    Raises:
        VectorError: the file is unreadable, or an array is missing or of the wrong length.
    """
    arrays = _load(path)
    if not isinstance(arrays, Mapping) or "inputs" not in arrays or "labels" not in arrays:
        raise VectorError(
            f"{path}: needs the arrays inputs and labels", "save it with numpy.savez(path, inputs=…, labels=…)"
        )
    return _checked((arrays["inputs"],), arrays["labels"], path.name, str(path))


def load_array_vectors(inputs: Path, labels: Path | None) -> Vectors:
    """A user's vectors: `inputs` is an `.npy` (N, …), or an `.npz` with one array per input tensor in model order.

    An `.npz` with arrays `inputs` and `labels` is read as a suite's, unless `labels` names other labels.

    Raises:
        VectorError: a file is unreadable, or the lengths differ.
    """
    arrays = _load(inputs)
    if labels is None and isinstance(arrays, Mapping) and {"inputs", "labels"} <= arrays.keys():
        return load_suite_vectors(inputs)
    parts = tuple(arrays.values()) if isinstance(arrays, Mapping) else (arrays,)
    label_array = None if labels is None else _load(labels)
    if isinstance(label_array, Mapping):
        raise VectorError(f"{labels}: is an archive", "labels are one .npy array of N integers")
    return _checked(parts, label_array, inputs.name, str(labels))


def array_vectors(inputs: ArrayLike, labels: ArrayLike | None, source: str) -> Vectors:
    """Vectors held in arrays: `inputs` (N, …) for the model's one input, `labels` (N,). `source` is what tables say.

    Raises:
        VectorError: there are none, or the lengths differ.
    """
    import numpy as np

    return _checked((np.asarray(inputs),), None if labels is None else np.asarray(labels), source, "labels")


def random_vectors(model: Model, count: int) -> Vectors:
    """Seeded random inputs over each tensor's whole range; for float32 a standard normal distribution."""
    import numpy as np

    generator = np.random.default_rng(RANDOM_SEED)

    def draw(tensor: Any) -> NDArray[Any]:
        shape = (count, *tensor.shape)
        dtype = np.dtype(tensor.dtype)
        if dtype.kind == "f":
            return generator.standard_normal(shape).astype(dtype)
        if dtype.kind == "b":
            return generator.integers(0, 2, shape).astype(dtype)
        limits = np.iinfo(dtype)
        return generator.integers(limits.min, limits.max, shape, dtype=dtype, endpoint=True)

    parts = tuple(draw(model.tensors[index]) for index in model.inputs)
    return Vectors(parts, None, f"random, seed {RANDOM_SEED}")


def _load(path: Path) -> Any:
    import numpy as np

    try:
        loaded = np.load(path, allow_pickle=False)
        return {name: loaded[name] for name in loaded.files} if hasattr(loaded, "files") else loaded
    except FileNotFoundError:
        raise VectorError(f"{path}: no such file", "check the path") from None
    except (OSError, ValueError, EOFError, NotImplementedError, zipfile.BadZipFile, zlib.error) as error:
        raise VectorError(f"{path}: cannot be read as .npy or .npz: {error}", "save it with numpy.save") from None


def check_labels(vectors: Vectors, classes: int, what: str) -> None:
    """Every label is one of the `classes` that `what` tells apart.

    Raises:
        VectorError: one is not.
    """
    if vectors.labels is None:
        return
    least, greatest = int(vectors.labels.min()), int(vectors.labels.max())
    if least < 0 or greatest >= classes:
        raise VectorError(
            f"{vectors.source}: labels from {least} to {greatest}, but {what} has classes 0 to {classes - 1}",
            "give the labels that the model was trained with",
        )


def _checked(inputs: tuple[NDArray[Any], ...], labels: NDArray[Any] | None, source: str, labels_place: str) -> Vectors:
    if not inputs or any(part.ndim == 0 or len(part) == 0 for part in inputs):
        raise VectorError(f"{source}: no vectors", "the first axis of inputs counts the vectors")
    lengths = {len(part) for part in inputs}
    if len(lengths) > 1:
        raise VectorError(f"{source}: arrays of different lengths: {sorted(lengths)}", "one row per vector in each")
    count = lengths.pop()
    if labels is not None and (labels.shape != (count,) or labels.dtype.kind not in "iu"):
        raise VectorError(
            f"{labels_place}: labels are {labels.dtype} of shape {labels.shape}, expected integers of shape ({count},)",
            "give one class index per vector",
        )
    return Vectors(inputs, labels, source)
