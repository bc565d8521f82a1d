"""Fitted values go into boards.toml, and nothing else in it changes."""

from __future__ import annotations

import difflib
from pathlib import Path

import pytest
from support.desk_board import DESK

from harness.config import Board, load_boards
from harness.config.calibration import own_boards_file, write_calibration
from harness.errors import ConfigError
from harness.paths import shipped_boards_file

CURRENT = ("energy", "run_ua_per_mhz")
NAME = ("energy", "name")
REMARK = "2026-01-02, session 20260102T030405Z-0123456"


@pytest.fixture
def shipped() -> Board:
    return load_boards([shipped_boards_file()])["stm32l475"]


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A file of the user's, with the shipped boards in it."""
    path = tmp_path / "mine.toml"
    path.write_text(shipped_boards_file().read_text())
    return path


def changes(before: str, after: str) -> list[str]:
    """The lines taken out and put in, as a diff shows them."""
    old, new = before.splitlines(), after.splitlines()
    # Blank lines count however many there are.
    blocks = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    changed = [(old[i:j], new[k:n]) for tag, i, j, k, n in blocks if tag != "equal"]
    return [
        line for gone, come in changed for line in (*(f"- {line}" for line in gone), *(f"+ {line}" for line in come))
    ]


def test_values_change_and_a_comment_keeps_the_old_ones_with_their_sources(own: Path) -> None:
    before = own.read_text()
    board = load_boards([own])["stm32l475"]
    write_calibration(board, own, {CURRENT: 140.25, NAME: "measured"}, REMARK)
    cited = "STM32L475xx datasheet DS10969 rev 5, table 26: 10.2 mA at 80 MHz, range 1, ART on"
    source = "DS10969, run from flash at 80 MHz"
    assert [line for line in changes(before, own.read_text()) if line[0] == "-"] == [
        f'- name = "{source}"',
        f"- run_ua_per_mhz = 127.5  # {cited}",
    ]
    assert [line for line in changes(before, own.read_text()) if line[0] == "+"] == [
        f'+ # {REMARK}: run_ua_per_mhz 127.5 ({cited}) -> 140.25, name "{source}" -> measured',
        '+ name = "measured"',
        "+ run_ua_per_mhz = 140.25",
    ]
    energy = load_boards([own])["stm32l475"].energy
    assert energy is not None
    assert (energy.name, energy.run_ua_per_mhz, energy.sleep_ua) == ("measured", 140.25, 1.4)


def test_a_value_that_was_not_there_gets_its_table_a_heading(own: Path) -> None:
    before = own.read_text()
    write_calibration(load_boards([own])["stm32l475"], own, {("timing", "cycle_scale"): 1.13}, REMARK)
    added = [f"+ # {REMARK}: cycle_scale unset -> 1.13", "+ ", "+ [boards.stm32l475.timing]", "+ cycle_scale = 1.13"]
    assert changes(before, own.read_text()) == added
    model = load_boards([own])["stm32l475"].cost_model
    assert model is not None and model.cycle_scale == 1.13


def test_each_calibration_adds_its_line_of_history(own: Path) -> None:
    for current in (140.0, 150.0):
        write_calibration(load_boards([own])["stm32l475"], own, {CURRENT: current}, f"session {current:g}")
    lines = own.read_text().splitlines()
    heading = lines.index("[boards.stm32l475]")
    assert lines[heading + 1] == "# session 150: run_ua_per_mhz 140.0 -> 150.0"
    assert lines[heading + 2].startswith("# session 140: run_ua_per_mhz 127.5 (")


@pytest.mark.parametrize("content", [None, "# mine\n[boards]\n", '# mine\n[boards.desk]\nmcu = "x"\n'])
def test_a_shipped_entry_is_copied_to_the_users_own_file(tmp_path: Path, shipped: Board, content: str | None) -> None:
    shipped_before = shipped_boards_file().read_text()
    file = own_boards_file(shipped, tmp_path)
    assert file == tmp_path / "boards.toml"
    desk = content is not None and "desk" in content
    if content is not None:
        file.write_text(content.replace('mcu = "x"\n', "") + (desk_entry(shipped_before) if desk else ""))
    write_calibration(shipped, file, {CURRENT: 140.0}, REMARK)
    boards = load_boards([file])
    assert set(boards) == ({"stm32l475", "desk"} if desk else {"stm32l475"})
    copied = boards["stm32l475"]
    assert copied.energy is not None and copied.energy.run_ua_per_mhz == 140.0
    assert (copied.firmware, copied.memory, copied.targets) == (shipped.firmware, shipped.memory, shipped.targets)
    assert shipped_boards_file().read_text() == shipped_before
    if content is not None:
        assert file.read_text().startswith("# mine\n")


def desk_entry(shipped: str) -> str:
    """The native board under another name, without its first heading."""
    entry = shipped[shipped.index("[boards.native]\n") + len("[boards.native]\n") :]
    return entry.replace("boards.native", "boards.desk")


def test_a_users_own_entry_is_changed_where_it_stands(tmp_path: Path, own: Path) -> None:
    assert own_boards_file(load_boards([own])["stm32l475"], tmp_path) == own


def test_a_table_that_is_not_there_is_named(own: Path) -> None:
    before = own.read_text()
    board = load_boards([own])["mps2-an386"]
    with pytest.raises(ConfigError, match=rf"{own}: boards\.mps2-an386: no table energy to calibrate"):
        write_calibration(board, own, {CURRENT: 140.0}, REMARK)
    assert own.read_text() == before


def test_an_entry_without_headings_has_its_history_on_top(tmp_path: Path) -> None:
    file = tmp_path / "boards.toml"
    waits = "desk.timing = { memory = { flash = { wait_states = 0 }, ram = { wait_states = 0 } } }\n"
    file.write_text(f"{dotted(DESK)}{waits}")
    write_calibration(load_boards([file])["desk"], file, {("timing", "cycle_scale"): 1.13}, REMARK)
    assert file.read_text().startswith(f"# {REMARK}: cycle_scale unset -> 1.13\n[boards]\n")
    model = load_boards([file])["desk"].cost_model
    assert model is not None and model.cycle_scale == 1.13


def dotted(text: str) -> str:
    """The same tables with keys below `[boards]` in place of headings."""
    lines, prefix = ["[boards]"], ""
    for line in text.strip().splitlines():
        if line.startswith("["):
            prefix = line.removeprefix("[boards.").removesuffix("]")
        else:
            lines.append(f"{prefix}.{line}")
    return "\n".join([*lines, ""])


def test_a_value_that_could_not_be_loaded_is_not_written(own: Path) -> None:
    before = own.read_text()
    board = load_boards([own])["stm32l475"]
    with pytest.raises(ConfigError, match="run_ua_per_mhz"):
        write_calibration(board, own, {CURRENT: -1.0}, REMARK)
    assert own.read_text() == before
    assert list(own.parent.iterdir()) == [own]
