"""`harness farm …`, against labgrid's own coordinator and exporter. What it plays: tests/standin/test_farm.py."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from support.labgrid_farm import BOARD, LabgridFarm

from harness.farm import Coordinator, this_process

from .conftest import Finished

Harness = Callable[..., Finished]
OK = {"board": BOARD, "health": "ok"}
ENTRIES = f"""
[attached.desk-1]
board = "{BOARD}"
probe = "0670FF"
port = "0670FF"

[attached.desk-2]
board = "{BOARD}"
probe = "0671AA"
port = "/dev/ttyACM3"
meter = {{ kind = "ppk2", port = "/dev/ttyACM4", voltage_v = 3.3 }}
"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabgridFarm]:
    with LabgridFarm(tmp_path_factory.mktemp("coordinator"), {"rack-1": OK, "rack-2": OK, "rack-3": OK}) as lab:
        lab.export(["rack-1", "rack-2"])
        yield lab


@pytest.fixture
def farm(lab: LabgridFarm, harness: Harness, monkeypatch: pytest.MonkeyPatch) -> Harness:
    """`farm("status")` asks this farm."""
    monkeypatch.setenv("TINYHIL_FARM", lab.address)
    return lambda *words: harness("farm", *words)


@pytest.fixture(scope="module")
def ann(lab: LabgridFarm) -> Iterator[Coordinator]:
    """Of a run that lives, and is not the command."""
    with Coordinator(lab.address, replace(this_process(), user="ann")) as coordinator:
        yield coordinator


@pytest.fixture
def coordinator(ann: Coordinator) -> Iterator[Coordinator]:
    yield ann
    for place in ann.places():
        ann.release(place.name)


