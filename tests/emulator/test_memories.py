"""Accesses by kind of memory, and what the STM32L475 waits for its flash: 4 wait states, lines of 8 bytes."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace
from support.cost_program import count

from harness.config import Board

WAIT = 4
TABLE = ".balign 32\ntable: .space 1024"
# The address without a read of flash.
POINT = "movw r0, #:lower16:table\nmovt r0, #:upper16:table\n"


def stalls(tmp_path: Path, board: Board, loads: str) -> int:
    return count(tmp_path, board, POINT + loads, TABLE).get("data_stalls", 0)


def without_waits(board: Board) -> Board:
    assert board.cost_model
    memories = tuple(replace(memory, wait_states=0) for memory in board.cost_model.memories)
    return replace(board, cost_model=replace(board.cost_model, memories=memories))


def with_flash(board: Board, **changes: int | bool) -> Board:
    assert board.cost_model
    memories = [replace(part, **changes) if part.name == "flash" else part for part in board.cost_model.memories]
    return replace(board, cost_model=replace(board.cost_model, memories=tuple(memories)))


def lines(first: int, count_: int) -> str:
    return "\n".join(f"ldr r1, [r0, #{32 * line}]" for line in range(first, first + count_))


def test_a_line_of_flash_is_read_once(tmp_path: Path, boards: dict[str, Board]) -> None:
    board = boards["stm32l475"]
    assert stalls(tmp_path, board, "ldr r1, [r0]") == WAIT
    assert stalls(tmp_path, board, "ldr r1, [r0]\nldr r2, [r0, #4]") == WAIT
    assert stalls(tmp_path, board, "ldr r1, [r0]\nldr r2, [r0, #8]") == 2 * WAIT
    assert stalls(tmp_path, board, "ldrd r1, r2, [r0]\nldmia r0, {r1-r3}") == 2 * WAIT


def test_the_data_cache_holds_eight_lines_and_drops_the_longest_unused(
    tmp_path: Path, boards: dict[str, Board]
) -> None:
    board = boards["stm32l475"]
    assert stalls(tmp_path, board, f"{lines(0, 8)}\n{lines(0, 8)}") == 8 * WAIT
    assert stalls(tmp_path, board, f"{lines(0, 9)}\n{lines(0, 9)}") == 18 * WAIT
    assert stalls(tmp_path, board, f"{lines(0, 8)}\n{lines(0, 1)}\n{lines(8, 1)}\n{lines(0, 1)}") == 9 * WAIT
    uncached = with_flash(board, data_cache_bytes=0)
    assert stalls(tmp_path, uncached, "ldr r1, [r0]\nldr r2, [r0, #4]\nldr r3, [r0]") == 3 * WAIT


def test_a_data_cache_may_be_large(tmp_path: Path, boards: dict[str, Board]) -> None:
    board = with_flash(boards["stm32l475"], data_cache_bytes=16 * 1024)  # 512 lines
    walk = f"{POINT}movs r2, #250\n1: ldr r1, [r0]\nldr r1, [r0, #32]\nadds r0, #64\nsubs r2, #1\nbne 1b\n"
    table = TABLE.replace("1024", str(500 * 32))
    assert (
        count(tmp_path, board, walk + walk.replace("1:", "2:").replace("1b", "2b"), table)["data_stalls"] == 500 * WAIT
    )


def test_nothing_waits_where_there_are_no_wait_states(tmp_path: Path, boards: dict[str, Board]) -> None:
    board = boards["stm32l475"]
    slow, fast = (count(tmp_path, part, POINT + lines(0, 4), TABLE) for part in (board, without_waits(board)))
    assert "fetch_stalls" not in fast
    assert "data_stalls" not in fast
    assert slow["cycles"] - slow["fetch_stalls"] - slow["data_stalls"] == fast["cycles"]


def test_code_streams_from_flash_once_and_then_from_the_cache(tmp_path: Path, boards: dict[str, Board]) -> None:
    """A line of four NOPs takes 4 cycles, in which the prefetch gets 4 of the next line's 5 done."""
    board = boards["stm32l475"]
    # Line 0: the mark and 3 instructions; 15 lines of NOPs; a line begun by the end mark belongs to nobody.
    straight = count(tmp_path, board, "nop\n" * 63)["fetch_stalls"]
    assert straight == WAIT + (5 - 3) + 14
    assert count(tmp_path, with_flash(board, prefetch=False), "nop\n" * 63)["fetch_stalls"] == 16 * WAIT
    again = count(tmp_path, board, "movs r0, #3\n1:" + "nop\n" * 60 + "subs r0, #1\nbne 1b")["fetch_stalls"]
    assert again == straight


