"""Runs on a farm of which something fails: labgrid's own programs, emulated boards, and all that is between."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from support.stand_in_desk import short_folder

from harness.cli import main
from harness.config import Board, Suite
from harness.config.farm import FarmOptions
from harness.errors import FarmError
from harness.farm import Coordinator, FarmPlace, this_process
from harness.measure import Bench, Job, Result, load_suite_vectors, run_model
from harness.model import read_model_file
from harness.report import read_session
from harness.setup import labgrid_program
from harness.standin.farm import DemoFarm
from harness.standin.farm_board import FarmBoard
from harness.target.seats import seats_of

from .conftest import REPOSITORY, Collector

BOARD, OTHER_BOARD = "stm32l475", "mps2-an386"  # of the same core
VECTORS = 60
SILENCE_S = 10.0  # until a board counts as dead
HOLDER = f"""
import sys
from harness.farm import Coordinator
print(Coordinator(sys.argv[1]).lease({BOARD!r}).name, flush=True)
sys.stdin.read()
"""

Act = Callable[[FarmPlace], object]


@pytest.fixture(scope="module")
def farm(boards: dict[str, Board]) -> Iterator[DemoFarm]:
    """Both boards in turn: each has two places in the first rack, and one in the second."""
    with short_folder() as folder, DemoFarm([boards[BOARD], boards[OTHER_BOARD]], 6, (), folder) as farm:
        yield farm
        seats_of(farm.address).close()


@pytest.fixture
def watcher(farm: DemoFarm) -> Iterator[Coordinator]:
    """Another user's. At its end nobody has a place, and all that was broken is whole."""
    with Coordinator(farm.address, replace(this_process(), user="watcher")) as coordinator:
        names = [place.name for place in coordinator.places()]
        yield coordinator
        farm.mend()
        for place in coordinator.places():
            coordinator.release(place.name)
            if place.name not in names:
                coordinator.remove_place(place.name)
            elif place.health != "ok":
                coordinator.restore(place.name)
        assert not [place for place in coordinator.places() if place.owner]


@pytest.fixture(scope="module")
def job(digits: Suite) -> Job:
    model = read_model_file(digits.models["int8"].path)
    return Job(digits.name, "int8", model, load_suite_vectors(digits.vectors).first(VECTORS), repeats=1)


@pytest.fixture
def run(watcher: Coordinator, boards: dict[str, Board], job: Job, sink: Collector) -> Callable[..., Result]:
    """`run({20: act}, rack="1")` calls `act` with the run's place after the 20th vector, wants that tag, and gives the
    place back.
    """

    def run(acts: dict[int, Act], timeout_s: float = 60, **tags: str) -> Result:
        farm = FarmOptions(watcher.address, tags, timeout_s)
        bench = Bench(boards[BOARD], target="farm", farm=farm, timeout_s=SILENCE_S)
        answered = iter(range(1, VECTORS + 1))

        def on_vector() -> None:
            if act := acts.get(next(answered)):
                act(next(place for place in watcher.places() if place.owner == str(this_process())))

        return run_model(bench, job, sink, on_vector=on_vector)

    return run


@pytest.fixture(scope="module")
def quiet(boards: dict[str, Board], job: Job) -> Result:
    """What a board of this computer says."""
    return run_model(Bench(boards[BOARD]), job, Collector())


def emulator(farm: DemoFarm, place: FarmPlace) -> FarmBoard:
    board = farm.boards[place.name]
    assert isinstance(board, FarmBoard)
    return board


def kill_all(farm: DemoFarm) -> None:
    """What of labgrid there is: exporters end where their coordinator is lost, sooner or later."""
    farm.coordinator.kill()
    for exporter in farm.exporters.values():
        exporter.kill()


def labgrid_client(farm: DemoFarm, place: str, *words: str) -> None:
    """What a person does, called Anna."""
    command = [labgrid_program("labgrid-client"), "-x", farm.address, "-p", place, *words]
    environment = os.environ | {"LG_HOSTNAME": "lab", "LG_USERNAME": "anna"}
    subprocess.run(command, env=environment, check=True, capture_output=True, timeout=60)


