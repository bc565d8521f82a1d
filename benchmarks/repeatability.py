"""Do the counts repeat, bit for bit, with the machine loaded? Do the layers add up to the whole inference?"""

from __future__ import annotations

from conditions import REPOSITORY, Discard, loaded_machine, print_conditions, print_figure

from harness.config import boards_files, load_boards, load_suite
from harness.measure import Bench, Job, Result, load_suite_vectors, run_model
from harness.model import read_model_file

RUNS = 5
VECTORS = 20


def counts(result: Result) -> tuple[float, ...]:
    """The instructions of the whole inference and of every layer."""
    quantities = [result.run.instructions, *(layer.instructions for layer in result.layers)]
    return tuple(quantity.value for quantity in quantities if quantity is not None)


def main() -> None:
    print_conditions()
    boards = load_boards(boards_files(REPOSITORY))
    suite = load_suite(REPOSITORY / "suites/digits/suite.toml")
    vectors = load_suite_vectors(suite.vectors).first(VECTORS)
    for name in ("stm32l475", "mps2-an386"):
        bench = Bench(boards[name])
        _ = bench.firmware
        for entry in suite.models.values():
            job = Job(suite.name, entry.variant, read_model_file(entry.path), vectors)
            with loaded_machine():
                runs = [counts(run_model(bench, job, Discard())) for _ in range(RUNS)]
            whole, *layers = runs[0]
            gap = abs(sum(layers) - whole) / whole
            print(f"          {name} {entry.variant}: {whole:,.0f} instructions, layers {sum(layers):,.0f}")
            print_figure(f"{name} {entry.variant}: layers against the whole", f"{gap:.4%}", "< 1 %", gap < 0.01)
            same = len(set(runs)) == 1
            print_figure(f"{name} {entry.variant}: {RUNS} runs, loaded, equal", "yes" if same else "no", "yes", same)


if __name__ == "__main__":
    main()
