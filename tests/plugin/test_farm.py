"""The options of a farm, and how many workers it is worth."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.labgrid_farm import BOARD, LabgridFarm

OK = {"board": BOARD, "health": "ok"}
PLACES = {
    "rack-1": OK,
    "rack-2": OK | {"rack": "2"},
    "rack-3": OK | {"health": "quarantined"},
    "rack-4": {"board": "mps2-an386", "health": "ok"},
    "rack-5": OK,  # never exported
}
NOWHERE = "--farm=127.0.0.1:9"


@pytest.fixture(scope="module")
def farm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with LabgridFarm(tmp_path_factory.mktemp("coordinator"), PLACES) as farm:
        farm.export(["rack-1", "rack-2", "rack-3", "rack-4"])
        yield f"--farm={farm.address}"


@pytest.fixture(autouse=True)
def _passing_test(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_nothing(): pass")


@pytest.mark.parametrize(
    ("boards", "further", "workers"),
    [(f"{BOARD},mps2-an386", [], 3), (BOARD, ["--farm-tag=rack=2"], 1)],
)
def test_a_worker_for_each_place_that_can_be_used(
    pytester: pytest.Pytester, farm: str, boards: str, further: list[str], workers: int
) -> None:
    result = pytester.runpytest_subprocess("--target=farm", farm, f"--board={boards}", "-n", "auto", *further)
    result.stdout.fnmatch_lines([f"created: {workers}/{workers} worker*"])
    result.assert_outcomes(passed=1)


def test_without_a_farm_the_processors_count(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_XDIST_AUTO_NUM_WORKERS", "1")
    result = pytester.runpytest_subprocess("-n", "auto")
    result.stdout.fnmatch_lines(["created: 1/1 worker*"])


def test_a_farm_that_is_not_there(pytester: pytest.Pytester) -> None:
    result = pytester.runpytest_subprocess(NOWHERE, f"--board={BOARD}", "-n", "auto")
    result.stderr.fnmatch_lines(["ERROR: no labgrid coordinator at 127.0.0.1:9: *Connection refused"])


def test_a_farm_is_named_in_the_header_and_not_asked_without_need(pytester: pytest.Pytester) -> None:
    result = pytester.runpytest_subprocess(NOWHERE, f"--board={BOARD}")
    result.stdout.fnmatch_lines([f"tinyhil: board {BOARD} (farm: 127.0.0.1:9), engine builtin*"])
    result.assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--target=emulated", NOWHERE], "--target=emulated is no farm's"),
        (["--farm-tag=rack"], "--farm-tag=rack: needs KEY=VALUE"),
        (["--target=farm", "--board=native"], "board native has no target 'farm'; it has native"),
        (["--target=farm", "--attached=desk-1"], "--attached=desk-1: no board of this run is to be attached"),
    ],
)
def test_options_that_do_not_fit(pytester: pytest.Pytester, options: list[str], told: str) -> None:
    result = pytester.runpytest_subprocess(f"--board={BOARD}", *options)
    result.stderr.fnmatch_lines([f"ERROR: *{told}*"])
