"""Qoitech's Otii Arc and Ace, through the TCP server of the Otii program: it samples, this asks for the recording.

Requests and answers are lines of JSON, as the documentation of Otii's TCP server has them. The server serves only who
is logged in and holds an Automation licence: do both in the program.
"""

from __future__ import annotations

import contextlib
import json
import socket
import time
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from harness.config.attached import read_otii_port
from harness.errors import MeterError
from harness.measure.energy.meters.base import Meter
from harness.measure.energy.trace import Samples, Trace

VOLTAGE_RANGE_V = {"Arc": (0.5, 5.0), "Ace": (0.5, 25.0)}
RATES_HZ = {"Arc": (4000,), "Ace": range(1, 50_001)}
MAX_CURRENT_A = 5.0
CURRENT, VOLTAGE, MARKER = "mc", "mv", "i1"  # channels: main current and voltage, first input of the expansion port

_CONNECT_TIMEOUT_S = 3.0
_ANSWER_TIMEOUT_S = 30.0  # the server takes seconds to find devices, and to give much data
_CHUNK_SAMPLES = 40_000  # in one answer


class Server:
    """A connection to the Otii program.

    Raises:
        MeterError: there is none.
    """

    def __init__(self, host: str, number: int) -> None:
        self.name = f"Otii at {host}:{number}"
        self._requests = 0
        try:
            self._socket = socket.create_connection((host, number), _CONNECT_TIMEOUT_S)
        except OSError as error:
            raise MeterError(f"{self.name}: {error}", "start the Otii program and its TCP server") from None
        self._socket.settimeout(_ANSWER_TIMEOUT_S)
        self._lines = self._socket.makefile("rb")
        try:
            self.version = str(self._answer("")["otii_version"])
        except MeterError:
            self.close()
            raise

    def ask(self, command: str, **data: Any) -> dict[str, Any]:
        """The data of the answer to a request.

        Raises:
            MeterError: the server answers with an error, or not at all.
        """
        self._requests += 1
        number = str(self._requests)
        request = {"type": "request", "cmd": command, "data": data, "trans_id": number}
        try:
            self._socket.sendall(json.dumps(request).encode() + b"\r\n")
        except OSError as error:
            raise self._gone(str(error)) from None
        return self._answer(number)

    def close(self) -> None:
        self._lines.close()
        self._socket.close()

    def _answer(self, number: str) -> dict[str, Any]:
        """Of the request with this number; the greeting where it is empty. Reports of progress are passed over."""
        while True:
            message = self._message()
            data = message.get("data") or {}
            if message.get("type") == "error":
                cause = f"{message.get('cmd', '')}: {message.get('errorcode')} {data.get('message', '')}"
                raise MeterError(
                    f"{self.name}: {cause.strip()}",
                    "see to the Otii program: you need to be logged in there and to hold an Automation licence",
                )
            kind = "response" if number else "information"
            if message.get("type") == kind and message.get("trans_id", "") == number:
                return dict(data)

    def _message(self) -> dict[str, Any]:
        try:
            message = json.loads(self._lines.readline() or b"null")
        except (OSError, ValueError) as error:
            raise self._gone(str(error)) from None
        if not isinstance(message, dict):
            raise self._gone("it closed the connection")
        return message

    def _gone(self, reason: str) -> MeterError:
        return MeterError(f"{self.name} does not answer: {reason}", "see to the Otii program, and start again")


class Level(NamedTuple):
    """A digital input has this value from a time on, in seconds of the recording."""

    time_s: float
    value: bool


