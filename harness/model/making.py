"""What the scripts that make a suite's models and vectors share: a Keras that repeats itself, their command line."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from harness.model.convert import convert_keras
from harness.model.convert_child import VARIANTS

if TYPE_CHECKING:
    from numpy.typing import NDArray


def repeatable_keras(seed: int) -> Any:
    """Keras on one thread, seeded, without oneDNN, whose kernels differ between processors.

    Of effect only before anything else in the process used TensorFlow.
    """
    os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    import tensorflow as tf

    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.experimental.enable_op_determinism()
    tf.keras.utils.set_random_seed(seed)
    return tf.keras


def suite_files(
    suite: str,
    network: Any,
    calibration: NDArray[np.float32],
    vectors: Mapping[str, Any],
) -> dict[str, bytes]:
    """The files of a suite by name: `vectors.npz`, and `<suite>_<variant>.tflite` for each of `VARIANTS`.

    Args:
        network: a trained `keras.Model`.
        calibration: real inputs to scale int8 and int16x8 with, N x the input's shape; none from the test set.
        vectors: the arrays `inputs` and `labels`, and what else is worth keeping of the test vectors.
    """
    with tempfile.TemporaryDirectory() as scratch:
        network.save(model_file := Path(scratch) / f"{suite}.keras")
        models = convert_keras(model_file, calibration, VARIANTS)
        # numpy dates the members of an .npz 1980, so that equal arrays make equal files
        np.savez_compressed(vectors_file := Path(scratch) / "vectors.npz", **vectors)
        packed = {vectors_file.name: vectors_file.read_bytes()}
    return packed | {f"{suite}_{variant}.tflite": data for variant, data in models.items()}


def make_suite(folder: Path, make_files: Callable[[], dict[str, bytes]]) -> None:
    """The command line of a suite's script: write the files into `folder`, or with `--check` compare."""
    parser = argparse.ArgumentParser(description=f"Make the models and vectors of the suite {folder.name}.")
    parser.add_argument("--check", action="store_true", help="compare with the files there are; write nothing")
    args = parser.parse_args()
    files = make_files()
    if args.check:
        different = differing_files(folder, files)
        sys.exit(f"made again, these differ: {', '.join(different)}" if different else 0)
    for name, data in files.items():
        (folder / name).write_bytes(data)


def differing_files(folder: Path, files: Mapping[str, bytes]) -> list[str]:
    """The names of those that are not, byte for byte, what stands in `folder`."""
    return [name for name, data in files.items() if not _holds(folder / name, data)]


def _holds(path: Path, data: bytes) -> bool:
    return path.is_file() and path.read_bytes() == data
