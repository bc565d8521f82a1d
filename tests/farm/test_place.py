from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import FarmError
from harness.farm import FarmPlace, Notes, Remark, Resource
from harness.farm.place import one_line

TIMES = st.datetimes(datetime(2000, 1, 1), datetime(2999, 1, 1), timezones=st.just(UTC)).map(
    lambda when: when.replace(microsecond=0)
)
REASONS = st.text(min_size=1).map(one_line).filter(bool)
WHEN = datetime(2026, 11, 21, 21, 5, 9, tzinfo=UTC)


def port(name: str) -> Resource:
    return Resource(name, "NetworkSerialPort", "lab", True, {"host": "lab", "port": 4001})


def place(*resources: Resource) -> FarmPlace:
    return FarmPlace("rack1-3", {}, Notes(), "", WHEN, resources=resources)


@given(
    st.builds(
        Notes,
        st.sampled_from(["", "shelf 3", "shelf 3 | top"]),
        st.none() | st.builds(Remark, st.sampled_from(["passed", "failed"]), TIMES),
        st.none() | st.builds(Remark, REASONS, TIMES),
    )
)
def test_a_comment_keeps_the_notes(notes: Notes) -> None:
    assert Notes.read(str(notes)) == notes
    assert "\n" not in str(notes)


@given(st.text())
def test_any_comment_is_read_and_kept(comment: str) -> None:
    notes = Notes.read(comment)
    assert Notes.read(str(notes)) == notes


def test_a_comment_as_people_see_it() -> None:
    notes = Notes("shelf 3", Remark("passed", WHEN), Remark("no answer | to \x1b[31mHELLO\ntwice", WHEN))
    assert str(notes) == (
        "shelf 3 | last: passed 2026-11-21T21:05:09Z | quarantined 2026-11-21T21:05:09Z: no answer / to [31mHELLO twice"
    )


def test_the_only_serial_port_may_have_any_name() -> None:
    assert place(port("uart0")).serial.address == ("lab", 4001)


def test_a_meter_is_no_line() -> None:
    assert place(port("meter"), port("uart0")).serial.name == "uart0"


def test_of_several_one_is_named() -> None:
    assert place(port("meter"), port("serial")).serial.name == "serial"


@pytest.mark.parametrize(("names", "told"), [([], "none"), (["a", "b"], "a, b")])
def test_no_line(names: list[str], told: str) -> None:
    with pytest.raises(FarmError, match=f"rack1-3 needs one serial port, .*; it has {told}"):
        _ = place(*map(port, names)).serial


def test_a_resource_without_a_port() -> None:
    with pytest.raises(FarmError, match="resource gdb of exporter lab has no host and port"):
        _ = Resource("gdb", "NetworkService", "lab", True, {"address": "lab"}).address


def test_other_health_is_none() -> None:
    assert FarmPlace("a", {"health": "fine"}, Notes(), "", WHEN).health == ""
