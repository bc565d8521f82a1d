"""Small programs in assembly that run in QEMU between two marks, and what the cycle plugin counts of them."""

from __future__ import annotations

import struct
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.build import build_cycle_plugin
from harness.config import Board, CostModel, EmulatedTarget
from harness.target.cost_file import cost_file_text

COUNTERS = (
    *("instructions", "cycles"),
    *("alu", "multiply", "divide", "load", "store", "branch", "float", "vector", "system"),
    *("fetch_stalls", "data_stalls"),
    *("flash_reads", "ram_accesses", "device_accesses", "unmapped_accesses", "unmapped_address"),
)
NO_REGION = 0xFFFFFFFF
_MAILBOX = struct.Struct(f"<II{len(COUNTERS)}Q")
_FPUS = {"cortex-m4f": "fpv4-sp-d16", "cortex-m7": "fpv5-sp-d16", "cortex-m33": "fpv5-sp-d16"}
_SECONDS = 60.0

BEGIN = "mov r9, r9"
END = "mov r10, r10"

_ENABLE_FPU = """
    ldr r0, =0xE000ED88
    ldr r1, [r0]
    ldr r2, =0x00F00000
    orr r1, r2
    str r1, [r0]
    dsb
    isb"""

# Vectors, the regions, and behind them what writes the mailbox to standard output: semihosting's SYS_OPEN, SYS_WRITE
# and SYS_EXIT (github.com/ARM-software/abi-aa, semihosting).
_PROGRAM = """
    .syntax unified
    {architecture}
    .thumb
    .text
    .global _start
    .word {stack_top}
    .rept 15
    .word _start + 1
    .endr
    .balign 16
    .thumb_func
_start:{enable_fpu}
    ldr r4, ={ram}
    ldr r5, =0x01020304
    mov r12, r12
    b body
body:
    {body}
    b publish_all
    .ltorg
    .balign 8
publish_all:
    ldr r6, ={reads}
publish:
    bl next
    ldr r0, =terminal
    mov r1, r0
    movs r0, #1
    bkpt 0xAB
    ldr r4, ={ram}
    str r0, [r4]
    ldr r0, =mailbox
    str r0, [r4, #4]
    movs r0, #{mailbox_bytes}
    str r0, [r4, #8]
    mov r1, r4
    movs r0, #5
    bkpt 0xAB
    subs r6, #1
    bne publish
    ldr r1, =0x20026
    movs r0, #0x18
    bkpt 0xAB
    b .
    .ltorg
    .balign 8
    .thumb_func
next:
    mov r11, r11
    bx lr
    .balign 8
mailbox:
    .space {mailbox_bytes}
name:
    .asciz ":tt"
    .balign 4
terminal:
    .word name, 4, 3
{data}
"""


@dataclass(frozen=True)
class Reading:
    """What the mailbox held. `counters` has those that are not 0."""

    version: int
    index: int
    counters: dict[str, int]


def run_program(folder: Path, board: Board, body: str, *, reads: int = 1, data: str = "") -> list[Reading]:
    """Run `body` on `board`, of whose cost model the plugin gets a file, and read the mailbox `reads` times.

    In `body`, r4 is the start of RAM, and a `mov r12, r12` has just been executed; it may use every register but sp.
    """
    elf = assemble(folder, board, program(board, body, reads=reads, data=data))
    done = run_qemu(folder, board, elf, build_cycle_plugin())
    assert done.returncode == 0, done.stderr.decode()
    return [_reading(part) for part in _mailboxes(done.stdout)]


def program(board: Board, body: str, *, reads: int = 1, data: str = "") -> str:
    """The assembly around `body`, which it jumps to from the reset mark."""
    return _PROGRAM.format(**_values(board), body=body, reads=reads, data=data)


def assemble(folder: Path, board: Board, text: str) -> Path:
    """The linked program."""
    code = board.firmware.code
    assert code
    assert code.address is not None
    source, elf = folder / "program.s", folder / "program.elf"
    source.write_text(text)
    linker = ["-nostdlib", f"-Wl,-Ttext={code.address:#x}"]
    flags = ["-mcpu=cortex-m55"] if board.core == "cortex-m55" else []
    subprocess.run(["arm-none-eabi-gcc", *flags, "-mthumb", *linker, str(source), "-o", str(elf)], check=True)
    return elf


def count(folder: Path, board: Board, body: str, data: str = "") -> dict[str, int]:
    """The counters of one region that holds `body`."""
    (reading,) = run_program(folder, board, f"b 1f\n.ltorg\n.balign 32\n1: {BEGIN}\n{body}\n{END}", data=data)
    assert (reading.version, reading.index) == (1, 0)
    return reading.counters


def run_qemu(folder: Path, board: Board, elf: Path, plugin: Path) -> subprocess.CompletedProcess[bytes]:
    """QEMU with the plugin, on a program that ends by itself."""
    assert board.cost_model
    return run_qemu_with(folder, board, elf, [f"{plugin},costs={write_costs(folder, board.cost_model)}"])


def run_qemu_with(folder: Path, board: Board, elf: Path, plugins: Sequence[str]) -> subprocess.CompletedProcess[bytes]:
    target = board.targets["emulated"]
    assert isinstance(target, EmulatedTarget)
    command = [
        *("qemu-system-arm", "-machine", target.machine, "-display", "none", "-monitor", "none", "-serial", "null"),
        *("-icount", f"shift={target.icount_shift}", "-semihosting-config", "enable=on,target=native"),
        *("-kernel", str(elf), *(part for plugin in plugins for part in ("-plugin", plugin))),
    ]
    return subprocess.run(command, cwd=folder, capture_output=True, timeout=_SECONDS, check=False)


def write_costs(folder: Path, model: CostModel) -> Path:
    path = folder / "costs.txt"
    path.write_text(cost_file_text(model))
    return path


def architecture(core: str) -> str:
    """What the assembler must be told; Debian's knows no cortex-m55 by name."""
    if core == "cortex-m55":
        return ".arch armv8.1-m.main\n.arch_extension mve.fp\n.arch_extension fp.dp"
    lines = [f".cpu {core.removesuffix('f')}"]
    if core in _FPUS:
        lines.append(f".fpu {_FPUS[core]}")
    return "\n".join(lines)


def _values(board: Board) -> dict[str, object]:
    data = board.firmware.data
    assert data and data.address is not None
    has_fpu = board.core in _FPUS or board.core == "cortex-m55"
    return {
        "architecture": architecture(board.core),
        "enable_fpu": _ENABLE_FPU if has_fpu else "",
        "stack_top": data.address + data.bytes,
        "ram": data.address,
        "mailbox_bytes": _MAILBOX.size,
    }


def _mailboxes(data: bytes) -> list[bytes]:
    return [data[start : start + _MAILBOX.size] for start in range(0, len(data), _MAILBOX.size)]


def _reading(data: bytes) -> Reading:
    version, index, *values = _MAILBOX.unpack(data)
    return Reading(version, index, {name: value for name, value in zip(COUNTERS, values, strict=True) if value})
