"""Leases over a restart of labgrid's coordinator, whose exporters end with it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from support.labgrid_farm import BOARD, EXPORTER, LabgridFarm

from harness.farm import Coordinator, this_process
from harness.farm.agent_process import AgentProcess


@pytest.fixture
def farm(tmp_path: Path) -> Iterator[LabgridFarm]:
    with LabgridFarm(tmp_path, {"rack-1": {"board": BOARD, "health": "ok"}}) as farm:
        farm.export(["rack-1"])
        yield farm


def restart(farm: LabgridFarm) -> None:
    farm.kill_coordinator()
    farm.kill_exporter(EXPORTER)
    farm.start_coordinator()
    farm.export(["rack-1"])


def test_who_held_a_place_has_it_again(farm: LabgridFarm) -> None:
    with Coordinator(farm.address) as coordinator:
        leased = coordinator.lease(BOARD)
        restart(farm)
        while not coordinator.place(leased.name).owner:
            pass
        assert coordinator.place(leased.name).owner == coordinator.owner
        assert not coordinator.loss(leased.name)


def test_who_waited_waits_on(farm: LabgridFarm, waits: threading.Event) -> None:
    """The coordinator forgets reservations, too."""
    somebody = replace(this_process(), user="somebody")
    with ThreadPoolExecutor() as threads, Coordinator(farm.address, somebody) as waiter:
        with Coordinator(farm.address) as holder:
            leased = holder.lease(BOARD)
            waiting = threads.submit(waiter.lease, BOARD, timeout_s=60)
            assert waits.wait(60)
            restart(farm)
            while not holder.place(leased.name).owner:
                pass
            assert not holder.loss(leased.name)  # who had it has it again, before those who wait
        assert waiting.result(60).owner == waiter.owner


def test_what_was_not_answered_is_asked_again(farm: LabgridFarm) -> None:
    with (
        ThreadPoolExecutor() as threads,
        Coordinator(farm.address) as coordinator,
        AgentProcess(farm.address, "lab/anna", lambda *_: None) as agent,
    ):
        farm.hang_coordinator()
        asked = threads.submit(agent.ask, "comment", name="rack-1", comment="busy")
        restart(farm)
        asked.result(60)
        assert coordinator.place("rack-1").notes.text == "busy"
