"""Suites on a farm, with nothing left out but silicon: labgrid's own programs, which `harness farm demo` starts."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.measure import Provenance
from harness.report import SessionTables, read_session

from .conftest import REPOSITORY

BOARD = "stm32l475"


@contextlib.contextmanager
def demo(*options: str) -> Iterator[str]:
    """A farm with these options until the block ends; its address."""
    command = [sys.executable, "-m", "harness", "farm", "demo", f"--board={BOARD}", "--port=0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY) as farm:
        assert farm.stdout
        try:
            address = farm.stdout.readline().split()[3].rstrip(",")
            while not farm.stdout.readline().startswith("Ctrl-C ends it"):
                assert farm.poll() is None
            yield address
        finally:
            farm.send_signal(signal.SIGINT)


def pytest_on(farm: str, reports: Path, *options: str) -> SessionTables:
    """What a user runs; its session."""
    command = [sys.executable, "-m", "pytest", f"--board={BOARD}", "--target=farm", f"--farm={farm}"]
    command += [f"--reports-dir={reports}", *options]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (session,) = reports.iterdir()
    return read_session(session)


def holders(farm: str) -> list[str]:
    command = [sys.executable, "-m", "harness", "farm", "status", f"--farm={farm}", "--format=json"]
    told = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout
    return [place["owner"] for place in json.loads(told)["places"] if place["owner"]]


def test_four_boards_serve_four_workers(tmp_path: Path) -> None:
    with demo("-n4") as farm:
        tables = pytest_on(farm, tmp_path, "-n4", "suites", "--vectors=20", "-k", "int8 and not int16x8")
        assert not holders(farm)
    runs = tables.run_records
    assert {(run.outcome, run.target) for run in runs} == {("passed", "farm")}
    assert {run.place for run in runs} <= {f"rack1-{number}" for number in range(1, 5)}
    assert len({run.place for run in runs}) > 1
    assert all(run.instructions and run.instructions.provenance is Provenance.EMULATED for run in runs)


def test_a_board_is_reached_as_silicon_is(tmp_path: Path) -> None:
    with demo("-n0", "--desk=1", "--meter=ppk2") as farm:
        tables = pytest_on(farm, tmp_path, "suites/digits", "--vectors=20", "-k", "int8", "--repeat=1")
        assert not holders(farm)
    assert tables.run_records
    for run in tables.run_records:
        assert (run.outcome, run.place) == ("passed", "desk-1")
        assert run.latency_us and run.latency_us.provenance is Provenance.REHEARSED
        assert (run.meter, run.supply_v) == ("PPK2 desk-1 (stand-in)", 3.3)
        assert run.energy_uj and run.energy_uj.provenance is Provenance.REHEARSED
    (trace,) = tables.trace_records[:1]
    points = zip(trace.time_us, trace.power_uw.value, strict=True)
    at_work = [power_uw for time_us, power_uw in points if 0 < time_us < 0.9 * trace.end_us]
    assert at_work == pytest.approx([33_000] * len(at_work), rel=0.1)
