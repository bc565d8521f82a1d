"""Nights from begin to end. The cells are children as in a real night, which leave sessions without running models."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace as replaced
from functools import partial
from itertools import count
from pathlib import Path
from types import SimpleNamespace

import pytest
from msgspec.structs import replace
from support.git import git
from support.labgrid_farm import LabgridFarm
from support.night_session import native_run, write_session
from support.sides import timed_side

from harness.config import Exclusion, Nightly
from harness.errors import ConfigError, FarmError
from harness.farm import Coordinator, this_process
from harness.history import PlaceError, open_place
from harness.history.green import read_greens
from harness.history.sides import Run
from harness.nightly import NightExit, anew, child, new_or_resumed, night, publish, run_night, verdict
from harness.nightly.plan import Cell
from harness.nightly.record import Night, Nights

from .conftest import DIGITS, WORDS

Play = Callable[[str], None]
LEAVE = """
import os, shutil; from pathlib import Path
def leave(kind):
    "A session of one's own, as a run of the suite left it."
    template, folder = Path(f"templates/{suite}-{kind}"), Path(out, f"{suite}-{os.getpid()}")
    shutil.copytree(template, folder)
    info = folder / "session.json"
    info.write_text(info.read_text().replace(template.name, folder.name))
"""
PASSES = "leave('good')"
WORDS_FAIL = "leave('failed' if suite == 'words' else 'good'); sys.exit(suite == 'words')"
WORDS_WORSE = "leave('worse' if suite == 'words' else 'good')"


class Project:
    """A project's nights, one after the other."""

    def __init__(self, nightly: Nightly, reports: Path) -> None:
        self.nightly, self.reports, self.lines = nightly, reports, list[str]()
        self.nights = Nights(reports)

    def run(self, begin: Callable[[Nightly, Nights], Night] = anew) -> NightExit:
        self.lines.clear()
        return run_night(self.nightly, self.reports, begin, self.lines.append)

    @property
    def last(self) -> Night:
        return self.nights.read()[-1]

    @property
    def outcomes(self) -> dict[str, str]:
        return {record.cell.suite: record.outcome for record in self.last.cells}

    @property
    def summary(self) -> str:
        return (self.nights.folder_of(self.last) / "summary.md").read_text()

    def greens(self, place: Path) -> list[str]:
        return [green.night for green in read_greens(open_place(str(place)), None)]


