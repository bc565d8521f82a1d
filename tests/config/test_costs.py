"""Cost models: figures of cores, memories at a clock, and what each mistake is answered with."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.desk_board import DESK

from harness.config import Board, load_boards
from harness.config.costs import KindCost
from harness.errors import ConfigError
from harness.paths import shipped_boards_file

BOARD = DESK.replace("clock_hz = 1000000", "clock_hz = 40_000_000")
TIMING = """
[boards.desk.timing]
cycle_scale = 1.5
costs = { divide = 3, branch = { cycles = 1, taken = 4 } }
[boards.desk.timing.memory]
flash = { wait_states = [[20_000_000, 0], [40_000_000, 1], [80_000_000, 2]], line_bytes = 8, prefetch = true }
ram = { wait_states = 0 }
"""


def load(folder: Path, text: str) -> Board:
    path = folder / "boards.toml"
    path.write_text(text)
    return load_boards([path])["desk"]


def test_a_board_without_timing_has_no_cost_model(tmp_path: Path) -> None:
    assert load(tmp_path, BOARD).cost_model is None


def test_wait_states_are_those_of_the_clock(tmp_path: Path) -> None:
    for clock_hz, wait_states in ((20_000_000, 0), (20_000_001, 1), (40_000_000, 1), (80_000_000, 2)):
        model = load(
            tmp_path, (BOARD + TIMING).replace("clock_hz = 40_000_000", f"clock_hz = {clock_hz}", 1)
        ).cost_model
        assert model
        assert model.memories[0].wait_states == wait_states


def test_a_cost_model_names_what_it_models(tmp_path: Path) -> None:
    model = load(tmp_path, BOARD + TIMING).cost_model
    assert model
    assert model.name == "cortex-m4f, flash 1 wait states"
    assert (model.cycle_scale, model.is_calibrated) == (1.5, True)
    assert [memory.name for memory in model.memories] == ["flash", "ram"]
    waiting_nowhere = TIMING.replace("[[20_000_000, 0], [40_000_000, 1], [80_000_000, 2]]", "0")
    model = load(tmp_path, BOARD + waiting_nowhere).cost_model
    assert model
    assert model.name == "cortex-m4f, no wait states"


def test_a_board_may_say_what_its_core_costs(tmp_path: Path) -> None:
    model = load(tmp_path, BOARD + TIMING).cost_model
    assert model
    assert model.core.kinds["divide"] == KindCost(cycles=3)
    assert model.core.kinds["branch"] == KindCost(cycles=1, taken=4)
    assert model.core.kinds["load"] == KindCost(cycles=2)  # of the M3, which the M4 is like


def test_the_error_of_a_core_is_not_that_of_other_costs_or_scales(tmp_path: Path) -> None:
    own, scale = "costs = { divide = 3, branch = { cycles = 1, taken = 4 } }\n", "cycle_scale = 1.5\n"
    for left_out in ((own, scale), (own,), (scale,)):
        timing = TIMING
        for line in left_out:
            timing = timing.replace(line, "")
        model = load(tmp_path, BOARD + timing).cost_model
        assert model
        assert (model.error_percent is not None) == (left_out == (own, scale))


def test_every_shipped_board_that_is_emulated_has_a_cost_model() -> None:
    for board in load_boards([shipped_boards_file()]).values():
        assert (board.cost_model is not None) == ("emulated" in board.targets)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("ram = { wait_states = 0 }\n", "", ["boards.desk.timing.memory.ram", "missing", "wait_states"]),
        ("ram = { wait", "rom = { wait_states = 0 }\nram = { wait", ["unknown memory 'rom'", "nearest: ram"]),
        (", [80_000_000, 2]", "", []),
        (", [40_000_000, 1], [80_000_000, 2]", "", ["flash.wait_states: given up to 20000000 Hz", "40000000 Hz"]),
        ("line_bytes = 8", "line_bytes = 7", ["timing.memory.flash"]),
        ("line_bytes = 8", "line_bytes = 32, cache_line_bytes = 16", ["cache_line_bytes", "shorter"]),
        ("line_bytes = 8", "line_bytes = 8, data_cache_bytes = 48", ["data_cache_bytes: no whole number of lines"]),
        ("prefetch = true", "prefetches = true", ["timing.memory.flash", "nearest: prefetch"]),
        ("cycle_scale = 1.5", "cycle_scale = 0", ["boards.desk.timing.cycle_scale"]),
        ("taken = 4", "took = 4", ["boards.desk.timing.costs.branch", "took"]),
        ("divide = 3", "divde = 3", ["timing.costs: unknown kind of instruction 'divde'", "nearest: divide"]),
        ("divide = 3", "divide = -3", ["boards.desk.timing.costs.divide.cycles"]),
    ],
)
def test_a_mistake_is_answered_with_its_key(tmp_path: Path, old: str, new: str, said: list[str]) -> None:
    text = BOARD + TIMING.replace(old, new, 1)
    if not said:
        load(tmp_path, text)
        return
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, text)
    assert caught.value.fix
    for words in said:
        assert words in str(caught.value)


def test_a_core_without_costs_is_refused(tmp_path: Path) -> None:
    """A host has no cycles to count."""
    path = tmp_path / "boards.toml"
    path.write_text(f"{shipped_boards_file().read_text()}\n[boards.native.timing.memory]\n")
    with pytest.raises(ConfigError, match=r"boards\.native\.timing: no costs for the core host\n.*use: cortex-m0"):
        load_boards([path])
