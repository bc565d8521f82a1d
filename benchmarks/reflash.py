"""How long pyOCD takes to flash a firmware and a model through the simulated probe: first, again, and a new model.

The stand-in has no wire: a real probe adds what SWD takes for the bytes that are read back.
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
from harness.config import Board, boards_files, load_boards, load_suite
from harness.flash import Flashed, Piece, firmware_pieces
from harness.flash.pyocd import PyocdFlasher
from harness.standin.folder import VARIABLE, DeskFolder, DeskSettings

BOARD = "stm32l475"
PROBE = "REFLASH"
RUNS = 5
LIMIT_S = 2.0


def make_desk(folder: Path, board: Board) -> DeskFolder:
    """The board's chip, erased."""
    attached, flash = board.targets.attached, board.memory["flash"]
    assert attached is not None and attached.id_register is not None
    desk = DeskFolder(folder)
    desk.write(
        DeskSettings(
            unique_id=PROBE,
            board=board.name,
            probe_target=attached.probe_target,
            flash_address=flash.address,
            flash_bytes=flash.bytes,
            idcode=attached.id_register.value,
        )
    )
    return desk


def flash(board: Board, pieces: Sequence[Piece]) -> tuple[float, Flashed]:
    """From nothing open to a board that runs: find the probe, connect, flash, verify, reset."""
    attached = board.targets.attached
    assert attached is not None
    begin_s = time.perf_counter()
    with PyocdFlasher(PROBE, attached.probe_target, attached.id_register) as flasher:
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
    print(
        f"probe     pyOCD {pyocd.__version__}, Unicorn {unicorn.__version__}; times with pyOCD imported, best of {RUNS}"
    )
    board = load_boards(boards_files(REPOSITORY))[BOARD]
    firmware = firmware_pieces(build_firmware(board, "builtin").elf)
    slot = board.firmware.model_slot.address
    assert slot is not None
    models = load_suite(REPOSITORY / "suites/digits/suite.toml").models
    models_flashed = [Piece(slot, models[name].path.read_bytes(), "model") for name in ("float32", "int8")]
    sizes = " + ".join(f"{len(piece.data):,}" for piece in (*firmware, models_flashed[0]))
    print(f"          {BOARD} with builtin and the float32 model of digits: {sizes} bytes")
    with tempfile.TemporaryDirectory() as name:
        desk = make_desk(Path(name), board)
        os.environ[VARIABLE] = name
        pieces = [*firmware, models_flashed[0]]
        erased = desk.flash_file.read_bytes()
        flash(board, pieces)  # imports pyOCD
        desk.flash_file.write_bytes(erased)
        report("first flash", *flash(board, pieces))
        again = min((flash(board, pieces) for _ in range(RUNS)), key=lambda timed: timed[0])
        report("the same again", *again)
        report("the int8 model instead", *flash(board, [*firmware, models_flashed[1]]))
    print_figure(
        "re-flash of an unchanged firmware and model", f"{again[0]:.2f} s", f"< {LIMIT_S:g} s", again[0] < LIMIT_S
    )


if __name__ == "__main__":
    main()
