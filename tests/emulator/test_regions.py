"""Marks and the mailbox: regions are recorded, published in turn, forgotten; every run counts the same."""

from __future__ import annotations

from pathlib import Path

from support.cost_program import BEGIN, END, NO_REGION, Reading, assemble, count, program, run_program, run_qemu

from harness.build import build_cycle_plugin
from harness.config import Board

RESET = "mov r12, r12"


def region(instructions: int) -> str:
    return "\n".join([BEGIN, *["adds r0, #1"] * instructions, END])


def read(tmp_path: Path, board: Board, body: str, reads: int) -> list[tuple[int, int]]:
    """The index and the instructions of each region that was published."""
    readings = run_program(tmp_path, board, body, reads=reads)
    assert {reading.version for reading in readings} == {1}
    return [(reading.index, reading.counters.get("instructions", 0)) for reading in readings]


def test_regions_are_published_in_turn_and_then_again(tmp_path: Path, boards: dict[str, Board]) -> None:
    for name in ("microbit", "stm32l475"):
        body = f"{region(1)}\nmovs r1, #1\n{region(2)}\nb 1f\n1: {region(3)}"
        expected = [(0, 1), (1, 2), (2, 3), (NO_REGION, 0), (0, 1)]
        assert read(tmp_path, boards[name], body, 5) == expected


def test_without_a_region_there_is_none(tmp_path: Path, boards: dict[str, Board]) -> None:
    assert read(tmp_path, boards["microbit"], "nop", 2) == [(NO_REGION, 0)] * 2


def test_reset_forgets(tmp_path: Path, boards: dict[str, Board]) -> None:
    body = f"{region(1)}\n{RESET}\nb 1f\n1: {region(2)}"
    assert read(tmp_path, boards["microbit"], body, 2) == [(0, 2), (NO_REGION, 0)]


def test_what_no_reset_announces_behind_a_reading_is_not_counted(tmp_path: Path, boards: dict[str, Board]) -> None:
    body = f"{region(1)}\nbl next\n{region(2)}\nb 1f\n1: {region(3)}\n{RESET}\nb 2f\n2: {region(4)}"
    assert read(tmp_path, boards["microbit"], body, 2) == [(0, 4), (NO_REGION, 0)]
    body = f"{region(1)}\nbl next\n{region(2)}\nb 1f\n1: {region(3)}"
    assert read(tmp_path, boards["microbit"], body, 2) == [(NO_REGION, 0), (0, 1)]


def test_an_empty_region_has_nothing_in_it(tmp_path: Path, boards: dict[str, Board]) -> None:
    assert run_program(tmp_path, boards["microbit"], f"{BEGIN}\n{END}") == [Reading(1, 0, {})]


def test_a_begin_within_a_region_starts_it_again(tmp_path: Path, boards: dict[str, Board]) -> None:
    assert read(tmp_path, boards["microbit"], f"{BEGIN}\nnop\nnop\n{region(1)}", 1) == [(0, 1)]


def test_a_region_may_span_calls_and_loops(tmp_path: Path, boards: dict[str, Board]) -> None:
    body = f"{BEGIN}\nmovs r0, #50\n1: bl 2f\nsubs r0, #1\nbne 1b\nb 3f\n2: bx lr\n3: {END}"
    assert read(tmp_path, boards["microbit"], body, 1) == [(0, 1 + 4 * 50 + 1)]


def test_a_region_in_the_block_of_the_first_reset_is_refused(tmp_path: Path, boards: dict[str, Board]) -> None:
    """It would be counted in part: from the next block of code on."""
    board = boards["microbit"]
    elf = assemble(tmp_path, board, program(board, region(1)).replace("b body", ""))
    done = run_qemu(tmp_path, board, elf, build_cycle_plugin())
    assert done.returncode == 1
    assert b"a region begins in the block of code that holds the first reset mark" in done.stderr


def test_every_run_counts_the_same(tmp_path: Path, boards: dict[str, Board]) -> None:
    body = "movs r0, #200\n1: ldr r1, [r4]\nldr r2, =table\nldr r3, [r2]\nsubs r0, #1\nbne 1b"
    board = boards["stm32l475"]
    first, *others = [count(tmp_path, board, body, ".balign 4\ntable: .word 7") for _ in range(3)]
    assert others == [first, first]
