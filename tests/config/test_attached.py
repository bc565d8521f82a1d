"""Boards on a desk in boards.toml: what is accepted, and what each mistake is answered with."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.desk_board import DESK

from harness.config import AttachedTarget, IdRegister, Instance, MeterEntry, load_boards, load_instances
from harness.errors import ConfigError
from harness.paths import shipped_boards_file

ENTRY = """
[attached.desk-1]
board = "desk"
probe = "0670FF"
port = "0670FF"
meter = { kind = "ppk2", port = "C0FFEE", voltage_v = 3.3, rate_hz = 100_000 }
"""
SECOND = ENTRY.replace("desk-1", "desk-2").replace("0670FF", "0671AA")


def write(folder: Path, text: str) -> Path:
    path = folder / "boards.toml"
    path.write_text(text)
    return path


def test_a_board_on_the_desk_has_its_probe_its_port_and_its_meter(tmp_path: Path) -> None:
    path = write(tmp_path, DESK + ENTRY)
    meter = MeterEntry("ppk2", "C0FFEE", 3.3, 100_000)
    assert load_instances([path]) == {"desk-1": Instance("desk-1", "desk", "0670FF", "0670FF", False, meter, path)}
    assert set(load_boards([path])) == {"desk"}


def test_its_kind_may_stand_in_an_earlier_file(tmp_path: Path) -> None:
    path = write(tmp_path, ENTRY.replace('"desk"', '"stm32l475"'))
    assert load_instances([shipped_boards_file(), path])["desk-1"].board == "stm32l475"


def test_how_a_kind_of_board_is_reached(tmp_path: Path) -> None:
    text = """
[boards.desk.targets.attached]
probe_target = "chip"
usb = ["0d28:0204"]
id_register = { address = 0x10, mask = 0xFFF, value = 0x415 }
"""
    target = load_boards([write(tmp_path, DESK + text)])["desk"].targets["attached"]
    assert target == AttachedTarget("chip", ("0d28:0204",), IdRegister(0x10, 0xFFF, 0x415))
    assert target.id_register is not None
    assert target.id_register.fits(0x1007_6415)
    assert not target.id_register.fits(0x1007_6470)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("rate_hz = 100_000", "rate_hz = 99", ["attached.desk-1.meter.rate_hz", ">= 100"]),
        ('board = "desk"', 'board = "desc"', ["attached.desk-1.board", "desc", "nearest: desk"]),
        ('probe = "0670FF"', "", ["attached.desk-1", "probe"]),
        ('probe = "0670FF"', 'probe = ""', ["attached.desk-1.probe"]),
        ('port = "0670FF"', "port = 4", ["attached.desk-1.port", "Expected `str`"]),
        ('kind = "ppk2"', 'kind = "ppk3"', ["attached.desk-1.meter.kind", "ppk3", "lpm01a"]),
        ("voltage_v = 3.3", "voltage_v = 33", ["attached.desk-1.meter.voltage_v"]),
        ("[attached.desk-1]", '[attached."desk 1"]', ["attached.desk 1"]),
        (ENTRY, ENTRY + SECOND.replace("0671AA", "0670ff"), ["attached.desk-2.probe", "that of attached.desk-1"]),
        (ENTRY, ENTRY + SECOND.replace('port = "0671AA"', 'port = "0670FF"'), ["attached.desk-2.port"]),
    ],
)
def test_a_mistake_is_answered_with_file_key_and_fix(tmp_path: Path, old: str, new: str, said: list[str]) -> None:
    text = DESK + ENTRY
    assert old in text
    path = write(tmp_path, text.replace(old, new, 1))
    with pytest.raises(ConfigError) as caught:
        load_instances([path])
    assert str(path) in str(caught.value)
    assert caught.value.fix
    for words in said:
        assert words in str(caught.value)
