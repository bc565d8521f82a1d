"""A farm in bad weather: 16 emulated places, 4 runners, 200 items, and every 20 s something of a place is killed.

Mostly that is the emulator of a place that a runner has, every fourth time the exporter of its rack, which serves four
places. What of labgrid ended is started again after a second, as systemd does; an emulator by whoever has its place.

Lost is the time that items took longer which were attempted more than once, against the median of the others, of the
time that all items took. Whether other work slowed the machine down has little to do with it, unlike with the time on
the clock, which is printed with and without kills.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from conditions import REPOSITORY, print_conditions, print_figure

from harness.config import boards_files, load_boards
from harness.farm import Coordinator, FarmPlace
from harness.measure import Bench, RunRecord
from harness.report import read_session
from harness.standin.farm import DemoFarm
from harness.standin.farm_board import FarmBoard

BOARD = "stm32l475"
RESTART_S = 1.0
EXPORTER_EVERY = 4  # kills
MOST_LOST = 0.05

# The int8 digits, and three timed windows.
ITEMS = f"""
import pytest
from pathlib import Path
from harness.measure import load_suite_vectors

FOLDER = Path({str(REPOSITORY / "suites" / "digits")!r})
VECTORS = load_suite_vectors(FOLDER / "vectors.npz")

@pytest.mark.parametrize("number", range(COUNT))
def test_item(number, run_model):
    run_model(FOLDER / "digits_int8.tflite", VECTORS.inputs[0], VECTORS.labels)
    Path(__file__).with_name(str(number) + ".done").touch()
"""


@dataclass(frozen=True)
class Scale:
    """How much of what. `items` are those of all runners."""

    places: int = 16
    runners: int = 4
    items: int = 200
    vectors: int = 150
    kill_every_s: float = 20.0

    def __str__(self) -> str:
        return (
            f"{self.places} places, {self.runners} runners, {self.items} items of {self.vectors} vectors, "
            f"a kill every {self.kill_every_s:g} s"
        )


@dataclass(frozen=True)
class Item:
    """What one runner says of one item, and what stands in its session."""

    name: str
    passed: bool
    took_s: float
    runs: tuple[RunRecord, ...]

    @property
    def is_final(self) -> bool:
        return self.passed and [run.outcome for run in self.runs] == ["passed"]

    @property
    def retries(self) -> int:
        return sum(run.attempts - 1 for run in self.runs)


@dataclass(frozen=True)
class Outcome:
    """What all runners did together.

    Attributes:
        held: places that somebody has at the end.
        errors: what runners said that failed.
    """

    items: list[Item]
    wall_s: float
    held: list[FarmPlace]
    errors: list[str]

    @property
    def retried(self) -> list[Item]:
        return [item for item in self.items if item.retries]

    @property
    def answers(self) -> set[tuple[object, ...]]:
        """What must not depend on where and when an item ran."""
        return {(run.accuracy, run.instructions, run.cycles, run.vectors) for item in self.items for run in item.runs}

    @property
    def lost(self) -> float:
        """Of the items' time."""
        usual_s = statistics.median(item.took_s for item in self.items if not item.retries)
        return sum(item.took_s - usual_s for item in self.retried) / sum(item.took_s for item in self.items)


class Weather:
    """Kills something of a farm whenever that is due, within its block, and starts again what of labgrid ended.

    Args:
        due: whether it is time for the next one, of which it gets the number, from 1.

    Attributes:
        kills: what was killed, in order.
        struck: the places that it was killed under.
    """

    def __init__(self, farm: DemoFarm, coordinator: Coordinator, due: Callable[[int], bool]) -> None:
        self.kills: list[str] = []
        self.struck: set[str] = set()
        self._farm = farm
        self._coordinator = coordinator
        self._due = due
        self._hits: Counter[str] = Counter()  # by who had the place
        self._calm = threading.Event()
        self._thread = threading.Thread(target=self._rage)

    def __enter__(self) -> Weather:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._calm.set()
        self._thread.join()
        self._farm.mend()

    def _rage(self) -> None:
        for number in itertools.count(1):
            while not self._due(number):
                if self._calm.wait(RESTART_S):
                    return
                self._farm.mend()
            self._kill(number)

    def _kill(self, number: int) -> None:
        """At a place of the runner that was hit least."""
        places = self._coordinator.places()
        held = [place for place in places if place.owner]
        if not held:
            return
        victim = min(held, key=lambda place: self._hits[place.owner])
        self._hits[victim.owner] += 1
        if number % EXPORTER_EVERY:
            board = self._farm.boards[victim.name]
            assert isinstance(board, FarmBoard)
            board.die()
            self.kills.append(f"emulator of {victim.name}")
            self.struck.add(victim.name)
        else:
            exporter = victim.serial.exporter
            self._farm.exporters[exporter].kill()
            self.kills.append(f"exporter {exporter}")
            self.struck |= {one.name for one in places if any(part.exporter == exporter for part in one.resources)}


@contextlib.contextmanager
def demo_farm(places: int) -> Iterator[tuple[DemoFarm, Coordinator]]:
    """With its firmware built."""
    board = load_boards(boards_files(REPOSITORY))[BOARD]
    _ = Bench(board).firmware
    with (
        tempfile.TemporaryDirectory(prefix="farm-") as folder,
        DemoFarm([board], places, (), Path(folder)) as farm,
        Coordinator(farm.address) as coordinator,
    ):
        yield farm, coordinator


