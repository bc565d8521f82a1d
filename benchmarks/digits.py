"""How long the digits suite takes on emulated stm32l475, and how much of that is the harness's own.

The harness's own share is the wall time of the whole pytest run less that of the same inferences run in a loop inside
the firmware, on the same emulator, with nothing on the line.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time

from conditions import REPOSITORY, print_conditions, print_figure
from msgspec.structs import replace

from harness.build import build_firmware
from harness.config import Board, boards_files, load_boards, load_suite
from harness.measure import Bench, load_suite_vectors
from harness.model import encode_inputs, read_model_file

RUNS = 3
# What only the project's own tests need: `make setup` does not install these, and hypothesis takes a second to load.
WITHOUT = ["-p", "no:hypothesispytest", "-p", "no:xdist"]


def pytest_seconds(*arguments: str) -> float:
    """The shortest wall time of `RUNS` runs after a first one that warms caches."""
    seconds = []
    for _ in range(RUNS + 1):
        with tempfile.TemporaryDirectory() as reports:
            begin = time.perf_counter()
            command = [sys.executable, "-m", "pytest", "-q", *WITHOUT, f"--reports-dir={reports}", *arguments]
            subprocess.run(command, cwd=REPOSITORY, check=True, stdout=subprocess.DEVNULL)
            seconds.append(time.perf_counter() - begin)
    return min(seconds[1:])


def loop_seconds(board: Board) -> float:
    """The wall time of the suite's inferences in a loop inside the firmware, all variants.

    Without a cost model: cycles are not counted while vectors stream, and would be in this window.
    """
    bench = Bench(replace(board, cost_model=None))
    suite = load_suite(REPOSITORY / "suites/digits/suite.toml")
    vectors = load_suite_vectors(suite.vectors)
    total = 0.0
    for entry in suite.models.values():
        model = read_model_file(entry.path)
        vector = encode_inputs(vectors.first(1).inputs, model)[0]
        with bench.load(model) as (device, _):
            begin = time.perf_counter()
            device.time(vector, count=len(vectors))
            total += time.perf_counter() - begin
    return total


def rebuild_seconds(bench: Bench) -> float:
    begin = time.perf_counter()
    build_firmware(bench.board, bench.engine)
    return time.perf_counter() - begin


def main() -> None:
    print_conditions()
    bench = Bench(load_boards(boards_files(REPOSITORY))["stm32l475"])
    build_id = bench.firmware.build_id
    wall = pytest_seconds("suites/digits", "--board=stm32l475")
    loop = min(loop_seconds(bench.board) for _ in range(RUNS))
    share = (wall - loop) / wall
    collect = pytest_seconds("suites", "--collect-only", "--board=stm32l475")
    rebuild = rebuild_seconds(bench)
    print(f"          wall {wall:.2f} s, the same inferences inside the firmware {loop:.2f} s")
    print_figure("digits, all variants, whole pytest run", f"{wall:.2f} s", "< 15 s", wall < 15)
    print_figure("the harness's own share", f"{share:.1%}", "< 20 %", share < 0.20)
    print_figure("pytest --collect-only suites", f"{collect:.2f} s", "< 1 s", collect < 1)
    print_figure("no-change rebuild", f"{rebuild:.2f} s", "< 1 s", rebuild < 1)
    same = build_firmware(bench.board, bench.engine).build_id == build_id
    print_figure("switching models rebuilds nothing (same build id)", "yes" if same else "no", "yes", same)


if __name__ == "__main__":
    main()
