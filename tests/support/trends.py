"""A project whose figures went over commits: what pages show of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from support.commits import CommittedProject
from support.session_records import int8_run, metered_run, run_record
from support.sides import quantity

from harness.history.index import read_index
from harness.history.listing import SessionFilter
from harness.history.trend import Trend, find_trend

COMMITS = 30
SLOWER, FEWER = 12, 20  # commits: the attached board gets slower, the emulated one needs fewer instructions


def walked_project(folder: Path, name: str = "digits") -> CommittedProject:
    """Sessions of all commits but one: a suite on an emulated board and, noisy, on an attached one."""
    project = CommittedProject(folder, COMMITS)
    noise = np.random.default_rng(7).normal(1, 0.01, COMMITS)
    for number in range(COMMITS):
        if number != SLOWER - 1:
            time_us = float(noise[number]) * (20_000 if number < SLOWER else 25_000)
            runs = [
                run_record(suite=name, instructions=quantity(7_000_000 if number < FEWER else 6_000_000)),
                int8_run(suite=name),
                metered_run(run_record(suite=name, board=f"desk of {name}"), time_us, 900.0),
            ]
            project.session(f"s{number:02}", project.commits[number], runs, hour=number)
    return project


def trend_of(project: CommittedProject) -> Trend:
    return find_trend(read_index(project.reports), project.root, SessionFilter(dirty=False))
