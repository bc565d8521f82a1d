"""Leases, against labgrid's own coordinator and exporter."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from support.labgrid_farm import BOARD, LabgridFarm

from harness.errors import ConfigError, FarmError
from harness.farm import Coordinator, farm_address, this_process
from harness.setup import labgrid_program

OK = {"board": BOARD, "health": "ok"}
PLACES = {
    "rack-1": OK,
    "rack-2": OK | {"flash": "external"},
    "rack-3": {"board": "mps2-an386", "health": "ok"},
    "rack-4": OK,  # never exported
}


@pytest.fixture(scope="module")
def farm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabgridFarm]:
    with LabgridFarm(tmp_path_factory.mktemp("coordinator"), PLACES) as farm:
        farm.export(["rack-1", "rack-2", "rack-3"])
        yield farm


@pytest.fixture
def coordinator(farm: LabgridFarm) -> Iterator[Coordinator]:
    with Coordinator(farm.address) as coordinator:
        yield coordinator


@pytest.fixture
def other(farm: LabgridFarm) -> Iterator[Coordinator]:
    """Another run's: its holder is that of no process, as after SIGKILL."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    owner = this_process()
    with Coordinator(farm.address, type(owner)(**vars(owner) | {"pid": ended.pid})) as coordinator:
        yield coordinator


def test_a_farm_tells_its_places(coordinator: Coordinator) -> None:
    places = {place.name: place for place in coordinator.places()}
    assert list(places) == sorted(PLACES)
    assert places["rack-2"].tags == PLACES["rack-2"]
    assert places["rack-1"].alive
    assert places["rack-1"].serial.address == ("127.0.0.1", 9)
    assert not places["rack-4"].alive
    assert places["rack-4"].missing == tuple(
        f"*/rack-4/{kind}" for kind in ("NetworkSerialPort/serial", "NetworkService/gdb", "NetworkPowerPort/power")
    )


def test_a_lease_is_exclusive_and_seen_by_all(coordinator: Coordinator, other: Coordinator) -> None:
    leased = coordinator.lease(BOARD)
    assert leased.owner == coordinator.owner == str(this_process())
    assert other.place(leased.name).owner == coordinator.owner
    second = other.lease(BOARD)
    assert {leased.name, second.name} == {"rack-1", "rack-2"}
    with pytest.raises(FarmError, match="no place has") as error:
        coordinator.lease(BOARD, timeout_s=0)
    assert f"{second.name} (held by {other.owner} since 20" in str(error.value)
    coordinator.release(leased.name)
    assert not other.place(leased.name).owner


def test_tags_choose(coordinator: Coordinator) -> None:
    assert coordinator.lease(BOARD, {"flash": "external"}).name == "rack-2"
    assert coordinator.lease("mps2-an386").name == "rack-3"


def test_a_place_by_name(coordinator: Coordinator) -> None:
    assert coordinator.lease(BOARD, place="rack-2").name == "rack-2"


def test_the_one_that_rested_longest_comes_first(coordinator: Coordinator) -> None:
    names = []
    for _ in range(3):
        names.append(coordinator.lease(BOARD).name)
        coordinator.release(names[-1])
    assert names[0] == names[2] != names[1]


def test_avoided_places_are_not_taken(coordinator: Coordinator) -> None:
    assert coordinator.lease(BOARD, avoid=["rack-1"]).name == "rack-2"
    with pytest.raises(FarmError, match=r"rack-1 \(failed before\)"):
        coordinator.lease(BOARD, avoid=["rack-1"], timeout_s=0)


def test_a_tag_nobody_has_is_told_at_once(coordinator: Coordinator) -> None:
    with pytest.raises(FarmError) as error:
        coordinator.lease(BOARD, {"flash": "none"})
    assert (
        "no place has flash=none, board=stm32l475, health=ok: 4 places: rack-1 (no flash), "
        "rack-2 (flash=external), rack-3 (no flash and board=mps2-an386), rack-4 (no flash)"
    ) in error.value.cause


