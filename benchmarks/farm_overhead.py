"""What the way over a farm adds to each item, against an emulated board of this computer."""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

from conditions import REPOSITORY, Discard, print_conditions, print_figure

from harness.config import boards_files, load_boards, load_suite
from harness.config.farm import FarmOptions
from harness.measure import Bench, Job, load_suite_vectors, run_model
from harness.model import read_model_file
from harness.standin.farm import DemoFarm

BOARDS = ("stm32l475", "mps2-an386")
SUITE, VARIANT = "digits", "int8"
ITEMS = 9
FEW, MANY = 20, 100  # vectors
LIMIT_S = 0.5


def suite_job(vectors: int) -> Job:
    suite = load_suite(REPOSITORY / "suites" / SUITE / "suite.toml")
    model = read_model_file(suite.models[VARIANT].path)
    return Job(SUITE, VARIANT, model, load_suite_vectors(suite.vectors).first(vectors))


def run_s(bench: Bench, job: Job) -> float:
    begin_s = time.perf_counter()
    run_model(bench, job, Discard())
    return time.perf_counter() - begin_s


def compare(local: Bench, farm: Bench, vectors: int) -> None:
    """Items in turn, here and there: what else this computer does slows both."""
    job = suite_job(vectors)
    _ = local.firmware, farm.firmware
    first_local_s, first_farm_s = run_s(local, job), run_s(farm, job)
    pairs = [(run_s(local, job), run_s(farm, job)) for _ in range(ITEMS)]
    local_s, farm_s = (statistics.median(times) for times in zip(*pairs, strict=True))
    name = f"{local.board.name}, items of {vectors} vectors"
    print(f"          {name}: {local_s:.3f} s here, {farm_s:.3f} s on the farm, medians of {ITEMS}")
    print(f"          the first item: {first_local_s:.3f} s here, {first_farm_s:.3f} s with the lease and the flashing")
    added_s = farm_s - local_s
    print_figure(f"added to an item, {name}", f"{added_s:+.3f} s", f"< {LIMIT_S:g} s", added_s < LIMIT_S)


def main() -> None:
    print_conditions()
    known = load_boards(boards_files(REPOSITORY))
    boards = [known[name] for name in BOARDS]
    with tempfile.TemporaryDirectory(prefix="tinyhil-") as folder, DemoFarm(boards, 2, (), Path(folder)) as farm:
        for board in boards:
            for vectors in (FEW, MANY):
                there = Bench(board, target="farm", farm=FarmOptions(farm.address))
                compare(Bench(board), there, vectors)
                there.close()


if __name__ == "__main__":
    main()
