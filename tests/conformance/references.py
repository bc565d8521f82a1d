"""What the official interpreter answers; to a model of the catalogue, kept beside the converted models."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Sequence
from pathlib import Path

from conformance.converter import catalogue_folder

from harness.errors import ModelError
from harness.model import Model
from harness.model.oracle import Oracle


class Interpreter:
    """The official interpreter in one process for model after model; in a new one after a model that killed it."""

    def __init__(self) -> None:
        self._oracle: Oracle | None = None

    def outputs(self, model: Model, vectors: Sequence[bytes]) -> list[bytes]:
        """The output for each vector.

        Raises:
            ModelError: the interpreter does not run the model.
        """
        try:
            oracle = self._with(model)
            return [oracle.infer(vector) for vector in vectors]
        except ModelError:
            self.close()
            raise

    def close(self) -> None:
        if self._oracle is not None:
            self._oracle.close()
            self._oracle = None

    def _with(self, model: Model) -> Oracle:
        if self._oracle is None:
            self._oracle = Oracle(model.data, model.name)
        else:
            self._oracle.load(model.data, model.name)
        return self._oracle


def reference_outputs(interpreter: Interpreter, model: Model, vectors: Sequence[bytes]) -> list[bytes]:
    """The official interpreter's output for each vector, from the file that keeps it or else to be kept."""
    content = hashlib.sha256(model.data + b"".join(vectors)).hexdigest()
    path = catalogue_folder() / f"{content[:24]}.outputs"
    if not path.exists():
        _write(path, b"".join(interpreter.outputs(model, vectors)))
    outputs = path.read_bytes()
    size = model.output_bytes
    return [outputs[start : start + size] for start in range(0, len(vectors) * size, size)]


def _write(path: Path, data: bytes) -> None:
    """As a whole or not at all."""
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(data)
    Path(file.name).replace(path)
