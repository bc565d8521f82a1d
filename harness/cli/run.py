"""`harness run`: any model on a board, no suite needed."""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from harness.cli.boards import add_boards_file_option, add_place_options, chosen_places, known_boards
from harness.config import Board, MetricName, choose_engines, pick_boards
from harness.config.defaults import DEFAULT_TIMEOUT_S, EMULATED_WINDOWS, REAL_TIME_WINDOWS
from harness.config.numbers import positive, seconds
from harness.errors import HarnessError, NoFitError, VectorError
from harness.scan import Place

if TYPE_CHECKING:
    from harness.measure import Bench, Job, Sink, Vectors
    from harness.model import Model
    from harness.report import SessionTables

RANDOM_VECTORS = 10


def add_parser(commands: Any) -> None:
    parser = commands.add_parser("run", help="run a .tflite on a board")
    parser.add_argument("model", type=Path, help="a .tflite file")
    parser.add_argument(
        "--board", required=True, action="append", metavar="NAME[,NAME]", help="`harness boards` lists them"
    )
    add_place_options(parser)
    parser.add_argument(
        "--engine",
        metavar="NAME[,NAME]",
        help="engines inside the firmware: builtin, tflm, tflm-ref, auto; several are compared (default: the board's)",
    )
    parser.add_argument(
        "--inputs", type=Path, metavar="FILE", help=".npy (N, …), or .npz with one array per input tensor"
    )
    parser.add_argument("--labels", type=Path, metavar="FILE", help=".npy (N,) of class indices")
    parser.add_argument(
        "--metric", default="accuracy", choices=get_args(MetricName), help="what the labels are held against"
    )
    parser.add_argument(
        "--vectors", type=positive, metavar="N", help=f"use N vectors (default: all; {RANDOM_VECTORS} random)"
    )
    parser.add_argument(
        "--shard-vectors",
        type=positive,
        default=1,
        metavar="N",
        help="spread the vectors over up to N targets of the board at once",
    )
    parser.add_argument(
        "--repeat",
        type=positive,
        metavar="N",
        help=f"timed windows (default: {EMULATED_WINDOWS} where emulated, else {REAL_TIME_WINDOWS})",
    )
    parser.add_argument(
        "--inference-timeout", type=seconds, default=DEFAULT_TIMEOUT_S, metavar="S", help="of one inference, in seconds"
    )
    parser.add_argument("--check", action="store_true", help="compare every output with the official interpreter's")
    parser.add_argument(
        "--json", action="store_true", help="print JSON instead of the table: an object, of several runs a list"
    )
    parser.add_argument(
        "--sanitize", action="store_true", help="native only: address and undefined-behaviour sanitizers"
    )
    parser.add_argument("--reports-dir", type=Path, metavar="DIR", help="keep the session in this folder")
    add_boards_file_option(parser)
    parser.set_defaults(execute=execute)


def execute(options: argparse.Namespace) -> int:
    from harness.measure import Job
    from harness.model import check_model, read_model_file

    boards = pick_boards(known_boards(options), options.board)
    places = chosen_places(options, boards)
    benches = [bench for board in boards for bench in _benches(options, board, places[board.name])]
    model = read_model_file(options.model)
    for bench in benches:
        with contextlib.suppress(NoFitError):  # is what comes of its run
            check_model(model, bench.board, bench.engine)
    job = Job(
        suite=options.model.stem,
        variant=model.variant,
        model=model,
        vectors=_vectors(options, model),
        metric=options.metric,
        repeats=options.repeat,
        check=options.check,
    )
    with _session(options, boards) as (sink, tables):
        error = _run_each(benches, job, sink, quiet=options.json)
    if any(run.outcome in _shown(options) for run in tables().run_records):
        _print(options, tables())
    if error is not None:
        raise error
    return int(_outcome(tables()) == "failed")


def _benches(options: argparse.Namespace, board: Board, place: Place) -> list[Bench]:
    """The board with each of its engines."""
    from harness.build import require_sanitizers
    from harness.measure import Bench

    if options.sanitize:
        require_sanitizers(board)
    return [
        Bench(
            board,
            engine.name,
            place.kind,
            options.sanitize,
            options.inference_timeout,
            engine.chosen_by,
            place.instance,
            place.farm,
            options.shard_vectors,
        )
        for engine in choose_engines(options.engine, board.engine)
    ]


def _run_each(benches: Sequence[Bench], job: Job, sink: Sink, *, quiet: bool) -> HarnessError | None:
    """Hold the outputs of a board's every engine against its first one's.

    An error ends it and is returned: what ran has its table. A model that does not fit is said, and ends nothing.
    """
    from rich.console import Console

    from harness.measure import Reference, run_model
    from harness.report.progress import progress_bar

    console = Console(stderr=True, quiet=quiet)
    references: dict[str, Reference] = {}  # by board
    for bench in benches:
        text = f"{job.suite} on {bench.board.name} with {bench.engine}"
        compared = replace(job, reference=references.get(bench.board.name))
        try:
            with progress_bar(console, text, len(job.vectors)) as advance:
                result = run_model(bench, compared, sink, on_vector=advance)
        except NoFitError as error:
            print(f"harness run: {error}", file=sys.stderr)
            continue
        except HarnessError as error:
            return error
        references.setdefault(bench.board.name, Reference(bench.engine, result.answers))
    return None


def _shown(options: argparse.Namespace) -> tuple[str, ...]:
    """Outcomes worth printing; a table of a model that does not fit has nothing in it."""
    return ("passed", "failed", "no fit") if options.json else ("passed", "failed")


def _vectors(options: argparse.Namespace, model: Model) -> Vectors:
    from harness.measure import load_array_vectors, random_vectors

    if options.inputs is not None:
        return load_array_vectors(options.inputs, options.labels).first(options.vectors)
    if options.labels is not None:
        raise VectorError("--labels without --inputs: random inputs have no labels", "give both, or neither")
    return random_vectors(model, options.vectors or RANDOM_VECTORS)


@contextlib.contextmanager
def _session(
    options: argparse.Namespace, boards: Sequence[Board]
) -> Iterator[tuple[Sink, Callable[[], SessionTables]]]:
    """Where the records go, and how to see them: a folder where `--reports-dir` names one, else memory."""
    from harness.report import Records, create_session, new_session_info

    command = ["harness", *sys.argv[1:]]
    if options.reports_dir is None:
        records = Records()
        info = new_session_info(Path.cwd(), command, boards)
        yield records, lambda: records.tables(info)
        info = info.finished(_outcome(records.tables(info)))
        return
    writer = create_session(options.reports_dir, root=Path.cwd(), command=command, boards=boards)
    try:
        yield writer, writer.tables
    except BaseException as error:
        writer.finish("interrupted" if isinstance(error, KeyboardInterrupt) else "failed")
        raise
    writer.finish(_outcome(writer.tables()))


def _outcome(tables: SessionTables) -> Literal["passed", "failed"]:
    return "passed" if all(run.outcome == "passed" for run in tables.run_records) else "failed"


def _print(options: argparse.Namespace, tables: SessionTables) -> None:
    from rich.console import Console

    from harness.report import render_comparisons, session_json

    if options.json:
        print(json.dumps(session_json(tables), indent=2))
    else:
        render_comparisons(tables, Console())
