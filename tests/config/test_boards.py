"""boards.toml: what is accepted, and what each mistake is answered with."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.desk_board import DESK as GOOD

from harness.config import EmulatedTarget, EnergyModel, load_boards, pick_board, pick_boards
from harness.errors import ConfigError
from harness.paths import shipped_boards_file


def write(folder: Path, text: str) -> Path:
    path = folder / "boards.toml"
    path.write_text(text)
    return path


def test_a_region_is_resolved_to_an_address_and_the_rest_of_its_memory(tmp_path: Path) -> None:
    board = load_boards([write(tmp_path, GOOD)])["desk"]
    arena = board.firmware.arena
    assert (arena.address, arena.bytes, arena.kind) == (0x8000 + 2048, 2048, "ram")
    assert board.firmware.model_slot.kind == "flash"
    assert board.targets["emulated"] == EmulatedTarget(machine="some-machine", icount_shift=4)


def test_an_arena_may_have_a_second_piece(tmp_path: Path) -> None:
    text = GOOD.replace("stack_bytes", 'second_arena = { memory = "ram", offset = 3072 }\nstack_bytes')
    text = text.replace("offset = 2048 }\nmodel_slot", "offset = 2048, bytes = 512 }\nmodel_slot")
    firmware = load_boards([write(tmp_path, text)])["desk"].firmware
    assert [(piece.address, piece.bytes) for piece in firmware.arena_pieces] == [(0x8800, 512), (0x8C00, 1024)]
    assert firmware.arena_bytes == 1536


def test_the_shipped_boards_are_valid_and_have_the_promised_targets() -> None:
    boards = load_boards([shipped_boards_file()])
    assert set(boards["stm32l475"].targets) == {"emulated", "attached"}
    assert set(boards["native"].targets) == {"native"}
    for name in ("microbit", "nucleo-l4r5zi"):
        assert set(boards[name].targets) == {"emulated", "attached"}
    for name in ("mps2-an385", "mps2-an386", "mps2-an500", "mps2-an505", "mps3-an547"):
        assert set(boards[name].targets) == {"emulated"}


def test_a_later_file_replaces_an_entry_by_name(tmp_path: Path) -> None:
    first = write(tmp_path, GOOD)
    second = tmp_path / "mine.toml"
    second.write_text(GOOD.replace("a board", "my board"))
    boards = load_boards([first, second])
    assert boards["desk"].description == "my board"
    assert boards["desk"].source == second


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("stack_bytes = 512", 'stack_bytes = "512"', ["boards.desk.firmware.stack_bytes", "Expected `int`"]),
        ("stack_bytes = 512", "stack_byte = 512", ["boards.desk.firmware", "stack_byte", "nearest: stack_bytes"]),
        ("stack_bytes = 512", "stack_bytes = 4096", ["boards.desk.firmware.stack_bytes", "no room"]),
        ("clock_hz = 1000000", "", ["boards.desk", "clock_hz"]),
        ("clock_hz = 1000000", "clock_hz = 0", ["boards.desk.clock_hz"]),
        ('core = "cortex-m4f"', 'core = "cortex-m99"', ["boards.desk.core", "cortex-m99"]),
        ("bytes = 4096 }\nram", "byte = 4096 }\nram", ["boards.desk.memory.flash", "byte"]),
        (
            '{ memory = "ram", offset = 2048 }',
            '{ memory = "rom" }',
            ["boards.desk.firmware.arena.memory", "rom", "ram"],
        ),
        ("offset = 2048 }\nmodel_slot", "offset = 5000 }\nmodel_slot", ["boards.desk.firmware.arena", "does not lie"]),
        ("offset = 2048 }\nmodel_slot", "offset = 1024 }\nmodel_slot", ["boards.desk.firmware", "overlap"]),
        ('arena = { memory = "ram", offset = 2048 }', 'arena = { memory = "flash" }', ["firmware.arena", "is not ram"]),
        (
            "stack_bytes = 512",
            'stack_bytes = 512\nsecond_arena = { memory = "ram", offset = 3072 }',
            ["boards.desk.firmware", "arena and second_arena overlap at 0x8c00"],
        ),
        (
            "stack_bytes = 512",
            'stack_bytes = 512\nsecond_arena = { memory = "flash", offset = 3072 }',
            ["boards.desk.firmware.second_arena", "is not ram"],
        ),
        ("offset = 2048 }\nstack", "offset = 4096 }\nstack", ["firmware.model_slot", "does not lie"]),
        ("offset = 2048 }\nstack", "offset = 2050, bytes = 16 }\nstack", ["firmware.model_slot", "multiple of 16"]),
        (
            "stack_bytes = 512",
            "stack_bytes = 512\nperipherals = { Uart = 1 }",
            ["boards.desk.firmware", "$.peripherals"],
        ),
        ("stack_bytes", "link = { max_payload_bytes = 100 }\nstack_bytes", ["boards.desk.firmware.link", "100"]),
        ("icount_shift = 4", "icount_shift = 40", ["boards.desk.targets.emulated.icount_shift"]),
        ("[boards.desk.targets.emulated]", "[boards.desk.targets.emulator]", ["boards.desk.targets", "emulator"]),
        ("[boards.desk]", "[boards.Desk]", ["boards.Desk"]),
        ("[boards.desk]", "[board]\n[boards.desk]", ["board: unknown table"]),
        ("[boards.desk]", "[boards.desk", ["not valid TOML"]),
    ],
)
def test_a_mistake_is_answered_with_file_key_and_fix(tmp_path: Path, old: str, new: str, said: list[str]) -> None:
    assert old in GOOD
    path = write(tmp_path, GOOD.replace(old, new, 1))
    with pytest.raises(ConfigError) as caught:
        load_boards([path])
    assert str(path) in str(caught.value)
    assert caught.value.fix
    for words in said:
        assert words in str(caught.value)


def test_a_board_without_targets_is_refused(tmp_path: Path) -> None:
    text = GOOD.partition("[boards.desk.targets")[0] + "[boards.desk.targets]"
    with pytest.raises(ConfigError, match="no target"):
        load_boards([write(tmp_path, text)])


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.toml: no such file"):
        load_boards([tmp_path / "nowhere.toml"])


def test_an_unknown_board_lists_the_known_ones_and_the_nearest() -> None:
    boards = load_boards([shipped_boards_file()])
    with pytest.raises(ConfigError) as caught:
        pick_board(boards, "stm32l457")
    assert "stm32l457" in str(caught.value)
    assert "native, nucleo-l4r5zi, stm32l475 (nearest: stm32l475)" in str(caught.value)


def test_boards_are_listed_with_commas_each_once_and_one_at_least() -> None:
    boards = load_boards([shipped_boards_file()])
    picked = pick_boards(boards, ["native,stm32l475,", "native"])
    assert [board.name for board in picked] == ["native", "stm32l475"]
    with pytest.raises(ConfigError, match=r"no board is named\n.*native"):
        pick_boards(boards, [","])


def test_a_board_may_name_its_engine(tmp_path: Path) -> None:
    assert load_boards([write(tmp_path, GOOD)])["desk"].engine == "auto"
    named = GOOD.replace('mcu = "MCU"', 'mcu = "MCU"\nengine = "builtin"')
    assert load_boards([write(tmp_path, named)])["desk"].engine == "builtin"
    with pytest.raises(ConfigError, match=r"boards\.desk\.engine: .*allowed: auto, builtin, tflm, tflm-ref"):
        load_boards([write(tmp_path, named.replace("builtin", "bultin"))])


ENERGY = """
[boards.desk.energy]
name = "a datasheet, table 1"
supply_v = 3
run_ua_per_mhz = 127.5
sleep_ua = 1.4
"""


def test_a_board_may_have_an_energy_model(tmp_path: Path) -> None:
    assert load_boards([write(tmp_path, GOOD)])["desk"].energy is None
    energy = load_boards([write(tmp_path, GOOD + ENERGY)])["desk"].energy
    assert energy == EnergyModel(name="a datasheet, table 1", supply_v=3.0, run_ua_per_mhz=127.5, sleep_ua=1.4)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("supply_v = 3", "supply_v = 0", ["boards.desk.energy.supply_v", "0"]),
        ("127.5", "-1", ["boards.desk.energy.run_ua_per_mhz"]),
        ("127.5", "inf", ["boards.desk.energy.run_ua_per_mhz"]),
        ("127.5", "nan", ["boards.desk.energy.run_ua_per_mhz"]),
        ("sleep_ua = 1.4", "", ["boards.desk.energy", "sleep_ua"]),
        ("sleep_ua", "sleep_ma", ["boards.desk.energy", "nearest: sleep_ua"]),
        ('name = "a datasheet, table 1"', 'name = ""', ["boards.desk.energy.name"]),
    ],
)
def test_a_wrong_energy_model_is_refused(tmp_path: Path, old: str, new: str, said: list[str]) -> None:
    with pytest.raises(ConfigError) as caught:
        load_boards([write(tmp_path, GOOD + ENERGY.replace(old, new))])
    for words in [str(tmp_path), *said]:
        assert words in str(caught.value)


def test_boards_with_a_datasheet_have_an_energy_model_and_the_fpga_images_have_none() -> None:
    boards = load_boards([shipped_boards_file()])
    assert {name for name, board in boards.items() if board.energy} == {"microbit", "nucleo-l4r5zi", "stm32l475"}
