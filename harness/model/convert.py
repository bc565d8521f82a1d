"""Convert a Keras model to `.tflite` variants, in a child process: TensorFlow is large, and its converter can crash."""

from __future__ import annotations

import importlib.util
import signal
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from harness.errors import ModelError, SetupError
from harness.model.convert_child import VARIANTS, variant_file
from harness.model.tflite import read_model
from harness.processes import run_group

if TYPE_CHECKING:
    from numpy.typing import NDArray

_HDF5_SIGNATURE = b"\x89HDF\r\n\x1a\n"  # HDF5 File Format Specification 3.0, II.A
_SHELL_SIGNAL = 128  # a shell gives a program that signal n ended the status 128 + n


def convert_keras(
    model_file: Path,
    representative: Path | NDArray[np.float32],
    variants: Sequence[str] = ("float32", "int8"),
    timeout_s: float = 600.0,
) -> dict[str, bytes]:
    """The `.tflite` files of a Keras model or a SavedModel, by variant.

    int8 and int16x8 are full-integer: int8 weights, and int8 or int16 inputs, outputs and activations, with scales
    calibrated on `representative`. A batch dimension that the model leaves open becomes 1: a microcontroller needs
    static shapes.

    Args:
        model_file: `.keras` or `.h5`, saved by `keras.Model.save`, or the folder of a SavedModel with the signature
            `serving_default`, saved by `keras.Model.export`.
        representative: real inputs, N x the input's shape without its batch; not from the test set. As a file: an
            `.npy`, an `.npz` with the array `inputs`, or, for several inputs, one array per input under its name.
        variants: some of `VARIANTS`.
        timeout_s: how long TensorFlow may take for all of them.

    Raises:
        ModelError: there is no such model, the representative inputs do not fit, or the converter refuses the model,
            crashes, or gives a model of another type.
        SetupError: TensorFlow is not installed.
    """
    if unknown := sorted(set(variants) - set(VARIANTS)):
        raise ModelError(f"{model_file}: no such variant: {', '.join(unknown)}", f"use some of {', '.join(VARIANTS)}")
    if not model_file.exists():
        raise ModelError(f"{model_file}: no such file", "save the model with keras.Model.save")
    if importlib.util.find_spec("tensorflow") is None:
        raise SetupError("converting a Keras model needs TensorFlow", "pip install tinyhil[train]")
    _check_format(model_file)
    with tempfile.TemporaryDirectory() as scratch:
        out_dir = Path(scratch)
        representative_file = _representative_file(representative, out_dir)
        _run_converter(model_file, representative_file, variants, out_dir, timeout_s)
        models = {variant: variant_file(out_dir, variant).read_bytes() for variant in variants}
    for variant, data in models.items():
        _check_variant(model_file, variant, data)
    return models


def _check_format(model_file: Path) -> None:
    """Keras says "File not found" of a file that is no model."""
    if model_file.is_dir():
        if not (model_file / "saved_model.pb").is_file():
            raise ModelError(f"{model_file}: no saved_model.pb in this folder", "save it with keras.Model.export")
        return
    formats = {".keras": zipfile.is_zipfile, ".h5": _is_hdf5, ".hdf5": _is_hdf5}
    if model_file.suffix not in formats:
        raise ModelError(f"{model_file}: no model by its name", f"give one of {', '.join(formats)}, or a SavedModel")
    if not formats[model_file.suffix](model_file):
        raise ModelError(
            f"{model_file}: what is in it is no {model_file.suffix}", "save it with keras.Model.save again"
        )


def _is_hdf5(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(_HDF5_SIGNATURE)) == _HDF5_SIGNATURE


def _representative_file(representative: Path | NDArray[np.float32], out_dir: Path) -> Path:
    if isinstance(representative, Path):
        if not representative.is_file():
            raise ModelError(f"{representative}: no such file", "give an .npy with real inputs")
        return representative
    path = out_dir / "representative.npz"
    np.savez(path, inputs=representative)
    return path


def _run_converter(
    model_file: Path, representative: Path, variants: Sequence[str], out_dir: Path, timeout_s: float
) -> None:
    files = [str(path) for path in (model_file, representative, out_dir)]
    command = [sys.executable, "-m", "harness.model.convert_child", *files, *variants]
    try:
        child = run_group(command, timeout_s, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    except subprocess.TimeoutExpired:
        raise ModelError(
            f"{model_file}: TensorFlow's converter did not end within {timeout_s:g} s",
            "convert a smaller model, or fewer representative inputs, or allow more time",
        ) from None
    if child.returncode == 0:
        return
    failed = next((variant for variant in variants if not variant_file(out_dir, variant).exists()), variants[-1])
    raise ModelError(
        f"{model_file}: {failed}: {_reason(child)}",
        "correct the model or its inputs; TensorFlow Lite cannot convert every layer to every variant",
    )


def _reason(child: subprocess.CompletedProcess[bytes]) -> str:
    if child.returncode > _SHELL_SIGNAL:
        return f"TensorFlow's converter crashed ({signal.Signals(child.returncode - _SHELL_SIGNAL).name})"
    lines = [line for line in child.stderr.decode("utf-8", "replace").splitlines() if line.strip()]
    return lines[-1] if lines else f"TensorFlow's converter ended with status {child.returncode}"


def _check_variant(model_file: Path, variant: str, data: bytes) -> None:
    """TensorFlow gives a float model, without a word, where it had nothing to calibrate on."""
    converted = read_model(data, f"{model_file.stem}_{variant}").variant
    if converted != variant:
        raise ModelError(
            f"{model_file}: the converter made a {converted} model where {variant} was asked for",
            "some layer has no kernel of that type: use others",
        )
