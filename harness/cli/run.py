"""`harness run`: any model on a board, no suite needed."""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.cli.boards import add_boards_file_option, known_boards
from harness.config import pick_board, pick_engine
from harness.config.defaults import DEFAULT_ENGINE, DEFAULT_REPEATS

if TYPE_CHECKING:
    from harness.measure import Job, Result

RANDOM_VECTORS = 10


def add_parser(commands: Any) -> None:
    parser = commands.add_parser("run", help="run a .tflite on a board")
    parser.add_argument("model", type=Path, help="a .tflite file")
    parser.add_argument("--board", required=True, metavar="NAME", help="`harness boards` lists them")
    parser.add_argument("--target", default="auto", help="which kind of instance of the board (default: auto)")
    parser.add_argument("--engine", default=DEFAULT_ENGINE, help=f"engine inside the firmware (default: {DEFAULT_ENGINE})")
    parser.add_argument("--inputs", type=Path, metavar="FILE", help=".npy (N, …), or .npz with one array per input tensor")
    parser.add_argument("--labels", type=Path, metavar="FILE", help=".npy (N,) of class indices")
    parser.add_argument("--vectors", type=positive, metavar="N", help=f"use N vectors (default: all; {RANDOM_VECTORS} random)")
    parser.add_argument("--repeat", type=positive, default=DEFAULT_REPEATS, metavar="N", help="timed inferences (default: 3)")
    parser.add_argument("--check", action="store_true", help="compare every output with the official interpreter's")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of the table")
    parser.add_argument("--sanitize", action="store_true", help="native only: address and undefined-behaviour sanitizers")
    parser.add_argument("--reports-dir", type=Path, metavar="DIR", help="keep the session in this folder")
    add_boards_file_option(parser)
    parser.set_defaults(execute=execute)


def positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return value


def execute(options: argparse.Namespace) -> int:
    from harness.measure import Bench, Job, run_model
    from harness.model import read_model_file

    board = pick_board(known_boards(options), options.board)
    bench = Bench(board, pick_engine(options.engine), options.target, sanitize=options.sanitize)
    model = read_model_file(options.model)
    job = Job(
        suite=options.model.stem,
        variant=model.variant,
        model=model,
        vectors=_vectors(options, model),
        repeats=options.repeat,
        check=options.check,
    )
    return 0
