"""The decoder on instructions that the assembler makes: their kind, registers and what else their cost depends on."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from support.cost_program import architecture

from harness.paths import firmware_dir

HERE = Path(__file__).parent
_LISTED = re.compile(r"\s*\d+ ([0-9a-f]{4}) ([0-9A-F]{4}|[0-9A-F]{8})\s+(.+)")

# Instruction: kind, sources, address registers, destinations, and words of what else it says.
BASE = {
    "movs r0, #1": ("alu", "", "", "r0", "narrow"),
    "movs r0, r1": ("alu", "r1", "", "r0", ""),
    "adds r0, r1, #1": ("alu", "r1", "", "r0", "narrow"),
    "adds r0, r1, r2": ("alu", "r1,r2", "", "r0", ""),
    "lsls r0, r1, #3": ("shift", "r1", "", "r0", ""),
    "lsrs r0, r1": ("shift", "r0,r1", "", "r0", ""),
    "cmp r0, #1": ("alu", "r0", "", "", ""),
    "cmp r8, r1": ("alu", "r1,r8", "", "", ""),
    "muls r0, r1, r0": ("multiply", "r0,r1", "", "r0", ""),
    "mvns r0, r1": ("alu", "r1", "", "r0", ""),
    "uxtb r0, r1": ("alu", "r1", "", "r0", "narrow"),
    "rev r0, r1": ("simd", "r1", "", "r0", ""),
    "mov r8, r1": ("alu", "r1", "", "r8", "narrow"),
    "add sp, #8": ("alu", "r13", "", "r13", "narrow"),
    "add r0, sp, #8": ("alu", "r13", "", "r0", ""),
    "ldr r0, [r1, #4]": ("load", "", "r1", "r0", "accesses=1"),
    "ldrsb r0, [r1, r2]": ("load", "", "r1,r2", "r0", "accesses=1"),
    "ldr r0, [sp, #4]": ("load", "", "r13", "r0", "stack"),
    "ldr r0, .+8": ("load", "", "", "r0", "literal="),
    "strb r0, [r1]": ("store", "r0", "r1", "", "accesses=1"),
    "strh r0, [r1, r2]": ("store_indexed", "r0", "r1,r2", "", ""),
    "ldmia r0!, {r1, r2}": ("load_multiple", "", "r0", "r0,r1,r2", "updates=r0 registers=2 accesses=2"),
    "stmia r0!, {r1, r2}": ("store_multiple", "r1,r2", "r0", "r0", "updates=r0"),
    "push {r0, lr}": ("store_multiple", "r0,r14", "r13", "r13", "registers=2"),
    "pop {r0, pc}": ("load_multiple", "", "r13", "r0,r13,r15", "registers=2 accesses=2 stack leaves"),
    "b .+8": ("branch", "", "", "", "leaves narrow"),
    "beq .+8": ("branch", "", "", "", "leaves? narrow"),
    "bl .+8": ("branch_link", "", "", "r14", "leaves"),
    "bx lr": ("branch_indirect", "r14", "", "", "leaves"),
    "blx r3": ("branch_indirect", "r3", "", "r14", "leaves"),
    "mov pc, r1": ("branch_indirect", "r1", "", "r15", "leaves"),
    ".inst.n 0xBF00": ("nop", "", "", "", "narrow"),
    "cpsid i": ("system", "", "", "", ""),
    "svc #0": ("system", "", "", "", ""),
    "dsb": ("barrier", "", "", "", ""),
    "mrs r0, primask": ("system", "", "", "r0", ""),
    "mov r12, r12": ("alu", "r12", "", "r12", "mark=1"),
    "mov r9, r9": ("alu", "r9", "", "r9", "mark=2"),
    "mov r10, r10": ("alu", "r10", "", "r10", "mark=3"),
    "mov r11, r11": ("alu", "r11", "", "r11", "mark=4"),
}
MAINLINE = {
    "cbz r0, .+8": ("branch", "r0", "", "", "leaves?"),
    "itte eq\nmoveq r0, #1\nmoveq r1, #1\nmovne r2, #1": ("nop", "", "", "", "predicated=3"),
    "add.w r0, r1, r2": ("alu", "r1,r2", "", "r0", ""),
    "add.w r0, r1, r2, lsl #2": ("alu_shift", "r1,r2", "", "r0", ""),
    "lsl.w r8, r1, #2": ("shift", "r1", "", "r8", ""),
    "movw r0, #0x1234": ("alu", "", "", "r0", ""),
    "movt r0, #0x1234": ("alu", "r0", "", "r0", ""),
    "ubfx r0, r1, #3, #4": ("alu_shift", "r1", "", "r0", ""),
    "bfi r0, r1, #3, #4": ("alu_shift", "r0,r1", "", "r0", ""),
    "ssat r0, #8, r1": ("simd", "r1", "", "r0", ""),
    "clz r0, r1": ("simd", "r1", "", "r0", ""),
    "sxtb.w r8, r1": ("alu", "r1", "", "r8", ""),
    "mla r0, r1, r2, r3": ("multiply_add", "r1,r2,r3", "", "r0", ""),
    "mul r8, r1, r2": ("multiply", "r1,r2", "", "r8", ""),
    "smull r0, r1, r2, r3": ("multiply_long", "r2,r3", "", "r0,r1", ""),
    "smlal r0, r1, r2, r3": ("multiply_long_add", "r0,r1,r2,r3", "", "r0,r1", ""),
    "sdiv r0, r1, r2": ("divide", "r1,r2", "", "r0", ""),
    "udiv r0, r1, r2": ("divide", "r1,r2", "", "r0", ""),
    "ldr.w r0, [r1, #400]": ("load", "", "r1", "r0", ""),
    "ldr r0, [r1], #4": ("load", "", "r1", "r0,r1", "updates=r1"),
    "ldrb r0, [r1, r2, lsl #2]": ("load", "", "r1,r2", "r0", ""),
    "ldr pc, [r1]": ("load_pc", "", "r1", "", "leaves"),
    "str r0, [r1, #-4]!": ("store", "r0", "r1", "r1", "updates=r1"),
    "str.w r0, [r1, r2, lsl #2]": ("store_indexed", "r0", "r1,r2", "", ""),
    "ldrd r0, r1, [r2, #8]": ("load_double", "", "r2", "r0,r1", "registers=2 accesses=2"),
    "strd r0, r1, [r2, #8]!": ("store_double", "r0,r1", "r2", "r2", "updates=r2"),
    "ldrex r0, [r1]": ("load", "", "r1", "r0", ""),
    "ldmdb r0!, {r1, r8}": ("load_multiple", "", "r0", "r0,r1,r8", "registers=2"),
    "tbb [r0, r1]": ("branch_table", "", "r0,r1", "", "accesses=1"),
    "beq.w .+8": ("branch", "", "", "", "leaves?"),
    "pld [r0]": ("nop", "", "", "", "accesses=0"),
}
DSP = {
    "smlad r0, r1, r2, r3": ("multiply_add", "r1,r2,r3", "", "r0", ""),
    "smlabb r0, r1, r2, r3": ("multiply_add", "r1,r2,r3", "", "r0", ""),
    "sxtb16 r0, r1, ror #8": ("simd", "r1", "", "r0", ""),
    "uadd8 r0, r1, r2": ("simd", "r1,r2", "", "r0", ""),
    "pkhbt r0, r1, r2, lsl #16": ("alu_shift", "r1,r2", "", "r0", ""),
    "smmulr r0, r1, r2": ("multiply", "r1,r2", "", "r0", ""),
}
FLOAT = {
    "vadd.f32 s0, s1, s2": ("float_add", "s1,s2", "", "s0", ""),
    "vmul.f32 s31, s1, s2": ("float_multiply", "s1,s2", "", "s31", ""),
    "vfma.f32 s0, s1, s2": ("float_multiply_add", "s0,s1,s2", "", "s0", ""),
    "vmls.f32 s0, s1, s2": ("float_multiply_add", "s0,s1,s2", "", "s0", ""),
    "vdiv.f32 s0, s1, s2": ("float_divide", "s1,s2", "", "s0", ""),
    "vsqrt.f32 s0, s1": ("float_square_root", "s1", "", "s0", ""),
    "vcvt.s32.f32 s0, s1": ("float_convert", "s1", "", "s0", ""),
    "vcmp.f32 s0, s1": ("float_add", "s0,s1", "", "", ""),
    "vabs.f32 s0, s1": ("float_move", "s1", "", "s0", ""),
    "vmov.f32 s0, #1.0": ("float_move", "", "", "s0", ""),
    "vmov s0, r1": ("float_move", "r1", "", "s0", ""),
    "vmov r1, s3": ("float_move", "s3", "", "r1", ""),
    "vmov d0, r1, r2": ("float_move", "r1,r2", "", "s0,s1", "registers=2"),
    "vmrs apsr_nzcv, fpscr": ("float_move", "", "", "", ""),
    "vldr s0, [r1, #4]": ("float_load", "", "r1", "s0", "registers=1 accesses=1"),
    "vldr d1, [r1, #8]": ("float_load", "", "r1", "s2,s3", "registers=2 accesses=2"),
    "vstr s0, [sp]": ("float_store", "s0", "r13", "", "stack"),
    "vldmia r0!, {s4-s6}": ("float_load_multiple", "", "r0", "r0,s4,s5,s6", "updates=r0 registers=3"),
    "vpush {d8}": ("float_store_multiple", "s16,s17", "r13", "r13", "registers=2"),
}
VECTOR = {
    "vldrb.u8 q1, [r0], #16": ("vector_load", "", "r0", "r0,s4,s5,s6,s7", "updates=r0 registers=0 accesses=4"),
    "vstrw.32 q0, [r1]": ("vector_store", "s0,s1,s2,s3", "r1", "", "accesses=4"),
    "vldrb.u8 q0, [r0, q1]": ("vector_gather", "s4,s5,s6,s7", "r0", "s0,s1,s2,s3", ""),
    "vld20.8 {q0, q1}, [r0]": ("vector_load", "", "r0", "s0,s1,s2,s3", ""),
    "vadd.i8 q0, q1, q1": ("vector_integer", "s4,s5,s6,s7", "", "s0,s1,s2,s3", ""),
    "vmax.s8 q0, q1, q1": ("vector_integer", "s4,s5,s6,s7", "", "s0,s1,s2,s3", ""),
    "vqmovnb.s16 q0, q1": ("vector_integer", None, "", "s0,s1,s2,s3", ""),
    "vshl.i32 q0, q1, #3": ("vector_integer", "s4,s5,s6,s7", "", "s0,s1,s2,s3", ""),
    "vdup.8 q1, r2": ("vector_integer", "r2", "", "s4,s5,s6,s7", ""),
    "vmul.i8 q0, q1, q1": ("vector_multiply", None, "", "s0,s1,s2,s3", ""),
    "vmul.f32 q0, q1, q1": ("vector_multiply", None, "", "s0,s1,s2,s3", ""),
    "vfma.f32 q0, q1, r2": ("vector_multiply", None, "", "s0,s1,s2,s3", ""),
    "vqrdmulh.s32 q0, q1, r2": ("vector_multiply", None, "", "s0,s1,s2,s3", ""),
    "vcvt.f32.s32 q0, q1": ("vector_multiply", None, "", "s0,s1,s2,s3", ""),
    "vmladava.s8 r0, q1, q1": ("vector_multiply", "r0,s4,s5,s6,s7", "", "r0", ""),
    "vmlaldava.s16 r0, r1, q1, q1": ("vector_multiply", "r0,r1,s4,s5,s6,s7", "", "r0,r1", ""),
    "vaddv.s32 r2, q1": ("vector_multiply", None, "", "r2", ""),
    "vmaxv.s8 r0, q1": ("vector_integer", "r0,s4,s5,s6,s7", "", "r0", ""),
    "vabav.u8 r0, q1, q1": ("vector_integer", "r0,s4,s5,s6,s7", "", "r0", ""),
    "vcmp.s8 gt, q0, q0": ("vector_multiply", "s0,s1,s2,s3", "", "", ""),
    "vpst\nvaddt.i8 q0, q1, q1": ("vector_control", "", "", "", ""),
    "vctp.8 r0": ("vector_control", "r0", "", "", ""),
    "dls lr, r0": ("loop_start", "r0", "", "r14", "mark=0"),
    "wls lr, r0, .+8": ("loop_start", "r0", "", "r14", "leaves?"),
    "le lr, .-8": ("loop_end", "r14", "", "r14", "leaves?"),
    "csel r0, r1, r2, eq": ("alu", "r1,r2", "", "r0", ""),
    "vadd.f64 d0, d1, d1": ("float_double", "s2,s3", "", "s0,s1", ""),
    "vadd.f16 s0, s1, s2": ("float_add", "s1,s2", "", "s0", ""),
    "vmaxnm.f32 s0, s1, s2": ("float_add", "s1,s2", "", "s0", ""),
    "clrm {r0, r1}": ("alu", "", "", "r0,r1", "accesses=0"),
}
CORES = {
    "cortex-m0": BASE,
    "cortex-m0plus": BASE,
    "cortex-m3": BASE | MAINLINE,
    "cortex-m4f": BASE | MAINLINE | DSP | FLOAT,
    "cortex-m7": BASE | MAINLINE | DSP | FLOAT,
    "cortex-m33": BASE | MAINLINE | DSP | FLOAT,
    "cortex-m55": BASE | MAINLINE | DSP | FLOAT | VECTOR,
}


@pytest.fixture(scope="session")
def decoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    program = tmp_path_factory.mktemp("decoder") / "decode"
    sources = [HERE / "decode_driver.c", *sorted((firmware_dir() / "emulator").glob("thumb*.c"))]
    flags = ["-std=c11", "-O1", "-g", "-Wall", "-Wextra", "-Werror"]
    sanitizers = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
    include = f"-I{firmware_dir() / 'emulator'}"
    subprocess.run(["gcc", *flags, *sanitizers, include, *map(str, sources), "-o", str(program)], check=True)
    return program


def decode(decoder: Path, lines: list[str]) -> list[str]:
    done = subprocess.run([decoder], input="\n".join(lines), capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def assembled(folder: Path, core: str, instructions: list[str]) -> list[str]:
    """The first line of each, with its address and its code, as the decoder takes them."""
    source = folder / "vectors.s"
    # Each at an address of its own, and something behind the last, whose line would have the padding in it.
    body = "\n".join(f".balign 32\n{instruction}" for instruction in [*instructions, "nop"])
    source.write_text(f".syntax unified\n{architecture(core)}\n.thumb\n{body}\n")
    command = ["arm-none-eabi-as", "-al", str(source), "-o", "/dev/null"]
    listing = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    listed = {int(match[1], 16): match[2] for match in map(_LISTED.match, listing.splitlines()) if match}
    codes = [f"{address:x} {code}" for address, code in listed.items() if address % 32 == 0]
    return codes[: len(instructions)]


def lacking(expected: tuple[str, str | None, str, str, str], said: str) -> list[str]:
    """What the decoder should have said and did not."""
    kind, sources, addresses, destinations, words = expected
    wanted = [f"{kind} sources=", f" addresses={addresses} ", f" destinations={destinations} ", *words.split()]
    wanted += [] if sources is None else [f" sources={sources} "]
    return [part for part in wanted if part not in f"{said} "]


@pytest.mark.parametrize("core", CORES)
def test_instructions_of_a_core(tmp_path: Path, decoder: Path, core: str) -> None:
    vectors = CORES[core]
    codes = assembled(tmp_path, core, list(vectors))
    assert len(codes) == len(vectors)
    decoded = dict(zip(vectors, decode(decoder, codes), strict=True))
    assert {text: said for text, said in decoded.items() if lacking(vectors[text], said)} == {}


def test_no_code_makes_the_decoder_misbehave(decoder: Path) -> None:
    """Every first half with a few second halves: the sanitizers would stop it."""
    lines = [f"0 {half & 255:02x}{half >> 8:02x}" for half in range(0xE800)]
    seconds = (0x0000, 0xFFFF, 0x0F0F, 0xF0F0, 0x8FD1, 0xE012)
    for half in range(0xE800, 0x10000):
        lines += [f"0 {half & 255:02x}{half >> 8:02x}{second & 255:02x}{second >> 8:02x}" for second in seconds]
    assert len(decode(decoder, lines)) == len(lines)