@pytest.fixture(scope="module")
def dead(lab: LabgridFarm) -> Iterator[Coordinator]:
    """Of a run that was killed, and its agent with it: nobody gives its places back."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    with Coordinator(lab.address, replace(this_process(), pid=ended.pid)) as coordinator:
        yield coordinator


def test_the_table_tells_of_every_place_and_the_farm(farm: Harness, lab: LabgridFarm) -> None:
    done = farm("status")
    heading, _, *lines = done.out.splitlines()
    assert heading.split() == ["place", "board", "health", "held", "by", "last", "result", "exporter"]
    assert lines[0].split() == ["rack-1", BOARD, "ok", "lab"]
    assert lines[-1] == f"farm at {lab.address}, 3 places: 2 free, 0 held, 1 not exported"
    assert done.code == 0


@pytest.mark.parametrize("columns", [80, 120])
def test_the_table_is_as_wide_as_the_terminal(
    farm: Harness, coordinator: Coordinator, columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    coordinator.lease(BOARD, place="rack-1")
    coordinator.quarantine("rack-2", "the board answers nothing since its supply was changed")
    try:
        lines = farm("status").out.splitlines()
    finally:
        coordinator.restore("rack-2")
    assert max(map(len, lines)) <= columns
    assert "supply" in " ".join(lines)


def test_the_same_for_other_programs(farm: Harness, lab: LabgridFarm) -> None:
    told = json.loads(farm("status", "--format=json").out)
    assert told["farm"] == lab.address
    assert [place["name"] for place in told["places"]] == ["rack-1", "rack-2", "rack-3"]


def test_a_live_holder_keeps_its_place(farm: Harness, coordinator: Coordinator) -> None:
    coordinator.lease(BOARD, place="rack-1")
    for words, code in ((["rack-1"], 1), (["--stale"], 0)):
        done = farm("release", *words)
        assert done.code == code
        assert "rack-1: not freed: process " in done.out and done.out.rstrip().endswith("is running")
    assert coordinator.place("rack-1").owner == coordinator.owner


@pytest.mark.parametrize("words", [["rack-1"], ["--stale"]])
def test_what_an_ended_run_holds_is_freed(farm: Harness, dead: Coordinator, words: list[str]) -> None:
    dead.lease(BOARD, place="rack-1")
    done = farm("release", *words)
    assert (done.code, done.out) == (0, f"rack-1: freed from {dead.owner}, which has ended\n")
    assert not dead.place("rack-1").owner


def test_only_the_named_places_are_freed(farm: Harness, dead: Coordinator) -> None:
    dead.lease(BOARD, place="rack-1")
    assert farm("release", "rack-2").out == "rack-2: nobody had it\n"
    assert dead.place("rack-1").owner == dead.owner
    assert farm("release", "--stale").code == 0
    assert farm("release", "--stale").out == "nobody holds a place\n"


@pytest.mark.parametrize("words", [[], ["rack-1", "--stale"]])
def test_it_must_be_said_which_places(farm: Harness, words: list[str]) -> None:
    done = farm("release", *words)
    assert done.code == 2
    assert "either names of places or --stale are needed" in done.err


@pytest.mark.parametrize("words", [["release"], ["quarantine", "rack-9", "why"], ["restore", "rack-9"]])
def test_a_place_that_is_not_there_is_told(farm: Harness, words: list[str]) -> None:
    done = farm(*words, *(["rack-9"] if words == ["release"] else []))
    assert done.code == 2
    assert "has no place rack-9; it has rack-1, rack-2, rack-3" in done.err


@pytest.mark.parametrize("reason", ["", " \n"])
def test_a_quarantine_without_a_reason_is_refused(farm: Harness, reason: str) -> None:
    with pytest.raises(SystemExit):
        farm("quarantine", "rack-1", reason)


def test_a_place_goes_into_quarantine_and_comes_back(farm: Harness, coordinator: Coordinator) -> None:
    assert farm("quarantine", "rack-1", "it smells of smoke").code == 0
    place = coordinator.place("rack-1")
    assert place.health == "quarantined" and place.notes.quarantine
    assert place.notes.quarantine.text == "it smells of smoke"
    assert farm("restore", "rack-1").code == 0
    assert coordinator.place("rack-1").health == "ok"


def test_who_has_a_place_that_goes_into_quarantine_is_told(farm: Harness, coordinator: Coordinator) -> None:
    coordinator.lease(BOARD, place="rack-1")
    assert f"{coordinator.owner} has it still" in farm("quarantine", "rack-1", "noise").out
    farm("restore", "rack-1")


@pytest.mark.parametrize("command", [["status"], ["release", "--stale"], ["restore", "rack-1"]])
def test_a_farm_that_is_not_there_is_told(harness: Harness, command: list[str]) -> None:
    done = harness("farm", *command, "--farm=127.0.0.1:9")
    assert done.code == 2
    assert "no labgrid coordinator at 127.0.0.1:9" in done.err


@pytest.fixture
def entries(tmp_path: Path) -> str:
    file = tmp_path / "desk.toml"
    file.write_text(ENTRIES)
    return f"--boards-file={file}"


def test_an_entry_becomes_files_and_a_place(farm: Harness, coordinator: Coordinator, entries: str) -> None:
    done = farm("add", "desk-2", entries, "--exporter=bench-3", "--farm-tag=flash=external")
    try:
        place = coordinator.place("desk-2")
        meter = {"meter": "ppk2", "meter_mv": "3300"}
        assert place.tags == {"board": BOARD, "health": "ok", "flash": "external", **meter}
        assert place.missing == (
            "bench-3/desk-2/NetworkSerialPort/serial",
            "bench-3/desk-2/NetworkService/probe",
            "bench-3/desk-2/NetworkSerialPort/meter",
        )
    finally:
        coordinator.remove_place("desk-2")
    assert done.code == 0
    assert 'port: "/dev/ttyACM3"' in done.out
    assert "pyocd server --port=5556 --uid=0671AA" in done.out
    assert 'port: "/dev/ttyACM4"' in done.out
    assert "has a place desk-2" in done.err


def test_a_meter_that_cannot_be_shared_is_told(farm: Harness, coordinator: Coordinator, tmp_path: Path) -> None:
    file = tmp_path / "desk.toml"
    file.write_text(ENTRIES.replace('"ppk2"', '"js220"'))
    done = farm("add", "desk-2", f"--boards-file={file}")
    coordinator.remove_place("desk-2")
    assert "its js220 cannot be shared" in done.err
    assert "ttyACM4" not in done.out


def test_a_place_that_is_there_stays_as_it_is(farm: Harness, coordinator: Coordinator, entries: str) -> None:
    before = coordinator.place("rack-1")
    done = farm("add", "desk-1", entries, "--place=rack-1", "--farm-tag=flash=external")
    assert (done.code, coordinator.place("rack-1").tags) == (0, before.tags)
    assert "has a place rack-1 already, which stays as it is" in done.err


def test_files_of_several_boards_lie_side_by_side(farm: Harness, coordinator: Coordinator, entries: str) -> None:
    for name, place in (("desk-1", "left"), ("desk-2", "right")):
        assert farm("add", name, entries, f"--place={place}", "--write=farm").code == 0
        coordinator.remove_place(place)
    written = sorted(str(path.relative_to("farm")) for path in Path("farm").rglob("*") if path.is_file())
    assert written == [
        "exporter.yaml",
        "exporter.yaml.d/left.yaml",
        "exporter.yaml.d/right.yaml",
        "tinyhil-probe-left.service",
        "tinyhil-probe-right.service",
    ]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_systemd_takes_the_unit(harness: Harness, entries: str) -> None:
    words = ["--write=units", "--host=10.8.0.3", "--network=10.8.0.0/24", "--farm=127.0.0.1:9"]
    assert harness("farm", "add", "desk-1", entries, *words).code == 1
    unit = Path("units/tinyhil-probe-desk-1.service")
    done = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False)
    assert str(unit.name) not in done.stderr


def test_without_a_coordinator_the_files_are_there_and_no_place(harness: Harness, entries: str) -> None:
    done = harness("farm", "add", "desk-1", entries, "--farm=127.0.0.1:9")
    assert done.code == 1
    assert "exporter.yaml.d/desk-1.yaml" in done.out
    assert "no place was made: no labgrid coordinator at 127.0.0.1:9" in done.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["desk-9"], "there are desk-1, desk-2 "),
        (["desk-1", "--host=10.8.0.3"], "neither goes without the other"),
        (["desk-1", "--network=10.8.0.0/24"], "neither goes without the other"),
        (["desk-1", "--write=/proc/farm"], "cannot be written"),
        (["desk-1", "--farm-tag=flash"], "--farm-tag=flash: needs KEY=VALUE"),
    ],
)
def test_what_cannot_be_added_is_told(farm: Harness, entries: str, words: list[str], said: str) -> None:
    done = farm("add", entries, *words)
    assert done.code == 2
    assert said in done.err


def test_a_network_that_is_none_is_told(farm: Harness, entries: str) -> None:
    with pytest.raises(SystemExit):
        farm("add", "desk-1", entries, "--network=10.8.0.0/99")


@pytest.mark.parametrize("option", ["--place=../desk", "--place=a b", "--exporter=lab/1"])
def test_a_name_that_is_none_is_told(farm: Harness, entries: str, option: str) -> None:
    with pytest.raises(SystemExit):
        farm("add", "desk-1", entries, option)


@pytest.mark.parametrize("words", [["demo", "--port=65536"], ["add", "desk-1", "--probe-port=0"]])
def test_a_port_is_one(harness: Harness, words: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        harness("farm", *words)
    assert "is not a port from 1 to 65535" in capfd.readouterr().err


def test_the_group_alone_tells_its_commands(harness: Harness, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        harness("farm")
    assert "farm alone is no command; there are farm demo, farm status" in capfd.readouterr().err


def test_a_demo_has_a_meter_for_desks_alone(farm: Harness) -> None:
    done = farm("demo", "-n1", "--meter=ppk2")
    assert done.code == 2
    assert "emulated boards draw no current" in done.err


def test_a_demo_needs_a_board(farm: Harness) -> None:
    done = farm("demo", "-n0")
    assert done.code == 2
    assert "a farm has a board at least" in done.err
