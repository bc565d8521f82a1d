"""Cycles of a few instructions on each core, against sums by hand of the figures in firmware/emulator/cores.toml."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.cost_program import count

from harness.config import Board

LOOP_OF_100 = "movs r0, #100\n1: subs r0, #1\nbne 1b"
CALL = "bl 2f\nb 3f\n2: bx lr\n3:"
TWO_LOADS = "ldr r0, [r4]\nldr r1, [r4, #4]"

CYCLES = [
    ("microbit", "adds r0, #1\nadds r0, #1", 2),
    ("microbit", "ldr r0, [r4]\nstr r0, [r4]\nldr r1, [r4, #4]", 2 + 2 + 2),
    ("microbit", "push {r0-r3}\npop {r0-r3}", 5 + 5),
    ("microbit", "muls r0, r0", 1),
    ("microbit", CALL, 4 + 3 + 3),
    ("microbit", LOOP_OF_100, 1 + 100 + 99 * 3 + 1),
    ("mps2-an385", LOOP_OF_100, 1 + 100 + 99 * 2 + 1),
    ("mps2-an385", "ldr r0, [r4]\nldr r1, [r4, #4]\nldr r2, [r4, #8]", 2 + 1 + 1),
    ("mps2-an385", f"{TWO_LOADS}\nadds r1, #1", 2 + 1 + 1),  # a load behind a load is as long on the way as one alone
    ("mps2-an385", "str r4, [r4]\nldr r0, [r4]\nldr r1, [r0]", 1 + 2 + 2),  # the second needs what the first loads
    ("mps2-an385", "adds r1, r4, #4\nldr r0, [r1]", 1 + 1 + 2),  # a cycle until the sum can be an address
    ("mps2-an385", "movs r1, #4\nadds r0, #1\nstr r0, [r4, r1]", 1 + 1 + 2),
    ("mps2-an385", "mla r0, r1, r2, r3\nsmull r0, r1, r2, r3", 2 + 4),
    ("mps2-an385", CALL, 2 + 3 + 2),
    ("mps2-an385", "movs r0, #0\ncmp r0, #0\nite eq\naddeq r1, #1\naddne r1, #1", 5),
    ("mps2-an385", "ldrd r0, r1, [r4]\nstmia r4, {r0-r2}", 3 + 4),
    ("mps2-an386", "smlad r0, r1, r2, r3\nsmull r0, r1, r2, r3\nmla r0, r1, r2, r3", 3),
    ("mps2-an386", "vfma.f32 s0, s1, s2\nvfma.f32 s3, s1, s2", 3 + 3),
    ("mps2-an386", "vfma.f32 s0, s1, s2\nvfma.f32 s0, s1, s2", 3 + 1 + 3),  # waits for the sum
    ("mps2-an386", "vdiv.f32 s0, s1, s2\nadds r0, #1\nadds r1, #1\nvadd.f32 s3, s0, s1", 15 + 1),  # integers go on
    ("mps2-an386", "vldr s0, [r4]\nvldr s1, [r4, #4]", 2 + 1),
    ("mps2-an386", "nop\nb 2f\nnop\n2: mov.w r0, #0x1000", 1 + 2 + 1),
    ("mps2-an386", "nop\nb 2f\nnop\nnop\n2: mov.w r0, #0x1000", 1 + 2 + 1 + 1),  # not word aligned
    ("mps2-an386", "nop\nnop\nnop\ncbz r4, 2f\n2: mov.w r0, #0x1000", 3 + 1 + 1),  # the same, but not jumped to
    ("mps2-an500", "adds r0, #1\nadds r1, #1", 1),
    ("mps2-an500", "adds r0, #1\nadds r0, #1", 2),
    ("mps2-an500", TWO_LOADS, 1),
    ("mps2-an500", "ldr r0, [r4]\nadds r0, #1", 2 + 1),
    ("mps2-an500", "mul r0, r1, r2\nmul r3, r1, r2", 2),
    ("mps2-an500", "mul r0, r1, r2\nadds r3, #1", 1),
    ("mps2-an500", LOOP_OF_100, 2 + 99 + 6),  # the loop's end is predicted wrong
    ("mps2-an505", "adds r0, #1\nadds r1, #1", 1),
    ("mps2-an505", "ands r0, r1\nands r2, r3", 2),
    ("mps2-an505", "ldr r0, [r4]\nadds r0, #1", 1 + 1 + 1),
    ("mps2-an505", LOOP_OF_100, 2 + 99 + 99),
    ("mps3-an547", "vldrb.u8 q0, [r4]\nvldrb.u8 q1, [r4]", 2 + 1),
    ("mps3-an547", "vldrb.u8 q0, [r4]\nvadd.i8 q1, q2, q3\nvmul.i8 q4, q5, q6", 3),
    ("mps3-an547", "movs r0, #10\ndls lr, r0\n1: adds r1, #1\nadds r2, #1\nle lr, 1b", 1 + 1 + 10),
]


@pytest.mark.parametrize(("name", "body", "cycles"), CYCLES)
def test_cycles(tmp_path: Path, boards: dict[str, Board], name: str, body: str, cycles: int) -> None:
    assert count(tmp_path, boards[name], body)["cycles"] == cycles


@pytest.mark.parametrize("name", ["microbit", "mps2-an385", "mps2-an386", "mps2-an500", "mps2-an505", "mps3-an547"])
def test_every_instruction_is_counted_once(tmp_path: Path, boards: dict[str, Board], name: str) -> None:
    counted = count(tmp_path, boards[name], f"{LOOP_OF_100}\n{CALL}\n{TWO_LOADS}")
    assert counted["instructions"] == 1 + 2 * 100 + 3 + 2
    classes = ("alu", "multiply", "divide", "load", "store", "branch", "float", "vector", "system")
    assert counted["cycles"] == sum(counted.get(name, 0) for name in classes)
    assert counted["ram_accesses"] == 2


def test_a_return_that_is_not_taken_costs_less_where_it_counts(tmp_path: Path, boards: dict[str, Board]) -> None:
    counted = count(tmp_path, boards["mps2-an385"], "cmp r4, r4\nit ne\npopne {r0, pc}\nnop")
    assert (counted["load"], counted["cycles"]) == (1 + 2, 1 + 1 + (1 + 2) + 1)


def test_branches_that_are_not_taken_are_told_from_those_that_are(tmp_path: Path, boards: dict[str, Board]) -> None:
    """The branch to the code right behind it is taken, and costs what a taken one costs."""
    board = boards["microbit"]
    assert count(tmp_path, board, "cmp r4, r4\nbne 2f\nnop\n2:")["cycles"] == 1 + 1 + 1
    assert count(tmp_path, board, "cmp r4, r4\nbeq 2f\nnop\n2:")["cycles"] == 1 + 3
    assert count(tmp_path, board, "movs r0, #2\n1: subs r0, #1\nbeq 2f\nb 1b\n2:")["cycles"] == 1 + 2 + 1 + 3 + 3