class Otii(Meter):
    """An Arc or Ace, which supplies the board.

    Args:
        port: `HOST:PORT/DEVICE`, the id of a device at an Otii program's server; without the former the server of
            this computer, without the latter its only device.

    Raises:
        MeterError: there is no such server or device, or the server refuses.
    """

    kind = "otii"
    has_marker = True

    def __init__(self, port: str) -> None:
        wanted = read_otii_port(port)
        self._server = Server(wanted.host, wanted.number)
        with contextlib.ExitStack() as failing:
            failing.callback(self._server.close)
            device = self._find(wanted.device)
            self._id, self._type = str(device["device_id"]), str(device["type"])
            self._project = self._open_project()
            with contextlib.suppress(MeterError):  # the server's, where nothing was left recording
                self._server.ask("project_stop_recording", project_id=self._project)
            self._ask_device("arc_add_to_project")
            for channel in (CURRENT, VOLTAGE, MARKER):
                self._ask_device("arc_enable_channel", channel=channel, enable=True)
            failing.pop_all()
        self.name = f"Otii {self._type} {self._id}"
        self.rates_hz = RATES_HZ[self._type]
        self.stand_in = "stand-in" in self._server.version
        self._begin_s: float | None = None

    def power(self, voltage_v: float) -> None:
        self.check_voltage(voltage_v, VOLTAGE_RANGE_V[self._type])
        self._ask_device("arc_set_main_voltage", value=voltage_v)
        given_v = float(self._ask_device("arc_get_main_voltage")["value"])
        self.compare_voltage(given_v, voltage_v)
        self._ask_device("arc_set_exp_voltage", value=voltage_v)  # what its inputs take for high
        self._ask_device("arc_enable_exp_port", enable=True)
        self._ask_device("arc_set_main", enable=True)

    def start(self, rate_hz: int, voltage_v: float) -> None:
        own_rate_hz = self.own_rate_hz(rate_hz)
        self.check_voltage(voltage_v, VOLTAGE_RANGE_V[self._type])
        if self._type == "Ace":
            self._ask_device("arc_set_channel_samplerate", channel=CURRENT, value=own_rate_hz)
        before_s = time.monotonic()
        self._server.ask("project_start_recording", project_id=self._project)
        self._begin_s = (before_s + time.monotonic()) / 2

    def stop(self) -> Trace:
        if self._begin_s is None:
            raise MeterError(f"{self.description} was not started", "call start before stop")
        begin_s, self._begin_s = self._begin_s, None
        self._server.ask("project_stop_recording", project_id=self._project)
        recording = int(self._server.ask("project_get_last_recording", project_id=self._project)["recording_id"])
        voltage_v = float(np.mean(np.concatenate([part["values"] for part in self._parts(recording, VOLTAGE)])))
        levels = [
            Level(float(level["timestamp"]), bool(level["value"]))
            for part in self._parts(recording, MARKER)
            for level in part["values"]
        ]
        pieces = pieces_of(self._parts(recording, CURRENT), levels, begin_s, voltage_v)
        self._server.ask("recording_delete", recording_id=recording)
        saturated = sum(int(np.count_nonzero(piece.current_a > MAX_CURRENT_A - 1e-6)) for piece in pieces)
        return Trace(pieces, saturated, self.stand_in)

    def close(self) -> None:
        with contextlib.suppress(MeterError):
            if self._begin_s is not None:
                self._server.ask("project_stop_recording", project_id=self._project)
            self._ask_device("arc_set_main", enable=False)
        self._server.close()

    def _find(self, wanted: str) -> dict[str, Any]:
        devices = self._server.ask("otii_get_devices", timeout=5).get("devices", [])
        known = [device for device in devices if device.get("type") in RATES_HZ]
        fitting = [device for device in known if wanted in ("", device["device_id"], device.get("name"))]
        if len(fitting) != 1:
            there = ", ".join(str(device["device_id"]) for device in known) or "none"
            raise MeterError(
                f"{self._server.name}: {len(fitting)} devices are {wanted or 'any'!r}; there is {there}",
                'name one: port = "HOST:PORT/DEVICE"',
            )
        return dict(fitting[0])

    def _open_project(self) -> int:
        active = int(self._server.ask("otii_get_active_project").get("project_id", -1))
        return active if active >= 0 else int(self._server.ask("otii_create_project")["project_id"])

    def _ask_device(self, command: str, **data: Any) -> dict[str, Any]:
        return self._server.ask(command, device_id=self._id, **data)

    def _parts(self, recording: int, channel: str) -> list[dict[str, Any]]:
        """All data of a channel, as the server's answers have them.

        Raises:
            MeterError: it recorded nothing there.
        """
        where = {"recording_id": recording, "device_id": self._id, "channel": channel}
        count = int(self._server.ask("recording_get_channel_data_count", **where)["count"])
        if not count and channel != MARKER:
            raise MeterError(f"{self.description} recorded no {channel}", "see whether the device is still connected")
        parts: list[dict[str, Any]] = []
        index = 0
        while index < count:
            part = self._server.ask(
                "recording_get_channel_data", **where, index=index, count=min(_CHUNK_SAMPLES, count - index)
            )
            if not part["values"]:
                raise MeterError(f"{self.description} gave {index} of {count} values", "start the Otii program again")
            parts.append(part)
            index += len(part["values"])
        return parts


def pieces_of(
    parts: list[dict[str, Any]], levels: list[Level], begin_s: float, voltage_v: float
) -> tuple[Samples, ...]:
    """The samples of a recording that began at `begin_s`: a part that does not follow the one before leaves a gap."""
    joined: list[tuple[float, list[float]]] = []
    interval_s = float(parts[0]["interval"])
    for part in parts:
        part_s = float(part["timestamp"])
        if joined and abs(joined[-1][0] + len(joined[-1][1]) * interval_s - part_s) < interval_s / 2:
            joined[-1][1].extend(part["values"])
        else:
            joined.append((part_s, list(part["values"])))
    return tuple(
        Samples(
            begin_s + first_s,
            1 / interval_s,
            np.array(values),
            voltage_v,
            marker_of(levels, np.asarray(first_s + (np.arange(len(values)) + 0.5) * interval_s)),
        )
        for first_s, values in joined
    )


def marker_of(levels: list[Level], times_s: NDArray[np.floating[Any]]) -> NDArray[np.bool_]:
    """The level at each time; before the first one that is known, the other."""
    if not levels:
        return np.zeros(len(times_s), bool)
    values = np.array([not levels[0].value, *(level.value for level in levels)])
    return np.asarray(values[np.searchsorted([level.time_s for level in levels], times_s, side="right")])
