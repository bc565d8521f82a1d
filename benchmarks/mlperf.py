"""MLPerf Tiny's keyword spotting and anomaly detection: instructions, arena and flash of each engine.

    python benchmarks/mlperf.py FOLDER [--engine builtin,tflm,tflm-ref]

FOLDER (default: what TINYHIL_MLPERF_DIR names) holds kws_ref_model.tflite, ad01_int8.tflite and ad01_fp32.tflite of
github.com/mlcommons/tiny. Only `builtin` is held to the figures; the exit code is 1 where it misses one.
"""

from __future__ import annotations

import argparse
import itertools
import os
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from conditions import REPOSITORY, Discard, print_conditions, print_figure
from dequantize import dequantized

from harness.config import boards_files, choose_engines, load_boards
from harness.measure import Bench, Job, Result, random_vectors, run_model
from harness.model import Model, read_model_file

JUDGED = "builtin"
ARENA_ALLOWANCE = 1.05


@dataclass(frozen=True)
class Case:
    """A model with what `builtin` may need at most.

    `tflm_arena_bytes` is what TensorFlow Lite Micro with reference kernels records for it on a 32-bit core.
    """

    name: str
    file: str
    board: str
    instructions: int
    tflm_arena_bytes: int
    read: Callable[[Path], Model] = read_model_file


CASES = [
    Case("keyword spotting int8", "kws_ref_model.tflite", "stm32l475", 7_000_000, 22_772),
    Case("anomaly detection int8", "ad01_int8.tflite", "stm32l475", 530_000, 2_260),
    Case("keyword spotting float32", "kws_ref_model.tflite", "stm32l475", 34_500_000, 70_736, dequantized),
    # Larger than the STM32L475's model slot.
    Case("anomaly detection float32", "ad01_fp32.tflite", "mps2-an386", 1_360_000, 4_528),
]


@dataclass(frozen=True)
class Needs:
    """What one inference takes."""

    instructions: int
    per_mac: float
    arena_bytes: int
    flash_bytes: int

    @classmethod
    def of(cls, result: Result) -> Needs:
        run = result.run
        assert run.instructions and run.arena_bytes and run.macs and run.firmware_flash_bytes
        count = run.instructions.value
        return cls(round(count), count / run.macs, round(run.arena_bytes.value), round(run.firmware_flash_bytes.value))


def run(case: Case, folder: Path, bench: Bench) -> Result:
    model = case.read(folder / case.file)
    return run_model(bench, Job("mlperf", case.name, model, random_vectors(model, 1), repeats=1), Discard())


def ops(result: Result) -> Iterator[str]:
    """Instructions by type of op, the largest first."""
    instructions: dict[str, float] = defaultdict(float)
    macs: dict[str, int] = defaultdict(int)
    for layer in result.layers:
        assert layer.instructions is not None
        instructions[layer.op] += layer.instructions.value
        macs[layer.op] += layer.macs or 0
    for op, count in sorted(instructions.items(), key=lambda item: -item[1]):
        yield f"{op:20} {count:>12,.0f}" + (f"  {count / macs[op]:6.2f} per MAC" if macs[op] else "")


def report(case: Case, engine: str, result: Result) -> bool:
    """Print what a run needed; whether that is within the figures, where they count."""
    needs = Needs.of(result)
    print(f"\n{case.name}, {engine} on {case.board}: {needs.instructions:,} instructions, {needs.per_mac:.2f} per MAC,")
    print(f"  arena {needs.arena_bytes:,} bytes, firmware {needs.flash_bytes:,} bytes of flash")
    for line in ops(result):
        print(f"    {line}")
    if engine != JUDGED:
        return True
    arena_limit = int(case.tflm_arena_bytes * ARENA_ALLOWANCE)
    fast, small = needs.instructions <= case.instructions, needs.arena_bytes <= arena_limit
    print_figure(f"{case.name}: instructions", f"{needs.instructions:,}", f"<= {case.instructions:,}", fast)
    print_figure(f"{case.name}: arena bytes", f"{needs.arena_bytes:,}", f"<= {arena_limit:,}", small)
    return fast and small


def print_table(results: Sequence[tuple[Case, Result]]) -> None:
    """All runs in Markdown, as docs/engines.md shows them."""
    print("\n| model | board | engine | instructions | per MAC | arena bytes | flash bytes |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for case, result in results:
        needs = Needs.of(result)
        sizes = f"{needs.arena_bytes:,} | {needs.flash_bytes:,}"
        cost = f"{needs.instructions:,} | {needs.per_mac:.2f}"
        print(f"| {case.name} | {case.board} | `{result.run.engine}` | {cost} | {sizes} |")
    versions = dict.fromkeys(f"{result.run.engine}: {result.run.engine_version}" for _, result in results)
    print("\n" + "\n".join(versions))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?", default=os.environ.get("TINYHIL_MLPERF_DIR"))
    parser.add_argument("--engine", default=JUDGED, help="one or more, with commas between them")
    arguments = parser.parse_args()
    if arguments.folder is None:
        parser.error("name the folder with the models, or set TINYHIL_MLPERF_DIR")
    print_conditions()
    boards = load_boards(boards_files(REPOSITORY))
    reached, results = True, []
    for case, engine in itertools.product(CASES, choose_engines(arguments.engine, JUDGED)):
        result = run(case, Path(arguments.folder), Bench(boards[case.board], engine.name))
        reached &= report(case, engine.name, result)
        results.append((case, result))
    print_table(results)
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main())
