"""Convert a Keras model to `.tflite` variants, in a child process: TensorFlow is large, and its converter can crash."""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from harness.errors import ModelError, SetupError
from harness.model.tflite import read_model

if TYPE_CHECKING:
    from numpy.typing import NDArray

VARIANTS = ("float32", "int8", "int16x8")


def convert_keras(
    model_file: Path,
    representative: Path | NDArray[np.float32],
    variants: Sequence[str] = ("float32", "int8"),
    timeout_s: float = 600.0,
) -> dict[str, bytes]:
    """The `.tflite` files of a `.keras` model, by variant.

    int8 and int16x8 are full-integer: int8 weights, and int8 or int16 inputs, outputs and activations, with scales
    calibrated on `representative`. A batch dimension that the model leaves open becomes 1: a microcontroller needs
    static shapes.

    Args:
        model_file: a model saved by `keras.Model.save`.
        representative: real inputs, N x the input's shape without its batch; not from the test set. As a file: an
            `.npz` with the array `inputs`, or, for several inputs, one array per input under the input's name.
        variants: some of `VARIANTS`.
        timeout_s: how long TensorFlow may take for all of them.

    Raises:
        ModelError: there is no such file, the representative inputs do not fit, or the converter refuses the model,
            crashes, or gives a model of another type.
        SetupError: TensorFlow is not installed.
    """
    if unknown := sorted(set(variants) - set(VARIANTS)):
        raise ModelError(f"{model_file}: no such variant: {', '.join(unknown)}", f"use some of {', '.join(VARIANTS)}")
    if not model_file.is_file():
        raise ModelError(f"{model_file}: no such file", "save the model with keras.Model.save")
    if importlib.util.find_spec("tensorflow") is None:
        raise SetupError("converting a Keras model needs TensorFlow", "pip install tinyhil[train]")
    with tempfile.TemporaryDirectory() as scratch:
        out_dir = Path(scratch)
        representative_file = _representative_file(representative, out_dir)
        _run_converter(model_file, representative_file, variants, out_dir, timeout_s)
        models = {variant: _model_path(out_dir, variant).read_bytes() for variant in variants}
    for variant, data in models.items():
        _check_variant(model_file, variant, data)
    return models


def _representative_file(representative: Path | NDArray[np.float32], out_dir: Path) -> Path:
    if isinstance(representative, Path):
        if not representative.is_file():
            raise ModelError(f"{representative}: no such file", "give an .npz with real inputs in the array `inputs`")
        return representative
    path = out_dir / "representative.npz"
    np.savez(path, inputs=representative)
    return path


def _run_converter(
    model_file: Path, representative: Path, variants: Sequence[str], out_dir: Path, timeout_s: float
) -> None:
    files = [str(path) for path in (model_file, representative, out_dir)]
    command = [sys.executable, "-m", "harness.model.convert", *files, *variants]
    try:
        child = subprocess.run(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, timeout=timeout_s, check=False
        )
    except subprocess.TimeoutExpired:
        raise ModelError(
            f"{model_file}: TensorFlow's converter did not end within {timeout_s:g} s",
            "convert a smaller model, or fewer representative inputs, or allow more time",
        ) from None
    if child.returncode == 0:
        return
    failed = next((variant for variant in variants if not _model_path(out_dir, variant).exists()), variants[-1])
    raise ModelError(
        f"{model_file}: {failed}: {_reason(child)}",
        "correct the model or its inputs; TensorFlow Lite cannot convert every layer to every variant",
    )


def _reason(child: subprocess.CompletedProcess[str]) -> str:
    if child.returncode < 0:
        return f"TensorFlow's converter crashed ({signal.Signals(-child.returncode).name})"
    lines = [line for line in child.stderr.splitlines() if line.strip()]
    return lines[-1] if lines else f"TensorFlow's converter ended with status {child.returncode}"


def _check_variant(model_file: Path, variant: str, data: bytes) -> None:
    """TensorFlow gives a float model, without a word, where it had nothing to calibrate on."""
    converted = read_model(data, f"{model_file.stem}_{variant}").variant
    if converted != variant:
        raise ModelError(
            f"{model_file}: the converter made a {converted} model where {variant} was asked for",
            "some layer has no kernel of that type: use others",
        )


