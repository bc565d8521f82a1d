"""How long pyOCD takes to flash a firmware and a model through the simulated probe: first, again, and with a new model.

The stand-in has no wire and its flash takes no time: a real probe adds both.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import pyocd
import unicorn
from conditions import REPOSITORY, print_conditions, print_figure

from harness.build import build_firmware
from harness.config import AttachedTarget, boards_files, load_boards, load_suite
from harness.flash import Flashed, Piece, firmware_pieces
from harness.flash.pyocd import PyocdFlasher
from harness.standin.desk import Desk
from harness.standin.folder import DeskFolder

BOARD = "stm32l475"
RUNS = 5
LIMIT_S = 2.0


def flash(probe_id: str, options: AttachedTarget, pieces: Sequence[Piece]) -> tuple[float, Flashed]:
    """From nothing open to a board that runs: find the probe, connect, flash, read back, reset."""
    begin_s = time.perf_counter()
    with PyocdFlasher(probe_id, options.probe_target, options.id_register) as flasher:
        done = flasher.flash(pieces)
        flasher.run()
    return time.perf_counter() - begin_s, done


def report(name: str, seconds: float, done: Flashed) -> None:
    print(
        f"          {name}: {seconds:.2f} s; erased {done.erased_bytes:,}, programmed {done.programmed_bytes:,}, "
        f"skipped {done.skipped_bytes:,} bytes"
    )


def main() -> None:
    print_conditions()
    print(f"probe     simulated, pyOCD {pyocd.__version__}, Unicorn {unicorn.__version__}")
    board = load_boards(boards_files(REPOSITORY))[BOARD]
    options, slot = board.targets["attached"], board.firmware.model_slot.address
    assert isinstance(options, AttachedTarget) and slot is not None
    firmware = firmware_pieces(build_firmware(board, "builtin").elf)
    models = load_suite(REPOSITORY / "suites/digits/suite.toml").models
    float32, int8 = ([*firmware, Piece(slot, models[name].path.read_bytes(), "model")] for name in ("float32", "int8"))
    print(f"          {BOARD}, digits float32: {' + '.join(f'{len(piece.data):,}' for piece in float32)} bytes")
    with tempfile.TemporaryDirectory() as name, Desk(board, Path(name)) as desk:
        os.environ.update(desk.environment)
        probe_id = DeskFolder(Path(name)).read().unique_id
        with PyocdFlasher(probe_id, options.probe_target):
            pass  # loads pyOCD
        report("first flash", *flash(probe_id, options, float32))
        again = max((flash(probe_id, options, float32) for _ in range(RUNS)), key=lambda timed: timed[0])
        report(f"the same again, slowest of {RUNS}", *again)
        report("the int8 model instead", *flash(probe_id, options, int8))
    seconds = again[0]
    print_figure(
        "re-flash of an unchanged firmware and model", f"{seconds:.2f} s", f"< {LIMIT_S:g} s", seconds < LIMIT_S
    )


if __name__ == "__main__":
    main()
