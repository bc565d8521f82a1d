"""harness/measure/energy/meters/line.py: ports that are not there, held, or that never stop."""

from __future__ import annotations

import errno

import pytest
import serial
from support.metering import Stage
from support.served_port import served

from harness.config.attached import MeterEntry
from harness.errors import MeterError
from harness.measure.energy.meters import line, open_meter
from harness.measure.energy.meters.line import Line
from harness.scan import SerialPort
from harness.standin.meters.ppk2 import Ppk2Player


def test_a_meter_that_is_absent_is_named_beside_what_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "serial_ports", lambda: [SerialPort("/dev/ttyACM3", serial="0670FF")])
    with pytest.raises(MeterError, match=r"PPK2 at C0FFEE: no such port; there is /dev/ttyACM3 \(0670FF\)"):
        open_meter(MeterEntry("ppk2", "C0FFEE", 3.3))


def test_a_meter_with_two_ports_has_its_protocol_on_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    with Ppk2Player(Stage()) as player:
        found = [SerialPort(player.port, serial="c0ffee"), SerialPort("/dev/none", serial="c0ffee")]
        monkeypatch.setattr(line, "serial_ports", lambda: found)
        with open_meter(MeterEntry("ppk2", "C0FFEE", 3.3)) as meter:
            assert meter.stand_in


def test_a_path_that_is_not_there_is_named() -> None:
    with pytest.raises(MeterError, match=r"PPK2 at /dev/none: no such port"):
        Line("/dev/none", "PPK2", 115_200)


def test_a_url_is_opened_and_its_fragment_names_the_meter() -> None:
    with Ppk2Player(Stage()) as player, served(player.port) as number:
        url = f"socket://127.0.0.1:{number}#desk-1"
        with open_meter(MeterEntry("ppk2", url, 3.3)) as meter:
            assert meter.description == "PPK2 desk-1 (stand-in)"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("socket://127.0.0.1:9#desk-1", "#desk-1 cannot be opened: .*refused"),
        ("rfc2217://lab", "needs a host and a port"),
        ("loop://", "no such kind of port\n.*socket, rfc2217"),
    ],
)
def test_a_url_that_leads_nowhere_is_named(url: str, said: str) -> None:
    with pytest.raises(MeterError, match=f"PPK2 at {url.partition('#')[0]}.*{said}"):
        Line(url, "PPK2", 115_200)


def test_a_port_that_another_program_holds_is_named() -> None:
    with (
        Ppk2Player(Stage()) as player,
        serial.Serial(player.port, exclusive=True),
        pytest.raises(MeterError, match=r"(?s)cannot be opened.*end the program that uses it"),
    ):
        Line(player.port, "PPK2", 115_200)


def test_a_port_that_may_not_be_opened_says_how_to_be_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise serial.SerialException(errno.EACCES, "Permission denied")

    monkeypatch.setattr(line.serial, "Serial", refuse)
    with pytest.raises(MeterError, match="dialout"):
        Line("/dev/null", "PPK2", 115_200)


def test_what_never_stops_sending_is_no_meter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "_GIVE_UP_S", 0.0)
    with Ppk2Player(Stage()) as player:
        opened = Line(player.port, "PPK2", 115_200)
        player.begin(100_000, 0.0)
        player.wait_for(lambda: player.sampling is not None and player.sampling.next > 50_000)
        with pytest.raises(MeterError, match="does not stop sending"):
            opened.read_until_quiet()
        opened.close()


def test_stop_without_start_is_said() -> None:
    with (
        Ppk2Player(Stage()) as player,
        open_meter(MeterEntry("ppk2", player.port, 3.3)) as meter,
        pytest.raises(MeterError, match="not started"),
    ):
        meter.stop()