def _model_path(out_dir: Path, variant: str) -> Path:
    return out_dir / f"{variant}.tflite"


# What follows runs in the child: the only part that imports TensorFlow.


def _main() -> None:
    parser = argparse.ArgumentParser(prog="python -m harness.model.convert")
    parser.add_argument("model", type=Path)
    parser.add_argument("representative", type=Path)
    parser.add_argument("out_dir", type=Path)
    parser.add_argument("variants", nargs="+", choices=VARIANTS)
    args = parser.parse_args()
    try:
        _convert(args.model, args.representative, args.out_dir, args.variants)
    except Exception as error:  # the parent shows one line, whatever TensorFlow raised
        sys.exit(" ".join(str(error).split()) or type(error).__name__)


def _convert(model_file: Path, representative: Path, out_dir: Path, variants: Sequence[str]) -> None:
    tf: Any = importlib.import_module("tensorflow")

    model = tf.keras.models.load_model(model_file, compile=False)
    names = [tensor.name for tensor in model.inputs]
    inputs = [tf.keras.Input(batch_shape=_static_shape(x), dtype=x.dtype, name=x.name) for x in model.inputs]
    with np.load(representative) as arrays:
        samples = _samples(arrays, names, [tensor.shape for tensor in inputs])
    static_model = tf.keras.Model(inputs, model(inputs if len(inputs) > 1 else inputs[0], training=False))
    for variant in variants:
        converter = tf.lite.TFLiteConverter.from_keras_model(static_model)
        if variant != "float32":
            _quantize(tf, converter, variant, samples)
        _model_path(out_dir, variant).write_bytes(converter.convert())


def _static_shape(tensor: Any) -> tuple[int, ...]:
    """The shape of a Keras input with batch 1 where it is open: only the batch may be."""
    batch, *rest = tensor.shape
    if None in rest:
        raise ValueError(f"input {tensor.name} has the open shape {tensor.shape}: give keras.Input every dimension")
    return (batch or 1, *rest)


def _samples(
    arrays: Mapping[str, NDArray[Any]], names: Sequence[str], shapes: Sequence[tuple[int, ...]]
) -> list[NDArray[np.float32]]:
    """The representative inputs, one array N x shape per input of the model."""
    keys = ["inputs"] if len(names) == 1 and "inputs" in arrays else names
    if missing := sorted(set(keys) - set(arrays)):
        raise ValueError(f"the representative inputs have no array {', '.join(missing)}")
    samples = [arrays[key].astype(np.float32) for key in keys]
    for key, array, shape in zip(keys, samples, shapes, strict=True):
        if array.shape[1:] != shape[1:]:
            raise ValueError(f"representative inputs {key} have shape {array.shape}, the model wants N x {shape[1:]}")
    if len({len(array) for array in samples}) != 1 or len(samples[0]) == 0:
        raise ValueError(
            f"the representative inputs have {[len(array) for array in samples]} rows: give some real ones"
        )
    return samples


def _quantize(tf: Any, converter: Any, variant: str, samples: Sequence[NDArray[np.float32]]) -> None:
    def representative_dataset() -> Iterator[list[NDArray[np.float32]]]:
        for row in range(len(samples[0])):
            yield [array[row : row + 1] for array in samples]

    ops_set, values_type = {
        "int8": (tf.lite.OpsSet.TFLITE_BUILTINS_INT8, tf.int8),
        "int16x8": (tf.lite.OpsSet.EXPERIMENTAL_TFLITE_BUILTINS_ACTIVATIONS_INT16_WEIGHTS_INT8, tf.int16),
    }[variant]
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = representative_dataset
    converter.target_spec.supported_ops = [ops_set]
    converter.inference_input_type = values_type
    converter.inference_output_type = values_type
    # A dense layer with one scale runs everywhere: TensorFlow Lite Micro of before September 2024 takes the first
    # channel's scale for all, and each channel costs 8 bytes of the arena.
    converter._experimental_disable_per_channel_quantization_for_dense_layers = True


if __name__ == "__main__":
    _main()
