"""`harness boards --scan` and `--add`: what is said of what is plugged in, and the entry that comes of the answers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.desks import DAPLINK, Cupboard

from harness.config import Instance, MeterEntry, load_instances
from harness.paths import shipped_boards_file
from harness.scan import held, udev_rules

ENTRY = '[attached.desk-1]\nboard = "stm32l475"\nprobe = "0670FF"\nport = "0670FF"\n'


@pytest.fixture
def cupboard(monkeypatch: pytest.MonkeyPatch) -> Cupboard:
    cupboard = Cupboard()
    monkeypatch.setattr("harness.cli.attached.plugged_in", lambda: cupboard.plugged)
    return cupboard


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Gives the answers one by one; the questions come back in a list."""

    def prepare(*answers: str) -> list[str]:
        questions: list[str] = []
        left = list(answers)

        def reply(question: str) -> str:
            questions.append(question)
            if not left:
                raise EOFError
            return left.pop(0)

        monkeypatch.setattr("builtins.input", reply)
        return questions

    return prepare


def test_nothing_is_plugged_in(harness: Callable[..., Any], cupboard: Cupboard) -> None:
    assert harness("boards", "--scan").out == "no probe and no serial port is plugged in, and no entry names a board\n"


def test_a_scan_says_what_it_is_whose_it_is_and_whether_it_is_free(
    harness: Callable[..., Any], cupboard: Cupboard, tmp_path: Path
) -> None:
    far = ENTRY.replace("desk-1", "far").replace("0670FF", "B2").replace("stm32l475", "microbit")
    (tmp_path / "boards.toml").write_text(ENTRY + far)
    cupboard.plug("0670FF").plug("0671AA").plug("none", "10c4:ea60")
    with held("probe", "0670FF", "desk-1"):
        out = harness("boards", "--scan").out
    claimed, stranger = out.split("probe 0671AA at 1-2: ")
    assert claimed.startswith(
        "probe 0670FF at 1-1: STMicroelectronics STM32 STLink 0483:374b\n  port /dev/ttyACM0 STM32"
    )
    assert "  attached.desk-1: stm32l475, in use by process" in claimed
    assert "  no entry; may be stm32l475 or nucleo-l4r5zi: `harness boards --add`\n" in stranger
    assert "\nattached.far: microbit, not there (" in stranger
    assert stranger.endswith("port /dev/ttyACM2 STM32 STLink 10c4:ea60 none at 1-3\n")
    assert "free" in harness("boards", "--scan").out


def test_the_documented_scan(harness: Callable[..., Any], cupboard: Cupboard, tmp_path: Path) -> None:
    file = tmp_path / "boards.toml"
    file.write_text(ENTRY)
    cupboard.plug("0670FF").plug("0671AA")
    documented = (shipped_boards_file().parent / "docs" / "hardware.md").read_text()
    out = harness("boards", "--scan").out.replace(str(file), "/home/me/project/boards.toml")
    assert f"$ harness boards --scan\n{out}```\n" in documented
    for rule in udev_rules("0483:374b").splitlines():
        assert rule in documented


def test_a_scan_gives_the_rule_for_what_may_not_be_opened(
    harness: Callable[..., Any], cupboard: Cupboard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = tmp_path / "004"
    node.touch()
    monkeypatch.setattr("harness.scan.sightings.may_open", lambda _path: False)  # root may open everything
    cupboard.plug("0670FF", node=node)
    out = harness("boards", "--scan").out
    assert f"  {node} may not be opened\n" in out
    assert "put this into /etc/udev/rules.d/70-tinyhil.rules" in out
    assert 'SUBSYSTEM=="usb", ATTR{idVendor}=="0483", ATTR{idProduct}=="374b"' in out


def test_an_entry_is_written_behind_what_the_file_holds(
    harness: Callable[..., Any], cupboard: Cupboard, answer: Callable[..., list[str]], tmp_path: Path
) -> None:
    file = tmp_path / "boards.toml"
    file.write_text(f"# mine\n{ENTRY}")
    cupboard.plug("0670FF").plug("0671AA").plug("9900", DAPLINK)
    questions = answer("0671AA", "stm32l475", "", "bench", "ppk2", "C0FFEE", "3.0", "y")
    done = harness("boards", "--add")
    assert (done.code, done.err) == (0, "")
    assert done.out.endswith("written; now run: pytest --board=stm32l475 --target=attached\n")
    assert questions[0] == "probe (0671AA, 9900): "
    assert questions[3] == "name of this board [desk-2]: "
    assert file.read_text().startswith(f"# mine\n{ENTRY}\n[attached.bench]\n")
    meter = MeterEntry("ppk2", "C0FFEE", 3.0)
    written = load_instances([shipped_boards_file(), file])["bench"]
    assert written == Instance("bench", "stm32l475", "0671AA", "0671AA", meter=meter, source=file)


def test_an_only_choice_is_not_asked_and_a_new_file_is_made(
    harness: Callable[..., Any], cupboard: Cupboard, answer: Callable[..., list[str]], tmp_path: Path
) -> None:
    cupboard.plug("9900", DAPLINK)
    questions = answer("", "", "", "y")
    assert harness("boards", "--add", "--boards-file=desk.toml").code == 0
    assert len(questions) == 4
    entry = '[attached.desk-1]\nboard = "microbit"\nprobe = "9900"\nport = "9900"\n'
    assert (tmp_path / "desk.toml").read_text() == entry


def test_nothing_is_written_unasked(
    harness: Callable[..., Any], cupboard: Cupboard, answer: Callable[..., list[str]], tmp_path: Path
) -> None:
    cupboard.plug("9900", DAPLINK)
    answer("", "", "", "n")
    assert harness("boards", "--add").out.endswith("nothing is written\n")
    assert not (tmp_path / "boards.toml").exists()


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ((), "serial port: a USB serial number, a path or a URL: no answer"),
        (("", "", "ppk3"), "power meter: 'ppk3' is no answer"),
        (("", "", "ppk2", "C0FFEE", "33"), "power meter: "),
        (("", "", "", "maybe"), "'maybe' is no answer"),
    ],
)
def test_an_answer_that_cannot_be_used(
    harness: Callable[..., Any],
    cupboard: Cupboard,
    answer: Callable[..., list[str]],
    answers: tuple[str, ...],
    said: str,
) -> None:
    cupboard.plug("9900", DAPLINK)
    answer(*answers)
    done = harness("boards", "--add")
    assert done.code == 2
    assert said in done.err
    assert "fix: " in done.err


def test_there_is_nothing_to_add(harness: Callable[..., Any], cupboard: Cupboard, tmp_path: Path) -> None:
    (tmp_path / "boards.toml").write_text(ENTRY)
    cupboard.plug("0670FF")
    done = harness("boards", "--add")
    assert (done.code, "no probe is plugged in that no entry claims" in done.err) == (2, True)


def test_the_shipped_file_is_left_alone(harness: Callable[..., Any], cupboard: Cupboard) -> None:
    done = harness("boards", "--add", f"--boards-file={shipped_boards_file()}")
    assert (done.code, "is the harness's own" in done.err) == (2, True)