def test_a_dead_exporters_place_is_never_taken(coordinator: Coordinator) -> None:
    with pytest.raises(FarmError, match=r"became free in 0.2 s: .*rack-4 \(not exported: \*/rack-4/"):
        coordinator.lease(BOARD, place="rack-4", timeout_s=0.2)


def test_who_waits_gets_what_is_released(coordinator: Coordinator, other: Coordinator, waits: threading.Event) -> None:
    held = [other.lease(BOARD), other.lease(BOARD)]
    with ThreadPoolExecutor() as threads:
        waiting = threads.submit(coordinator.lease, BOARD, timeout_s=60)
        assert waits.wait(60)
        other.release(held[1].name)
        assert waiting.result(60).name == held[1].name
    assert not any(place.reservation for place in other.places())


def test_quarantine_keeps_runs_away(coordinator: Coordinator) -> None:
    coordinator.note_result("rack-1", "passed")
    coordinator.quarantine("rack-1", "no answer to HELLO |\n twice")
    place = coordinator.place("rack-1")
    assert place.health == "quarantined"
    assert place.notes.last is not None
    assert place.notes.last.text == "passed"
    with pytest.raises(FarmError, match=r"rack-1 \(quarantined since 20\S+ \S+ UTC: no answer to HELLO / twice\)"):
        coordinator.lease(BOARD, place="rack-1")
    coordinator.restore("rack-1")
    assert coordinator.place("rack-1").notes.quarantine is None
    assert coordinator.lease(BOARD, place="rack-1").name == "rack-1"


def test_the_places_of_dead_processes_alone_are_stale(coordinator: Coordinator, other: Coordinator) -> None:
    alive = coordinator.lease(BOARD)
    dead = other.lease(BOARD)
    assert {one.place.name: one.why_not for one in coordinator.release_stale()} == {
        alive.name: f"process {os.getpid()} of {this_process().user} is running",
        dead.name: "",
    }
    assert not coordinator.place(dead.name).owner
    assert coordinator.place(alive.name).owner


def test_people_of_labgrid_are_not_robbed(coordinator: Coordinator, farm: LabgridFarm) -> None:
    client = [labgrid_program("labgrid-client"), "-x", farm.address, "-p", "rack-1"]
    environment = os.environ | {"LG_HOSTNAME": "lab", "LG_USERNAME": "anna"}
    subprocess.run([*client, "acquire"], env=environment, check=True, capture_output=True, timeout=60)
    assert [one.why_not for one in coordinator.release_stale()] == [
        "lab/anna is no run of the harness: `labgrid-client release --kick` frees it"
    ]
    with pytest.raises(FarmError, match=r"rack-1 \(held by lab/anna since"):
        coordinator.lease(BOARD, place="rack-1", timeout_s=0)
    coordinator.release("rack-1")
    assert coordinator.place("rack-1").owner == "lab/anna"
    coordinator.release("rack-1", "lab/anna")
    assert not coordinator.place("rack-1").owner


def test_somebody_who_releases_our_place_is_noticed(coordinator: Coordinator, other: Coordinator) -> None:
    leased = coordinator.lease(BOARD)
    other.release(leased.name, coordinator.owner)
    coordinator.places()
    assert coordinator.loss(leased.name) == "somebody released it"
    assert coordinator.lease(BOARD, place=leased.name).name == leased.name
    assert not coordinator.loss(leased.name)


def test_places_come_and_go(coordinator: Coordinator, other: Coordinator) -> None:
    coordinator.add_place("new", BOARD, {"serial": "lab/rack-1/NetworkSerialPort/serial"}, {"rack": "1"})
    place = other.place("new")
    assert place.tags == {"board": BOARD, "health": "ok", "rack": "1"}
    assert place.serial.name == "serial"
    assert place.gdb is None
    with pytest.raises(FarmError, match="Place new already exists"):
        coordinator.add_place("new", BOARD, {})
    coordinator.remove_place("new")
    with pytest.raises(FarmError, match="has no place new; it has rack-1, rack-2"):
        other.place("new")