def run_items(farm: DemoFarm, coordinator: Coordinator, scale: Scale, folder: Path) -> Outcome:
    """All items."""
    folders = [folder / f"runner{number}" for number in range(scale.runners)]
    count = scale.items // scale.runners
    begin_s = time.monotonic()
    with ThreadPoolExecutor(scale.runners) as threads:
        said = list(threads.map(lambda each: run_pytest(farm, each, count, scale), folders))
    wall_s = time.monotonic() - begin_s
    items = [item for each in folders for item in items_of(each)]
    return Outcome(items, wall_s, [place for place in coordinator.places() if place.owner], list(filter(None, said)))


def done(folder: Path) -> int:
    """How many items have ended well so far, of those that run in `folder`."""
    return len(list(folder.glob("*/*.done")))


def run_pytest(farm: DemoFarm, folder: Path, count: int, scale: Scale) -> str:
    """One runner; what it said where it failed."""
    folder.mkdir(parents=True)
    (folder / "test_items.py").write_text(ITEMS.replace("COUNT", str(count)), "utf-8")
    command = [sys.executable, "-m", "pytest", "-c", str(REPOSITORY / "pyproject.toml"), "-q", "-p", "no:cacheprovider"]
    command += ["--target=farm", f"--farm={farm.address}", f"--board={BOARD}", f"--vectors={scale.vectors}"]
    command += [f"--reports-dir={folder / 'reports'}", f"--junitxml={folder / 'items.xml'}", str(folder)]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr if done.returncode else ""


def items_of(folder: Path) -> list[Item]:
    """What a runner left behind."""
    runs = [run for session in folder.glob("reports/*/") for run in read_session(session).run_records]
    cases = [case for file in folder.glob("items.xml") for case in ElementTree.parse(file).iter("testcase")]
    return [
        Item(
            case.attrib["name"],
            not any(child.tag in ("failure", "error", "skipped") for child in case),
            float(case.attrib["time"]),
            tuple(run for run in runs if run.suite.endswith(f"::{case.attrib['name']}")),
        )
        for case in cases
    ]


def faults(outcome: Outcome, scale: Scale) -> list[str]:
    """What must not be, in words; nothing where all is well."""
    found = list(outcome.errors)
    if len(outcome.items) != scale.items:
        found.append(f"{len(outcome.items)} items of {scale.items}")
    if len(outcome.answers) != 1:
        found.append(f"results differ: {outcome.answers}")
    for item in outcome.items:
        if not item.is_final:
            found.append(f"{item.name}: {[(run.outcome, run.message) for run in item.runs]}")
    return found + [f"{place.name} is held by {place.owner}" for place in outcome.held]


def every(period_s: float) -> Callable[[int], bool]:
    """Whether it is time for the kill of a number, from now on."""
    begin_s = time.monotonic()
    return lambda number: time.monotonic() > begin_s + number * period_s


def print_outcome(name: str, outcome: Outcome) -> None:
    usual_s = statistics.median(item.took_s for item in outcome.items)
    print(f"          {name}: {outcome.wall_s:.1f} s on the clock, median item {usual_s:.2f} s")
    for item in outcome.retried:
        for run in item.runs:
            print(
                f"            {item.name} {run.attempts} attempts, {item.took_s:.2f} s, on {run.place}: {run.retries}"
            )


def parse_scale(arguments: Sequence[str]) -> Scale:
    usual = Scale()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("places", "runners", "items", "vectors"):
        parser.add_argument(f"--{name}", type=int, default=getattr(usual, name))
    parser.add_argument("--kill-every-s", type=float, default=usual.kill_every_s)
    return Scale(**vars(parser.parse_args(arguments)))


def main() -> None:
    scale = parse_scale(sys.argv[1:])
    print_conditions()
    print(f"          {scale}", flush=True)
    with tempfile.TemporaryDirectory(prefix="farm-items-") as name, demo_farm(scale.places) as (farm, coordinator):
        folder = Path(name)
        calm = run_items(farm, coordinator, scale, folder / "calm")
        print_outcome("nothing killed", calm)
        with Weather(farm, coordinator, every(scale.kill_every_s)) as weather:
            stormy = run_items(farm, coordinator, scale, folder / "stormy")
        print_outcome(f"killed: {', '.join(weather.kills)}", stormy)
    print(*faults(calm, scale), *faults(stormy, scale), sep="\n")
    final, same = sum(item.is_final for item in stormy.items), len(calm.answers | stormy.answers)
    print_figure("items with exactly one final result", str(final), str(scale.items), final == scale.items)
    print_figure("places held at the end", str(len(stormy.held)), "0", not stormy.held)
    print_figure("different results of the one model", str(same), "1", same == 1)
    print_figure("time lost to kills", f"{stormy.lost:.1%}", f"< {MOST_LOST:.0%}", stormy.lost < MOST_LOST)
    print(f"          on the clock: {stormy.wall_s / calm.wall_s - 1:+.1%}")


if __name__ == "__main__":
    main()
