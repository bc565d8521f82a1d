"""Many sessions, synthetic ones of 40 runs each: how long it takes to list 10,000, to query, compare and serve them and
to see how their figures went, and whether two writers lose any.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path
from typing import NamedTuple

from conditions import REPOSITORY, print_conditions, print_figure
from synthetic_sessions import RUNS, write_sessions

from harness.history import read_index
from harness.html import ReportServer
from harness.report import read_session

SESSIONS = 10_000
PUSHED = 500  # by each of two writers
REPEATS = 5
WORST_S = 1.0
WORST_COMPARE_S = 1.5
WORST_TREND_S = 3.0


class Taken(NamedTuple):
    """Seconds of wall time, and of the processors' time."""

    wall_s: float
    cpu_s: float

    def __str__(self) -> str:
        return f"{self.wall_s:.2f} s ({self.cpu_s:.2f} s CPU)"


def start(*arguments: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "harness", *arguments]
    return subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.DEVNULL)


def timed(*arguments: str) -> Taken:
    """What a `harness` command takes, Python's start and all."""
    begin, before = time.perf_counter(), os.times()
    if start(*arguments).wait() != 0:
        raise RuntimeError(f"harness {' '.join(arguments)} failed")
    after = os.times()
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return Taken(time.perf_counter() - begin, used)


def list_many(folder: Path) -> None:
    reports = f"--reports-dir={folder}"
    write_sessions(folder, SESSIONS)
    first = timed("report", "list", reports)
    print(f"          {SESSIONS:,} synthetic sessions of {RUNS} runs; list without an index: {first}")
    for options in ([], ["--board=stm32l475", "--since=2026-06-01"]):
        best = min(timed("report", "list", reports, *options) for _ in range(REPEATS))
        print_figure(" ".join(["list", *options]), str(best), f"< {WORST_S} s", best.wall_s < WORST_S)
    base, head = list(read_index(folder).summaries)[-2:]
    best = min(timed("compare", base, head, reports) for _ in range(REPEATS))
    print_figure("compare", str(best), f"< {WORST_COMPARE_S} s", best.wall_s < WORST_COMPARE_S)
    timed("trend", reports)  # gathers the runs in few files
    best = min(timed("trend", reports) for _ in range(REPEATS))
    print_figure("trend", str(best), f"< {WORST_TREND_S} s", best.wall_s < WORST_TREND_S)
    for name, page in (("serve, the list", ""), ("serve, a session", f"sessions/{head}")):
        best = served(folder, page)
        print_figure(name, str(best), f"< {WORST_S} s", best.wall_s < WORST_S)
    for again in ("", " again"):
        taken = timed("report", "sql", "select count(*) from runs", reports)
        print(f"          sql, count of all runs{again}: {taken}")


def served(folder: Path, page: str) -> Taken:
    """What the best of several answers of `harness report serve` takes."""
    with ReportServer(folder, REPOSITORY / "suites") as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        answers = [_answered(server.url + page) for _ in range(REPEATS)]
        server.shutdown()
    return min(answers)


def _answered(url: str) -> Taken:
    begin, before = time.perf_counter(), time.process_time()
    with urllib.request.urlopen(url) as answer:
        answer.read()
    return Taken(time.perf_counter() - begin, time.process_time() - before)


def push_at_once(folder: Path) -> None:
    place, pulled = folder / "place", folder / "pulled"
    place.mkdir()
    names = ("a", "b")
    for number, name in enumerate(names):
        write_sessions(folder / name, PUSHED, first=number * PUSHED)
    begin = time.perf_counter()
    writers = [start("report", "push", str(place), f"--reports-dir={folder / name}") for name in names]
    codes = [writer.wait() for writer in writers]
    print(f"          two writers, {PUSHED} sessions each: {time.perf_counter() - begin:.1f} s, exit codes {codes}")
    start("report", "pull", str(place), f"--reports-dir={pulled}").wait()
    readable = sum(len(read_session(pulled / name).run_records) == RUNS for name in read_index(pulled).summaries)
    print_figure("readable of what two pushed at once", str(readable), f"{2 * PUSHED}", readable == 2 * PUSHED)


def main() -> None:
    print_conditions()
    for benchmark in (list_many, push_at_once):
        with tempfile.TemporaryDirectory() as folder:
            benchmark(Path(folder))


if __name__ == "__main__":
    main()
