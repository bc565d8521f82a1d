"""What the official interpreter answers to a model of the catalogue, kept beside the converted models."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Sequence
from pathlib import Path

from conformance.converter import catalogue_folder

from harness.model import Model
from harness.model.oracle import Oracle


def reference_outputs(model: Model, vectors: Sequence[bytes]) -> list[bytes]:
    """The official interpreter's output for each vector."""
    content = hashlib.sha256(model.data + b"".join(vectors)).hexdigest()
    path = catalogue_folder() / f"{content[:24]}.outputs"
    if not path.exists():
        with Oracle(model.data, model.name) as oracle:
            _write(path, b"".join(oracle.infer(vector) for vector in vectors))
    outputs = path.read_bytes()
    size = model.output_bytes
    return [outputs[start : start + size] for start in range(0, len(vectors) * size, size)]


def _write(path: Path, data: bytes) -> None:
    """As a whole or not at all."""
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(data)
    Path(file.name).replace(path)