def same_place(watcher: Coordinator, name: str, of: str, board: str = BOARD, **tags: str) -> None:
    """Make a place of what another one has."""
    resources = {one.name: f"{one.exporter}/{of}/{one.kind}/{one.name}" for one in watcher.place(of).resources}
    watcher.add_place(name, board, resources, tags)


def assert_as(result: Result, quiet: Result, attempts: int) -> None:
    assert result.run.outcome == "passed"
    assert result.run.attempts == attempts
    assert result.answers == quiet.answers
    assert (result.run.instructions, result.run.cycles) == (quiet.run.instructions, quiet.run.cycles)


def test_an_exporter_that_dies(farm: DemoFarm, run: Callable[..., Result], quiet: Result) -> None:
    died: list[str] = []

    def die(place: FarmPlace) -> None:
        died.append(place.serial.exporter)
        farm.exporters[died[0]].kill()

    result = run({20: die})
    assert_as(result, quiet, attempts=2)
    assert not result.run.place.startswith(died[0])
    assert "its exporter no longer has " in result.run.retries


def test_a_board_that_hangs_gets_new_power(
    farm: DemoFarm, watcher: Coordinator, run: Callable[..., Result], quiet: Result
) -> None:
    hung: list[str] = []

    def hang(place: FarmPlace) -> None:
        hung.append(place.name)
        emulator(farm, place).hang()

    result = run({20: hang})
    assert_as(result, quiet, attempts=2)
    assert hung == [result.run.place]
    assert result.run.retries.startswith(f"{hung[0]}: ")
    assert watcher.place(hung[0]).health == "ok"


def test_a_place_that_fails_twice_is_shown_in_quarantine_until_it_is_restored(
    farm: DemoFarm, watcher: Coordinator, run: Callable[..., Result], quiet: Result, capfd: pytest.CaptureFixture[str]
) -> None:
    def die(place: FarmPlace) -> None:
        emulator(farm, place).die()

    result = run({20: die, 40: die})
    assert_as(result, quiet, attempts=3)
    (bad,) = [place for place in watcher.places() if place.health == "quarantined"]
    assert bad.name != result.run.place
    assert result.run.retries.count(f"{bad.name}: ") == 2
    address = f"--farm={farm.address}"
    assert main(["farm", "status", address]) == 0
    said = " ".join(capfd.readouterr().out.split())
    assert "1 in quarantine" in said
    assert "quarantined" in said
    watcher.power_cycle(bad.name)  # somebody mends it
    assert main(["farm", "restore", address, bad.name]) == 0
    assert main(["farm", "status", address]) == 0
    assert "quarantine" not in capfd.readouterr().out.rpartition("takes it again")[2]


def test_a_board_that_is_not_what_its_tags_say(watcher: Coordinator, run: Callable[..., Result], quiet: Result) -> None:
    same_place(watcher, "liar", "rack1-2", trial="yes")
    same_place(watcher, "honest", "rack1-3", trial="yes")  # changed last, and so tried last
    result = run({}, trial="yes")
    assert_as(result, quiet, attempts=3)
    assert result.run.place == "honest"
    liar = watcher.place("liar")
    assert liar.health == "quarantined"
    assert liar.notes.quarantine
    assert "it is no stm32l475, as its tag says: it keeps nothing at 0x8000000" in liar.notes.quarantine.text


def test_a_coordinator_that_restarts(
    farm: DemoFarm, watcher: Coordinator, run: Callable[..., Result], quiet: Result
) -> None:
    other = watcher.lease(OTHER_BOARD)

    def restart(place: FarmPlace) -> None:
        kill_all(farm)
        farm.mend()

    result = run({20: restart})
    assert_as(result, quiet, attempts=1)
    assert watcher.place(other.name).owner == watcher.owner
    assert not watcher.loss(other.name)


