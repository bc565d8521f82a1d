"""What the builder reads of boards.toml, against what the harness reads."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest
from board_entry import EntryError, read_board
from cores import CORES, HOST, toolchain_for

from harness.config import Board, load_boards
from harness.config.boards import Core
from harness.paths import shipped_boards_file

BOARDS = load_boards([shipped_boards_file()])
ARM_BOARDS = [board for board in BOARDS.values() if board.core != HOST]
SHIPPED = shipped_boards_file().read_text("utf-8")


@pytest.mark.parametrize("board", ARM_BOARDS, ids=lambda board: board.name)
def test_regions_are_the_harness_s(board: Board) -> None:
    symbols = read_board(board.name, [board.source]).symbols
    layout = board.firmware
    for part in ("code", "data", "arena", "model_slot"):
        region = getattr(layout, part)
        assert (symbols[f"harness_{part}_address"], symbols[f"harness_{part}_bytes"]) == (region.address, region.bytes)
    second = layout.second_arena
    assert symbols["harness_second_arena_address"] == (second.address if second else 0)
    assert symbols["harness_second_arena_bytes"] == (second.bytes if second else 0)
    writable_bytes = layout.model_slot.bytes if layout.model_slot.kind == "ram" else 0
    assert symbols["harness_model_slot_writable_bytes"] == writable_bytes
    assert symbols["harness_stack_bytes"] == layout.stack_bytes


def test_host_board() -> None:
    layout = BOARDS["native"].firmware
    entry = read_board("native", [shipped_boards_file()])
    assert entry.symbols == {}
    assert entry.defines == {
        "HARNESS_ARENA_BYTES": layout.arena.bytes,
        "HARNESS_MODEL_SLOT_BYTES": layout.model_slot.bytes,
        "HARNESS_STACK_BYTES": layout.stack_bytes,
    }


def test_clock() -> None:
    assert read_board("stm32l475", [shipped_boards_file()]).defines["HARNESS_CLOCK_HZ"] == 80_000_000


def test_peripherals_are_macros() -> None:
    defines = read_board("mps2-an505", [shipped_boards_file()]).defines
    assert (defines["HARNESS_UART"], defines["HARNESS_UART_INTERRUPT"]) == (0x50200000, 32)


def test_sizes_of_the_link_are_macros() -> None:
    defines = read_board("microbit", [shipped_boards_file()]).defines
    sizes = (defines["HARNESS_WINDOW"], defines["HARNESS_MAX_PAYLOAD_BYTES"], defines["HARNESS_PROFILE_OPS"])
    assert sizes == (2, 512, 32)


def test_later_file_replaces_by_name(tmp_path: Path) -> None:
    own = tmp_path / "boards.toml"
    own.write_text(SHIPPED.replace("clock_hz = 25_000_000", "clock_hz = 20_000_000").replace("stm32l475", "mine"))
    files = [shipped_boards_file(), own]
    assert read_board("mps2-an386", files).defines["HARNESS_CLOCK_HZ"] == 20_000_000
    assert read_board("mine", files).core == read_board("stm32l475", files).core


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("boards.native", "boards.other", "unknown board 'native'.*mps3-an547, nucleo-l4r5zi, other, stm32l475"),
        ('core = "host"', 'core = "cortex-m9"', r"boards\.native\.core: unknown core 'cortex-m9'.*cortex-m4f"),
        ('core = "host"\n', "", r"boards\.native: missing or unknown 'core'"),
        ("arena = { bytes = 0x400000 }", "", r"boards\.native: missing or unknown 'arena'"),
        ("[boards.native]", "[boards.native", "boards.toml: .*line"),
    ],
)
def test_entry_that_cannot_be_built(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in SHIPPED
    file = tmp_path / "boards.toml"
    file.write_text(SHIPPED.replace(old, new))
    with pytest.raises(EntryError, match=message):
        read_board("native", [file])


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(EntryError, match="absent"):
        read_board("native", [tmp_path / "absent"])


def test_cores_are_the_harness_s() -> None:
    assert set(CORES) == set(get_args(Core))


@pytest.mark.parametrize("core", CORES)
def test_core_without_fpu_computes_floats_in_software(core: str) -> None:
    flags = toolchain_for(core).flags
    has_fpu = core in ("cortex-m4f", "cortex-m7", "cortex-m33", "cortex-m55")
    assert ("-mfloat-abi=hard" in flags) == has_fpu
    assert ("-mfloat-abi=soft" in flags) == (core != HOST and not has_fpu)
