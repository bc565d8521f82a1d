"""What a farm is given of a board: the exporter's YAML, read by labgrid's own reader, and the probe's unit."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from harness.config import Instance, MeterEntry
from harness.errors import ConfigError
from harness.farm.exporter import Export, exporter_text, network_service
from harness.farm.sharing import EXPORTER_FILE, Door, exports_of, patterns, probe_unit, tags_of
from harness.setup.labgrid import labgrid_program

HERE, THERE = Door("127.0.0.1"), Door("bench-3.lab", "10.8.0.0/24")
READER = "import json, sys; from labgrid.remote.config import ResourceConfig as C; c = C(sys.argv[1], {}); \
print(); print(json.dumps(c.data))"


def instance(port: str, name: str = "desk-1") -> Instance:
    return Instance(name, "stm32l475", "0670FF", port)


def read_by_labgrid(file: Path) -> object:
    command = [labgrid_program("python"), "-c", READER, file]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize(
    ("port", "shared"),
    [
        ("0670FF", {"cls": "USBSerialPort", "match": {"@ID_SERIAL_SHORT": "0670FF"}, "speed": 115200}),
        ("/dev/ttyS3", {"cls": "RawSerialPort", "port": "/dev/ttyS3", "speed": 115200}),
        (
            "socket://10.1.2.3:4000",
            {"cls": "NetworkSerialPort", "host": "10.1.2.3", "port": 4000, "speed": 115200, "protocol": "raw"},
        ),
        (
            "rfc2217://ports.lab:4001",
            {"cls": "NetworkSerialPort", "host": "ports.lab", "port": 4001, "speed": 115200, "protocol": "rfc2217"},
        ),
    ],
)
def test_labgrid_reads_what_a_board_shares(tmp_path: Path, port: str, shared: dict[str, object]) -> None:
    drop_ins = tmp_path / "exporter.yaml.d"
    drop_ins.mkdir()
    (tmp_path / "exporter.yaml").write_text(EXPORTER_FILE)
    for name in ("desk-1", "1.50"):  # a name that looks like a number stays as it is
        text = exporter_text({name: exports_of(instance(port, name), HERE, 5555)})
        (drop_ins / f"{name}.yaml").write_text(text)
    probe = {"cls": "NetworkService", "address": "127.0.0.1", "port": 5555, "username": "none"}
    assert read_by_labgrid(tmp_path / "exporter.yaml") == {
        name: {"serial": shared, "probe": probe} for name in ("desk-1", "1.50")
    }


def test_a_link_to_a_port_is_followed_for_labgrid_takes_none_outside_of_dev(tmp_path: Path) -> None:
    (tmp_path / "serial").symlink_to("/dev/pts/7")
    exports = exports_of(instance(str(tmp_path / "serial")), HERE, 5555)
    assert exports["serial"].parameters["port"] == "/dev/pts/7"


@pytest.mark.parametrize("port", ["loop://", "socket://host", "spy:///dev/ttyUSB0"])
def test_a_port_that_labgrid_cannot_share_is_told(port: str) -> None:
    with pytest.raises(ConfigError, match=r"attached\.desk-1\.port: .* cannot be shared"):
        exports_of(instance(port), HERE, 5555)


@pytest.mark.parametrize(
    ("meter", "shared", "tags"),
    [
        (
            MeterEntry("ppk2", "C0FFEE", 3.3),
            Export("USBSerialPort", {"match": {"@ID_SERIAL_SHORT": "C0FFEE"}, "speed": 115200}, "NetworkSerialPort"),
            {"meter": "ppk2", "meter_mv": "3300"},
        ),
        (
            MeterEntry("lpm01a", "/dev/ttyACM4", 1.8, 10_000),
            Export("RawSerialPort", {"port": "/dev/ttyACM4", "speed": 115200}, "NetworkSerialPort"),
            {"meter": "lpm01a", "meter_mv": "1800", "meter_hz": "10000"},
        ),
        (
            MeterEntry("otii", "BEEF", 3.0),
            network_service("bench-3.lab", 1905),
            {"meter": "otii", "meter_mv": "3000", "meter_device": "BEEF"},
        ),
        (
            MeterEntry("otii", "10.1.2.3:1906", 3.0),
            network_service("10.1.2.3", 1906),
            {"meter": "otii", "meter_mv": "3000"},
        ),
    ],
)
def test_a_meter_is_shared_with_tags_that_say_what_it_is(
    meter: MeterEntry, shared: Export, tags: dict[str, str]
) -> None:
    desk = replace(instance("0670FF"), meter=meter)
    assert exports_of(desk, THERE, 5555)["meter"] == shared
    assert tags_of(desk) == tags


def test_a_meter_without_a_serial_port_stays_where_it_is() -> None:
    desk = replace(instance("0670FF"), meter=MeterEntry("js220", "000123", 3.3))
    assert (set(exports_of(desk, HERE, 5555)), tags_of(desk)) == ({"serial", "probe"}, {})


def test_a_place_matches_what_its_exporter_shares_and_nothing_else() -> None:
    exports = exports_of(instance("0670FF"), HERE, 5555)
    assert patterns("bench-3", "desk-1", exports) == {
        "serial": "bench-3/desk-1/NetworkSerialPort/serial",
        "probe": "bench-3/desk-1/NetworkService/probe",
    }


def test_a_probe_serves_its_own_computer_unless_a_network_is_named() -> None:
    unit = probe_unit(instance("0670FF"), HERE, 5557, "/opt/v/bin/python")
    assert "ExecStart=/opt/v/bin/python -m pyocd server --port=5557 --uid=0670FF\n" in unit
    assert "IPAddressAllow=localhost\n" in unit
    unit = probe_unit(instance("0670FF"), THERE, 5557, "/opt/v/bin/python")
    assert "--uid=0670FF --allow-remote\n" in unit
    assert "IPAddressDeny=any\nIPAddressAllow=localhost 10.8.0.0/24\n" in unit


@given(st.dictionaries(st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,9}", fullmatch=True), st.text(), min_size=1))
def test_every_value_is_quoted(values: dict[str, str]) -> None:
    text = exporter_text({name: {"serial": Export("RawSerialPort", {"port": value})} for name, value in values.items()})
    lines = text.split("\n")
    assert [json.loads(line.removesuffix(":")) for line in lines[::4] if line] == list(values)
    assert [json.loads(line.partition(": ")[2]) for line in lines[3::4]] == list(values.values())