def test_a_place_with_wrong_tags_is_not_left_behind(coordinator: Coordinator) -> None:
    with pytest.raises(FarmError, match="Key X"):
        coordinator.add_place("new", BOARD, {}, {"X": "1"})
    assert "new" not in [place.name for place in coordinator.places()]


def test_a_power_port_that_does_not_answer(coordinator: Coordinator) -> None:
    with pytest.raises(FarmError, match=r"power port http://127.0.0.1:9/rack-1 \(rest\): .*refused"):
        coordinator.power_cycle("rack-1")


def test_closing_releases(farm: LabgridFarm, coordinator: Coordinator) -> None:
    with Coordinator(farm.address) as short:
        name = short.lease(BOARD).name
        assert coordinator.place(name).owner
    assert not coordinator.place(name).owner
    with pytest.raises(FarmError):
        short.places()


HOLDER = f"""
import sys
from harness.farm import Coordinator
coordinator = Coordinator(sys.argv[1])
print(coordinator.lease({BOARD!r}).name, flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("signal_number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_a_process_that_ends_gives_its_place_back(
    farm: LabgridFarm, coordinator: Coordinator, signal_number: signal.Signals
) -> None:
    """Also when it is killed: its agent sees that, and has a moment."""
    command = [sys.executable, "-c", HOLDER, farm.address]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as holder:
        assert holder.stdout is not None
        name = holder.stdout.readline().decode().strip()
        assert coordinator.place(name).owner
        holder.send_signal(signal_number)
        holder.wait(60)
    assert coordinator.lease(BOARD, place=name, timeout_s=60).name == name


def test_an_agent_that_dies_takes_the_leases_along(farm: LabgridFarm, coordinator: Coordinator) -> None:
    with Coordinator(farm.address) as short:
        name = short.lease(BOARD).name
        os.killpg(short._agent._child.pid, signal.SIGKILL)
        with pytest.raises(FarmError, match=r"labgrid's end of the farm at .* ended"):
            short.places()
        assert not short.is_open
        assert short.loss(name).startswith("labgrid's end")
    coordinator.release(name, coordinator.place(name).owner)


OLD_COORDINATOR = """
import sys
from labgrid.remote import coordinator
coordinator.labgrid_version = lambda: "25.0.1"
sys.argv[1:] = ["-l", "127.0.0.1:0"]
coordinator.main()
"""


def test_another_version_of_labgrid(tmp_path: Path) -> None:
    command = [labgrid_program("python"), "-c", OLD_COORDINATOR]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=tmp_path) as old:
        try:
            assert old.stdout is not None
            address = old.stdout.readline().decode().split()[-1]
            with pytest.raises(FarmError, match=r"the coordinator at .* is labgrid 25.0.1, the harness speaks 26.0.1"):
                Coordinator(address)
        finally:
            old.kill()


def test_something_else_that_listens() -> None:
    def hang_up() -> None:
        server.accept()[0].close()

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=hang_up, daemon=True).start()
        port = server.getsockname()[1]
        with pytest.raises(FarmError, match=f"no labgrid coordinator at 127.0.0.1:{port}"):
            Coordinator(f"127.0.0.1:{port}")


def test_no_coordinator() -> None:
    with pytest.raises(FarmError, match=r"no labgrid coordinator at 127.0.0.1:9: .*Connection refused"):
        Coordinator("127.0.0.1:9")


def test_address(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("TINYHIL_FARM", "LG_COORDINATOR"):
        monkeypatch.delenv(variable, raising=False)
    assert farm_address() == "127.0.0.1:20408"
    monkeypatch.setenv("LG_COORDINATOR", "lab")
    assert farm_address() == "lab:20408"
    monkeypatch.setenv("TINYHIL_FARM", "farm:1")
    assert farm_address() == "farm:1"
    assert farm_address("here:2") == "here:2"


@pytest.mark.parametrize("address", ["here:", "here:99999", "here:x"])
def test_an_address_whose_port_is_none(address: str) -> None:
    with pytest.raises(ConfigError, match="is not a port from 1 to 65535"):
        farm_address(address)
