"""What a place's tags make of its resource `meter`."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.config import MeterEntry
from harness.errors import FarmError
from harness.farm import Resource
from harness.farm.meter import meter_entry, meter_tags

PORT = Resource("meter", "NetworkSerialPort", "lab", True, {"host": "lab", "port": 4002})
SERVICE = Resource("meter", "NetworkService", "lab", True, {"address": "lab", "port": 1905})
TAGS = {"meter": "ppk2", "meter_mv": "3300"}


@given(
    st.sampled_from(["ppk2", "lpm01a", "otii"]),
    st.integers(1, 5000),
    st.none() | st.integers(100, 100_000),
    st.sampled_from(["", "BEEF"]),
)
def test_tags_keep_what_an_entry_says(kind: str, millivolts: int, rate_hz: int | None, device: str) -> None:
    resource, port = (SERVICE, f"lab:1905/{device}") if kind == "otii" else (PORT, "rfc2217://lab:4002#desk-1")
    entry = MeterEntry(kind, port, millivolts / 1000, rate_hz)  # type: ignore[arg-type]
    assert meter_entry("desk-1", resource, meter_tags(entry, device if kind == "otii" else "")) == entry


def test_a_raw_port_is_a_socket() -> None:
    raw = Resource("meter", "NetworkSerialPort", "lab", True, {**PORT.parameters, "protocol": "raw"})
    entry = meter_entry("desk-1", raw, TAGS)
    assert entry is not None
    assert entry.port == "socket://lab:4002#desk-1"


def test_a_place_without_a_meter() -> None:
    assert meter_entry("desk-1", None, {"board": "stm32l475"}) is None


@pytest.mark.parametrize(
    ("resource", "tags", "told"),
    [
        (
            PORT,
            {"meter_mv": "3300"},
            "its tag meter is missing, and needs one of ppk2, lpm01a, otii\n.*set-tags meter=",
        ),
        (PORT, TAGS | {"meter": "js220"}, "its tag meter is 'js220', and needs one of"),
        (PORT, {"meter": "ppk2"}, "its tag meter_mv is missing, and needs a whole number\n.*desk-1 set-tags meter_mv="),
        (PORT, TAGS | {"meter_mv": "3.3"}, "its tag meter_mv is '3.3', and needs a whole number"),
        (PORT, TAGS | {"meter_mv": "33000"}, "its tags .*<= 5.*voltage_v.*\n.*correct meter_mv"),
        (PORT, TAGS | {"meter_hz": "fast"}, "its tag meter_hz is 'fast'"),
        (PORT, TAGS | {"meter_hz": "10"}, "its tags .*>= 100"),
        (None, TAGS, "its tag meter is 'ppk2', and needs a NetworkSerialPort called meter; it has none"),
        (SERVICE, TAGS, "needs a NetworkSerialPort called meter; it has NetworkService"),
        (PORT, TAGS | {"meter": "otii"}, "its tag meter is 'otii', and needs a NetworkService"),
    ],
)
def test_what_is_wrong_is_named(resource: Resource | None, tags: dict[str, str], told: str) -> None:
    with pytest.raises(FarmError, match=f"place desk-1: .*{told}"):
        meter_entry("desk-1", resource, tags)
