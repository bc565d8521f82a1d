"""What is on disk of nights: all or nothing, one night at a time, and what the next one knows by it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from subprocess import Popen

import pytest
from msgspec.structs import replace

from harness.errors import ReportError
from harness.nightly.plan import Cell, Past, Planned
from harness.nightly.record import Night, Nights, new_night, past_of
from harness.report.session import Checkout

DIGITS, WORDS = (Cell(suite, "native", "builtin") for suite in ("digits", "words"))
CHECKOUT = Checkout("0123456789abcdef0123456789abcdef01234567", dirty=False, branch="main")
HOLD = """
import sys
from pathlib import Path
from harness.nightly.record import Nights
with Nights(Path(sys.argv[1])).held():
    print("held", flush=True)
    sys.stdin.read()
"""


def night_of(*cells: Cell) -> Night:
    planned = [Planned(cell, "never ran", 10.0) for cell in cells]
    return new_night(planned, {cell: {"suite": "1"} for cell in cells}, 60.0, CHECKOUT)


def ran(night: Night, cell: Cell, **changes: object) -> Night:
    fields: dict[str, object] = {"outcome": "passed", "duration_s": 4.0, "good": True, **changes}
    return night.with_cell(replace(night.cell(cell), **fields))


def test_a_night_comes_back_as_it_was(nights: Nights) -> None:
    night = ran(night_of(DIGITS, WORDS), WORDS, session="a", message="µ")
    nights.write(night)
    assert nights.read() == [night]
    assert night.id.endswith("-0123456")


def test_nights_come_the_oldest_first(nights: Nights) -> None:
    for id_ in ("2", "1", "3"):
        nights.write(replace(night_of(DIGITS), id=id_))
    assert [night.id for night in nights.read()] == ["1", "2", "3"]


def test_what_waits_what_ran_and_what_is_left() -> None:
    night = ran(night_of(DIGITS, WORDS), WORDS, session="a")
    assert [planned.cell for planned in night.waiting] == [DIGITS]
    assert [record.cell for record in night.ran] == [WORDS]
    assert (night.left_s, night.sessions) == (56.0, ["a"])


def test_a_cell_that_was_under_way_waits_again() -> None:
    assert night_of(DIGITS).with_cell(replace(night_of(DIGITS).cells[0], outcome="running")).waiting


def test_a_damaged_night_is_named(nights: Nights) -> None:
    nights.write(replace(night_of(DIGITS), id="1"))
    file = nights.folder / "1" / "night.json"
    file.write_text(file.read_text()[:-20])
    with pytest.raises(ReportError, match=str(file)) as caught:
        nights.read()
    assert caught.value.fix


def test_a_night_that_cannot_be_written_leaves_the_one_before(nights: Nights, monkeypatch: pytest.MonkeyPatch) -> None:
    night = night_of(DIGITS)
    nights.write(night)

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(ReportError, match="No space left"):
        nights.write(ran(night, DIGITS))
    assert nights.read() == [night]


def test_two_nights_at_once_refuse_each_other(reports: Path, start_python: Callable[..., Popen[str]]) -> None:
    other = start_python(HOLD, reports)
    assert other.stdout and other.stdout.readline() == "held\n"
    with (
        pytest.raises(ReportError, match=f"another night is under way: process {other.pid} since"),
        Nights(reports).held(),
    ):
        pass
    other.kill()
    other.wait()
    with Nights(reports).held():
        pass


def test_what_earlier_nights_tell_of_a_cell() -> None:
    first = ran(ran(night_of(DIGITS, WORDS), DIGITS), WORDS)
    second = ran(night_of(DIGITS, WORDS), DIGITS, outcome="failed", duration_s=6.0, good=False)
    assert past_of([first, second, night_of(DIGITS, WORDS)]) == {
        DIGITS: Past(nights_away=1, failed=True, good={"suite": "1"}, durations_s=(4.0, 6.0)),
        WORDS: Past(nights_away=2, failed=False, good={"suite": "1"}, durations_s=(4.0,)),
    }


def test_a_full_disk_is_told(nights: Nights) -> None:
    nights.folder.mkdir()
    (nights.folder / ".lock").symlink_to("/dev/full")
    with pytest.raises(ReportError, match="No space left on device"), nights.held():
        pass
