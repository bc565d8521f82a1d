"""The model files of a session's runs, where they are at hand: a session itself stores none."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from harness.errors import ModelError
from harness.measure.records import RunRecord
from harness.model import Model, read_model

Models = Mapping[str, Model]  # by SHA-256


def find_models(folder: Path, runs: Iterable[RunRecord]) -> Models:
    """The models that `runs` ran and that lie anywhere below `folder`. One that cannot be read is none."""
    wanted = {run.model_sha256: run.model for run in runs}
    names = set(wanted.values())
    found = [_read(file, wanted) for file in sorted(folder.rglob("*.tflite")) if file.name in names]
    return {model.sha256: model for model in found if model}


def _read(file: Path, wanted: Collection[str]) -> Model | None:
    try:
        data = file.read_bytes()
        return read_model(data, file.name) if hashlib.sha256(data).hexdigest() in wanted else None
    except (OSError, ModelError):
        return None
