"""The converter's child process: the only place that loads TensorFlow."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

VARIANTS = ("float32", "int8", "int16x8")

_SIGNATURE = "serving_default"  # what keras.Model.export and TensorFlow 2 call a SavedModel's function


@dataclass(frozen=True)
class Network:
    """A model with shapes that do not change, and what makes a new `TFLiteConverter` of it."""

    input_shapes: Mapping[str, tuple[int, ...]]
    converter: Callable[[], Any]


def convert(model_file: Path, representative: Path, out_dir: Path, variants: Sequence[str]) -> None:
    """Write a `variant_file` for each of `variants`; the arguments are those of `convert_keras`."""
    tf: Any = importlib.import_module("tensorflow")

    network = _load_saved_model(tf, model_file) if model_file.is_dir() else _load_keras(tf, model_file)
    samples = read_samples(representative, network.input_shapes)
    for variant in variants:
        converter = network.converter()
        if variant != "float32":
            _quantize(tf, converter, variant, samples)
        variant_file(out_dir, variant).write_bytes(converter.convert())


def variant_file(out_dir: Path, variant: str) -> Path:
    return out_dir / f"{variant}.tflite"


def _load_keras(tf: Any, model_file: Path) -> Network:
    model = tf.keras.models.load_model(model_file, compile=False)
    inputs = [
        tf.keras.Input(batch_shape=static_shape(x.name, x.shape), dtype=x.dtype, name=x.name) for x in model.inputs
    ]
    static_model = tf.keras.Model(inputs, model(inputs if len(inputs) > 1 else inputs[0], training=False))
    return Network(
        {tensor.name: tensor.shape for tensor in inputs},
        lambda: tf.lite.TFLiteConverter.from_keras_model(static_model),
    )


def _load_saved_model(tf: Any, folder: Path) -> Network:
    model = tf.saved_model.load(folder)
    if _SIGNATURE not in model.signatures:
        raise ValueError(f"the SavedModel has no signature {_SIGNATURE}: save it with keras.Model.export")
    serve = model.signatures[_SIGNATURE]
    specs = serve.structured_input_signature[1]
    shapes = {name: static_shape(name, spec.shape) for name, spec in sorted(specs.items())}
    static = {name: tf.TensorSpec(shape, specs[name].dtype, name) for name, shape in shapes.items()}
    function = tf.function(serve).get_concrete_function(**static)
    return Network(shapes, lambda: tf.lite.TFLiteConverter.from_concrete_functions([function], model))


def static_shape(name: str, shape: Sequence[int | None]) -> tuple[int, ...]:
    """The shape of an input with batch 1 where it is open: only the batch may be.

    Raises:
        ValueError: another dimension is open.
    """
    batch, *rest = shape
    sizes = [size for size in rest if size is not None]
    if len(sizes) < len(rest):
        raise ValueError(f"input {name} has the open shape {tuple(shape)}: give keras.Input every dimension")
    return (batch or 1, *sizes)


def read_samples(representative: Path, shapes: Mapping[str, tuple[int, ...]]) -> list[NDArray[np.float32]]:
    """The representative inputs, one array N x shape per input of the model.

    Raises:
        ValueError: one is missing, has another shape, or there are no rows.
    """
    loaded = np.load(representative)
    arrays: Mapping[str, NDArray[Any]] = {"inputs": loaded} if isinstance(loaded, np.ndarray) else loaded
    keys = ["inputs"] if len(shapes) == 1 and "inputs" in arrays else list(shapes)
    if missing := sorted(set(keys) - set(arrays)):
        raise ValueError(f"the representative inputs have no array {', '.join(missing)}")
    samples = [arrays[key].astype(np.float32) for key in keys]
    for key, array, shape in zip(keys, samples, shapes.values(), strict=True):
        if array.shape[1:] != shape[1:]:
            raise ValueError(f"the representative array {key} has shape {array.shape}, the model wants N x {shape[1:]}")
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


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m harness.model.convert_child")
    parser.add_argument("model", type=Path)
    parser.add_argument("representative", type=Path)
    parser.add_argument("out_dir", type=Path)
    parser.add_argument("variants", nargs="+", choices=VARIANTS)
    args = parser.parse_args()
    try:
        convert(args.model, args.representative, args.out_dir, args.variants)
    except Exception as error:  # the parent shows one line, whatever TensorFlow raised
        sys.exit(" ".join(str(error).split()) or type(error).__name__)


if __name__ == "__main__":
    main()