@pytest.fixture
def project(nightly: Nightly, reports: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setattr(publish, "RETRY_AFTER_S", (0.0,))
    kinds = {
        "good": native_run,
        "worse": partial(native_run, accuracy=0.5),
        "failed": partial(native_run, outcome="failed", message="too dull"),
        "retried": partial(native_run, attempts=2, retries="rack-1 was unplugged"),
    }
    for suite in ("digits", "words"):
        for kind, run in kinds.items():
            write_session(nightly.root / "templates" / f"{suite}-{kind}", run(suite))
    return Project(nightly, reports)


@pytest.fixture
def play(play_code: Play) -> Play:
    """As `play_code`, with the function `leave`."""
    return lambda code: play_code(LEAVE + code)


def test_a_night_in_which_all_passes_is_green_here_and_in_the_store(project: Project, play: Play) -> None:
    play(PASSES)
    assert project.run() == NightExit.GREEN
    assert project.outcomes == {"digits": "passed", "words": "passed"}
    share = project.nightly.root / "share"
    assert project.greens(share) == project.greens(project.nights.folder) == [project.last.id]
    assert len(list((share / "sessions").iterdir())) == 2
    assert all((project.reports / session).is_dir() for session in project.last.sessions)
    assert ": green" in project.summary and "no green night ran any of it" in project.summary


def test_a_failed_cell_makes_it_red_and_is_not_the_measure_of_the_next_night(project: Project, play: Play) -> None:
    play(PASSES)
    project.run()
    green = project.last.id
    play(WORDS_FAIL)
    assert project.run() == NightExit.RED
    assert project.outcomes == {"digits": "passed", "words": "failed"}
    assert "words on native with builtin: failed: float32: too dull" in project.summary
    assert project.greens(project.nights.folder) == [green]


def test_a_worse_figure_makes_it_red_until_it_is_as_good_again(project: Project, play: Play) -> None:
    play(PASSES)
    project.run()
    play(WORDS_WORSE)
    assert [project.run(), project.run()] == [NightExit.RED, NightExit.RED]
    assert [record.good for record in sorted(project.last.cells, key=lambda record: record.cell)] == [True, False]
    assert "1 regression" in project.summary
    play(PASSES)
    assert project.run() == NightExit.GREEN


def test_a_cell_that_dies_without_a_session_says_its_last_words(project: Project, play: Play) -> None:
    play("print('no such option'); sys.exit(4)")
    assert project.run() == NightExit.RED
    assert {record.message for record in project.last.cells} == {"no such option"}


def test_a_cell_that_hangs_fails_and_the_next_one_runs(
    project: Project, play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run_cell(nightly: Nightly, cell: Cell, *folders: Path) -> int | None:
        return child.run_cell(replace(nightly, timeout_s=0.5) if cell == DIGITS else nightly, cell, *folders)

    monkeypatch.setattr(night, "run_cell", run_cell)
    play(f"import time\nif suite == 'digits': time.sleep(600)\n{PASSES}")
    assert project.run() == NightExit.RED
    assert project.outcomes == {"digits": "hung", "words": "passed"}


def test_what_the_budget_has_no_room_for_is_said_and_runs_first_the_next_night(
    project: Project, play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    play(PASSES)
    monkeypatch.setattr(night, "time", SimpleNamespace(monotonic=partial(next, count(step=200))))  # each takes 200 s
    project.nightly = replace(project.nightly, budget_s=300.0)
    assert project.run() == NightExit.GREEN
    assert project.outcomes == {"digits": "passed", "words": "skipped"}
    assert "of the budget are left" in project.last.cell(WORDS).message
    assert project.run() == NightExit.GREEN
    assert project.last.cells[0].cell == WORDS


def test_what_ran_tonight_tells_how_long_a_cell_takes_that_never_ran(project: Project, play: Play) -> None:
    play(PASSES)
    project.nightly = replace(project.nightly, budget_s=300.0)  # room for one guess
    assert project.run() == NightExit.GREEN
    assert project.outcomes == {"digits": "passed", "words": "passed"}


def test_where_no_cell_fits_nothing_ran_and_nothing_is_green(project: Project, play: Play) -> None:
    play(PASSES)
    project.nightly = replace(project.nightly, budget_s=1.0)
    assert project.run() == NightExit.UNFINISHED
    assert project.greens(project.nights.folder) == []
    assert "nothing ran" in project.summary


def test_what_changed_runs_first(project: Project, play: Play) -> None:
    play(PASSES)
    project.run()
    (project.nightly.root / "suites" / "words" / "int8.tflite").write_text("retrained")
    project.run()
    assert [(record.cell, record.why) for record in project.last.cells] == [
        (WORDS, "changed: suite"),
        (DIGITS, "ran last night"),
    ]


def test_a_store_that_is_away_gets_everything_with_the_next_night(project: Project, play: Play) -> None:
    share = project.nightly.root / "share"
    play(PASSES)
    share.rmdir()
    assert project.run() == NightExit.UNFINISHED
    assert "not pushed, the next night will" in project.summary
    first = project.last.id
    share.mkdir()
    assert project.run() == NightExit.GREEN
    assert project.greens(share) == [project.last.id, first]
    assert len(list((share / "sessions").iterdir())) == 4


def test_another_computer_compares_with_what_is_in_the_store(project: Project, play: Play) -> None:
    play(PASSES)
    project.run()
    shutil.rmtree(project.reports)
    play(WORDS_WORSE)
    assert project.run() == NightExit.RED
    assert "1 regression" in project.summary


def test_ctrl_c_ends_the_cell_and_the_night_goes_on_from_there(project: Project, play: Play) -> None:
    flag, starts = project.nightly.root / "interrupted", project.nightly.root / "starts"
    play(
        f"import signal, time; flag = Path({str(flag)!r})\n"
        f"open({str(starts)!r}, 'a').write(suite + ' ')\n"
        "if suite == 'words' and not flag.exists():\n"
        "    flag.touch(); os.kill(os.getppid(), signal.SIGINT); time.sleep(600)\n"
        f"{PASSES}"
    )
    with pytest.raises(KeyboardInterrupt):
        project.run()
    assert project.outcomes == {"digits": "passed", "words": "waiting"}
    night = project.last.id
    assert project.run(new_or_resumed) == NightExit.GREEN
    assert (project.last.id, starts.read_text()) == (night, "digits words words ")
    assert "resumed: 1 cell ran before" in project.lines


def test_a_night_whose_suites_changed_meanwhile_is_not_resumed(project: Project, play: Play) -> None:
    play(PASSES)
    project.run()
    cut_off = replace(project.last, ended=None)
    project.nights.write(cut_off)
    (project.nightly.root / "suites" / "words" / "int8.tflite").write_text("retrained")
    assert project.run(new_or_resumed) == NightExit.GREEN
    assert project.last.id != cut_off.id
    assert all(night.ended for night in project.nights.read())


def test_a_damaged_session_makes_the_night_red_and_lets_it_end(project: Project, play: Play) -> None:
    play(f"{PASSES}\nif suite == 'words': next(Path(out).glob('*/runs.parquet')).write_bytes(b'')")
    assert project.run() == NightExit.RED
    assert "runs.parquet" in project.summary
    assert project.last.ended
    assert {record.cell: record.good for record in project.last.cells} == {DIGITS: True, WORDS: False}


def test_wrong_rules_of_comparison_are_no_night_s_last_surprise(project: Project) -> None:
    (project.nightly.root / "pyproject.toml").write_text("[tool.tinyhil.compare]\nno_such_rule = 1\n")
    with pytest.raises(ConfigError, match=r"pyproject\.toml"):
        project.run()
    assert not project.nights.read()


def test_runs_that_boards_failed_under_are_told(project: Project, play: Play) -> None:
    play("leave('retried' if suite == 'words' else 'good')")
    assert project.run() == NightExit.GREEN
    assert "1 of 2 runs needed a second attempt (rack-1 was unplugged)" in project.summary
    assert project.run() == NightExit.GREEN
    assert "this night: 1 of 2 runs needed a second attempt (rack-1 was unplugged)" in project.summary


def test_a_green_night_of_a_dirty_checkout_is_no_measure(project: Project, play: Play) -> None:
    play(PASSES)
    root = project.nightly.root
    git(root, "init", "--quiet", "--initial-branch=main")
    git(root, "add", "suites")
    git(root, "commit", "--quiet", "--message=suites")
    (root / "suites" / "words" / "int8.tflite").write_text("retrained")
    assert project.run() == NightExit.GREEN
    assert "no measure of later nights" in project.summary
    assert list(read_greens(open_place(str(root / "share")), "main")) == []
    git(root, "commit", "--quiet", "--all", "--message=retrain")
    assert project.run() == NightExit.GREEN
    assert [green.night for green in read_greens(open_place(str(root / "share")), "main")] == [project.last.id]


def timed(latency_us: float) -> Run:
    """A run on an attached board, in ten windows."""
    side = timed_side([latency_us + window for window in range(10)], board="native")
    return next(iter(side.runs.values()))


@pytest.mark.parametrize(("again_us", "code"), [(10_000, NightExit.GREEN), (12_000, NightExit.RED)])
def test_a_noisy_alarm_counts_where_it_stands_when_the_run_is_made_once_more(
    project: Project, play: Play, monkeypatch: pytest.MonkeyPatch, again_us: float, code: NightExit
) -> None:
    for kind, latency_us in (("fast", 10_000), ("slow", 12_000)):
        run = timed(latency_us)
        write_session(project.nightly.root / "templates" / f"digits-{kind}", run.record, *run.windows)
    monkeypatch.setattr(verdict, "rerun", lambda run, **_: timed(again_us))
    project.nightly = replace(project.nightly, exclude=(Exclusion(suite="words"),))
    play("leave('fast')")
    assert project.run() == NightExit.GREEN
    play("leave('slow')")
    assert project.run() == code
    assert "after a re-run" in project.summary


def test_places_that_a_killed_night_held_are_freed_first(project: Project, play: Play, tmp_path: Path) -> None:
    (tmp_path / "coordinator").mkdir()
    play(PASSES)
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    with LabgridFarm(tmp_path / "coordinator", {"rack-1": {"board": "native", "health": "ok"}}) as lab:
        lab.export(["rack-1"])
        project.nightly = replace(project.nightly, target="farm", farm=lab.address)
        with Coordinator(lab.address, replaced(this_process(), pid=ended.pid)) as killed:
            killed.lease("native")
            assert project.run() == NightExit.GREEN
    assert project.lines[0].startswith("rack-1: freed from ")


def test_a_store_that_nothing_here_can_speak_to_is_no_night_s_last_surprise(project: Project) -> None:
    project.nightly = replace(project.nightly, store="gone://bucket/night")
    with pytest.raises(PlaceError, match="gone"):
        project.run()
    assert not project.nights.read()


def test_where_the_farm_is_not_there_no_night_begins(project: Project, play: Play) -> None:
    play(PASSES)
    project.nightly = replace(project.nightly, target="farm", farm="127.0.0.1:9")
    with pytest.raises(FarmError):
        project.run()
    assert not project.nights.read()