def test_a_coordinator_that_restarts_and_somebody_who_was_faster(
    farm: DemoFarm, watcher: Coordinator, run: Callable[..., Result], quiet: Result
) -> None:
    taken: list[str] = []

    def restart(place: FarmPlace) -> None:
        kill_all(farm)
        farm.coordinator.restart()
        taken.append(place.name)
        labgrid_client(farm, place.name, "acquire", "--allow-unmatched")
        farm.mend()  # the exporters, without which nobody else takes it

    result = run({20: restart})
    assert_as(result, quiet, attempts=2)
    assert "lab/anna has it now" in result.run.retries
    assert result.run.place != taken[0]
    assert watcher.place(taken[0]).owner == "lab/anna"
    labgrid_client(farm, taken[0], "release")


def test_nobody_can_serve_the_tags(run: Callable[..., Result], sink: Collector) -> None:
    with pytest.raises(FarmError, match=r"no place has rack=9, board=stm32l475, health=ok: 6 places: .*\(no rack"):
        run({}, rack="9")
    assert sink.runs[-1].outcome == "error"


def test_a_place_that_a_person_has(
    farm: DemoFarm, watcher: Coordinator, run: Callable[..., Result], quiet: Result
) -> None:
    same_place(watcher, "single", "rack1-1", trial="yes")
    labgrid_client(farm, "single", "acquire")
    with pytest.raises(FarmError, match=r"single \(held by lab/anna since 20\S+ \S+ UTC\)"):
        run({}, timeout_s=0.5, trial="yes")
    labgrid_client(farm, "single", "release")
    assert_as(run({}, trial="yes"), quiet, attempts=1)


def test_two_runners_that_want_one_place(farm: DemoFarm, watcher: Coordinator, tmp_path: Path) -> None:
    same_place(watcher, "single", "rack1-1", trial="yes")
    command = [sys.executable, "-m", "pytest", "suites/digits", "-k", "int8", "--vectors=5", "--repeat=1"]
    command += ["--target=farm", f"--farm={farm.address}", f"--board={BOARD}", "--farm-tag=trial=yes"]

    def runner(name: str) -> str:
        done = subprocess.run(
            [*command, f"--reports-dir={tmp_path / name}"], cwd=REPOSITORY, capture_output=True, text=True, check=False
        )
        return done.stdout if done.returncode else ""

    with ThreadPoolExecutor() as threads:
        assert list(threads.map(runner, ("one", "two"))) == ["", ""]
    runs = [run for session in tmp_path.glob("*/*/") for run in read_session(session).run_records]
    assert [(run.outcome, run.place, run.attempts) for run in runs] == [("passed", "single", 1)] * 2


def test_stale_places_are_those_of_killed_processes_of_this_computer(
    farm: DemoFarm, watcher: Coordinator, capfd: pytest.CaptureFixture[str]
) -> None:
    with ExitStack() as resources:

        def leased_by(**who: object) -> str:
            owner = replace(this_process(), **who)
            return resources.enter_context(Coordinator(farm.address, owner)).lease(OTHER_BOARD).name

        labgrid_client(farm, "rack1-1", "acquire")
        killed = killed_holder(farm)
        alive = watcher.lease(BOARD).name
        reused = leased_by(start=this_process().start - 1)
        elsewhere = leased_by(host="elsewhere")
        assert main(["farm", "release", "--stale", f"--farm={farm.address}"]) == 0
        said = capfd.readouterr().out
        assert {place.name for place in watcher.places() if place.owner} == {alive, elsewhere, "rack1-1"}
        assert f"{killed}: freed from " in said
        assert f"{reused}: freed from " in said
        assert f"{elsewhere}: not freed: its holder can be seen on elsewhere only" in said
        assert f"{alive}: not freed: process {os.getpid()} of watcher is running" in said
        assert "rack1-1: not freed: lab/anna is no run of the harness" in said
        labgrid_client(farm, "rack1-1", "release")


def killed_holder(farm: DemoFarm) -> str:
    """A place whose holder was killed with all that could give it back."""
    command = [sys.executable, "-c", HOLDER, farm.address]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=REPOSITORY) as holder:
        assert holder.stdout
        name = holder.stdout.readline().strip()
        (agent,) = Path(f"/proc/{holder.pid}/task/{holder.pid}/children").read_text().split()
        os.kill(int(agent), signal.SIGKILL)
        holder.kill()
    return name
