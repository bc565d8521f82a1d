"""`harness calibrate`: fit a board's cycles and current to what was measured on it."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.cli.boards import add_boards_file_option, known_boards
from harness.config import Board, pick_board

if TYPE_CHECKING:
    from harness.measure.calibration import Fit
    from harness.report import SessionTables
    from harness.report.calibration import Samples


def add_parser(commands: Any) -> None:
    parser = commands.add_parser("calibrate", help="fit a board's predictions to a session measured on it")
    parser.add_argument("session", help="the measured session: an id, a path, or latest")
    parser.add_argument(
        "--against", metavar="SESSION", help="the session with the predictions; default: the newest with the same runs"
    )
    parser.add_argument("--reports-dir", type=Path, default=Path("reports"), metavar="DIR", help="default: reports")
    add_boards_file_option(parser)
    parser.set_defaults(execute=execute)


def execute(options: argparse.Namespace) -> int:
    from harness.report import find_session, read_session
    from harness.report.calibration import measured_boards

    measured = read_session(find_session(options.reports_dir, options.session))
    boards = known_boards(options)
    for name in measured_boards(measured):
        _calibrate(pick_board(boards, name), _samples(options, measured, name), measured.info.id)
    return 0


def _samples(options: argparse.Namespace, measured: SessionTables, board: str) -> Samples:
    from harness.report import find_session, read_session
    from harness.report.calibration import newest_samples, pair_samples

    if options.against is None:
        return newest_samples(options.reports_dir, measured, board)
    return pair_samples(measured, read_session(find_session(options.reports_dir, options.against)), board)


def _calibrate(board: Board, samples: Samples, session: str) -> None:
    from harness.config.calibration import own_boards_file, write_calibration
    from harness.measure.calibration import fit_cycle_scale, fit_run_current

    print(f"{board.name}: session {session} against the predictions of {samples.modelled}")
    scale = fit_cycle_scale(samples.rows, samples.clock_hz, samples.cycle_scale)
    values: dict[tuple[str, str], float | str] = {("timing", "cycle_scale"): scale.new}
    _print_fit("cycle_scale", scale)
    if board.energy and (current := fit_run_current(samples.rows, board.energy, samples.clock_hz)):
        values |= {("energy", "run_ua_per_mhz"): current.new, ("energy", "name"): f"measured, session {session}"}
        values["energy", "error"] = f"{current.new_error_percent:.1f} % off there on average"
        _print_fit("run_ua_per_mhz", current)
    else:
        print("  run_ua_per_mhz as it is: no measured energy, or no energy model to fit")
    file = own_boards_file(board, Path.cwd())
    write_calibration(board, file, values, f"{datetime.now(UTC):%Y-%m-%d}, session {session}")
    print(f"  written to {file}; a comment there keeps the old values")


def _print_fit(key: str, fit: Fit) -> None:
    errors = f"{fit.old_error_percent:.1f}% -> {fit.new_error_percent:.1f}%"
    print(f"  {key} {fit.old:g} -> {fit.new:g}: {fit.samples} runs and layers are off by {errors} on average")
