"""How far the estimate of a model that does not run lies from what a run of it gives: the suites' models, and others.

python benchmarks/static_estimates.py [MODEL…] [--board stm32l475]
"""

from __future__ import annotations

import argparse
from pathlib import Path

from conditions import REPOSITORY, print_conditions

from harness.config import boards_files, load_boards, pick_boards
from harness.measure import Bench, estimate_boards
from harness.measure.static_cost import static_cost
from harness.model import read_model_file


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="*", type=Path, default=sorted((REPOSITORY / "suites").glob("*/*.tflite")))
    parser.add_argument("--board", default="stm32l475", help="one or more, with commas between them")
    arguments = parser.parse_args()
    print_conditions()
    known = load_boards(boards_files(REPOSITORY))
    benches = [Bench(board) for board in pick_boards(known, [arguments.board])]
    for path in arguments.models:
        model = read_model_file(path)
        for found in estimate_boards(model, benches, known):
            static = static_cost(model, found.board, found.engine, known)
            if found.cycles is not None and found.run is not None and static is not None:
                ratio = static.cycles / found.cycles.value
                run, estimated = f"{found.cycles.value:,} cycles", f"estimated {static.cycles:,.0f}"
                print(f"{path.name:32} {found.board.name:12} {run:>20} {estimated:>24} {ratio:6.2f}x")


if __name__ == "__main__":
    main()