def test_code_that_does_not_fit_the_cache_is_read_again(tmp_path: Path, boards: dict[str, Board]) -> None:
    board = boards["stm32l475"]
    body = "movs r0, #3\n1:" + "nop\n" * 700 + "subs r0, #1\nbne 1b"  # 1,406 bytes; the cache has 1,024
    assert count(tmp_path, board, body)["fetch_stalls"] > 3 * 700 // 4
    larger = with_flash(board, code_cache_bytes=2048)
    assert count(tmp_path, larger, body)["fetch_stalls"] < 2 * 700 // 4


def test_accesses_are_counted_by_memory(tmp_path: Path, boards: dict[str, Board]) -> None:
    flash = f"{POINT}ldr r1, [r0]\nldrb r1, [r0, #1]\nldr r1, =0x12345678"
    body = f"{flash}\nldmia r4, {{r1-r3}}\nstr r1, [r4]\npush {{r1, r2}}"
    for name in ("stm32l475", "mps2-an386"):
        counted = count(tmp_path, boards[name], body, TABLE)
        assert counted["flash_reads"] == 3
        assert counted["ram_accesses"] == 3 + 1 + 2
        assert "unmapped_accesses" not in counted


@pytest.mark.parametrize("name", ["stm32l475", "mps2-an386"])
def test_a_conditional_access_counts_when_it_happens(tmp_path: Path, boards: dict[str, Board], name: str) -> None:
    accesses = "ittt {0}\nldr{0} r0, =0x12345678\nstr{0} r0, [r4]\nldr{0} r0, [r4]"
    counted = count(tmp_path, boards[name], f"cmp r4, r4\n{accesses.format('ne')}")
    assert not counted.keys() & {"flash_reads", "ram_accesses"}
    counted = count(tmp_path, boards[name], f"cmp r4, r4\n{accesses.format('eq')}")
    assert (counted["flash_reads"], counted["ram_accesses"]) == (1, 2)


def test_vectors_are_transfers_of_words(tmp_path: Path, boards: dict[str, Board]) -> None:
    counted = count(tmp_path, boards["mps3-an547"], "vldrb.u8 q0, [r4]\nvldrw.u32 q1, [r4]\nvstrb.8 q0, [r4]")
    assert counted["ram_accesses"] == 12


@pytest.mark.parametrize("address", [0xE000E010, 0x40021000])
def test_devices_are_no_memory(tmp_path: Path, boards: dict[str, Board], address: int) -> None:
    counted = count(tmp_path, boards["stm32l475"], f"ldr r0, ={address:#x}\nldr r1, [r0]")
    assert counted["device_accesses"] == 1


def test_a_memory_that_the_board_does_not_list_is_told(tmp_path: Path, boards: dict[str, Board]) -> None:
    board = boards["stm32l475"]
    assert board.cost_model
    known = tuple(memory for memory in board.cost_model.memories if memory.name != "sram1")
    lacking = replace(board, cost_model=replace(board.cost_model, memories=known))
    counted = count(tmp_path, lacking, "ldr r0, =0x20000010\nldr r1, [r0]\nldr r1, [r0, #4]")
    assert counted["unmapped_accesses"] == 2
    assert counted["unmapped_address"] == 0x20000010
