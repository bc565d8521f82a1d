"""Makes the catalogue's models with TensorFlow's converter, once: `python -m conformance.converter FOLDER`.

A child process: TensorFlow is large. Models are kept until the recipes, the converter or the interpreter changes.
"""

from __future__ import annotations

import functools
import hashlib
import importlib
import importlib.metadata
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from conformance.recipes import RECIPES, Recipe

from harness.build.store import build_folder

_HERE = Path(__file__)
_CALIBRATION_ROWS = 8
_DONE = "done"


@functools.cache
def catalogue_folder() -> Path:
    """Where the models are, `<name of the recipe>.tflite`; converts them all if need be."""
    with build_folder("conformance", _content_key()) as folder:
        if not (folder / _DONE).exists():
            command = [sys.executable, "-m", "conformance.converter", str(folder)]
            paths = os.pathsep.join([str(_HERE.parents[1]), *sys.path])
            done = subprocess.run(command, env=os.environ | {"PYTHONPATH": paths}, capture_output=True, check=False)
            if done.returncode:
                raise RuntimeError(f"the catalogue was not converted:\n{done.stderr.decode()[-2000:]}")
            (folder / _DONE).touch()
        return folder


def _content_key() -> str:
    """The same for the same recipes and packages."""
    parts = [_HERE.with_name(f"{name}.py").read_bytes() for name in ("recipes", "computations", "converter")]
    parts += [importlib.metadata.version(name).encode() for name in ("tensorflow", "tflite-micro", "numpy")]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]


# What follows runs in the child.


def _convert(tf: Any, recipe: Recipe) -> bytes:
    specs = [tf.TensorSpec(shape, tf.float32) for case in recipe.cases for shape in case.shapes]

    @tf.function(input_signature=specs)
    def compute(*inputs: Any) -> list[Any]:
        left = iter(inputs)
        outputs = [case.computation(tf, *(next(left) for _ in case.shapes)) for case in recipe.cases]
        return tf.nest.flatten(outputs)

    converter = tf.lite.TFLiteConverter.from_concrete_functions([compute.get_concrete_function()])
    if recipe.variant != "float32":
        _quantize(tf, converter, recipe)
    return bytes(converter.convert())


def _quantize(tf: Any, converter: Any, recipe: Recipe) -> None:
    def rows() -> Iterator[list[Any]]:
        random = np.random.default_rng(0)
        for _ in range(_CALIBRATION_ROWS):
            yield [
                random.uniform(*case.span, shape).astype(np.float32) for case in recipe.cases for shape in case.shapes
            ]

    sets = tf.lite.OpsSet
    wide = recipe.variant.startswith("int16x8")
    wide_set = sets.EXPERIMENTAL_TFLITE_BUILTINS_ACTIVATIONS_INT16_WEIGHTS_INT8
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = rows
    converter.target_spec.supported_ops = [wide_set if wide else sets.TFLITE_BUILTINS_INT8]
    if not recipe.variant.endswith("float-io"):
        converter.inference_input_type = converter.inference_output_type = tf.int16 if wide else tf.int8
    if recipe.variant.endswith("per-tensor"):
        converter._experimental_disable_per_channel = True  # there is no other switch


def _main(folder: Path) -> None:
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    tf: Any = importlib.import_module("tensorflow")
    for name, recipe in RECIPES.items():
        try:
            model = _convert(tf, recipe)
        except Exception as error:
            sys.exit(f"{name}: {type(error).__name__}: {error}")
        (folder / f"{name}.tflite").write_bytes(model)


if __name__ == "__main__":
    _main(Path(sys.argv[1]))
