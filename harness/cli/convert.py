"""`harness convert`: a Keras model to `.tflite` files."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from harness.errors import ModelError


def add_parser(commands: Any) -> None:
    parser = commands.add_parser("convert", help="convert a Keras model to float32, int8 and int16x8 .tflite files")
    parser.add_argument("model", type=Path, help=".keras, .h5, or the folder of a SavedModel")
    parser.add_argument(
        "--representative",
        type=Path,
        required=True,
        metavar="FILE",
        help="real inputs to calibrate on: .npy (N, …), or .npz with one array per input, by name",
    )
    parser.add_argument(
        "--variants",
        default="float32,int8,int16x8",
        metavar="NAME[,NAME]",
        help="which to make (default: %(default)s)",
    )
    parser.add_argument(
        "--out", type=Path, default=Path(), metavar="DIR", help="where to write <model>_<variant>.tflite (default: .)"
    )
    parser.set_defaults(execute=execute)


def execute(options: argparse.Namespace) -> int:
    from harness.model.convert import convert_keras

    models = convert_keras(options.model, options.representative, options.variants.split(","))
    for variant, data in models.items():
        path = options.out / f"{options.model.stem}_{variant}.tflite"
        _write(path, data)
        print(f"{path}: {len(data):,} bytes")
    return 0


def _write(path: Path, data: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except OSError as error:
        raise ModelError(f"{path}: cannot be written: {error.strerror}", "choose another folder with --out") from None
