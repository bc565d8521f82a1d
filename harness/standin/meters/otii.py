"""A player of Qoitech's Otii: the TCP server of its program, with one Ace."""

from __future__ import annotations

import contextlib
import json
import select
import socket
import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.measure.energy.meters import otii
from harness.standin.meters.player import SOUND, TICK_S, Faults, Player
from harness.standin.waveform import Times, Waveform

DEVICE = "Ace-stand-in"
_STEP_A = 1e-7  # Qoitech states none
_VOLTAGE_RATE_HZ = 1000
_ALWAYS: dict[str, dict[str, Any]] = {
    "otii_get_devices": {"devices": [{"device_id": DEVICE, "name": "stand-in", "type": "Ace"}]},
    "otii_get_active_project": {"project_id": -1},
    "otii_create_project": {"project_id": 1},
    "project_get_last_recording": {"recording_id": 7, "name": "Recording 1"},
}


class OtiiPlayer(Player):
    """It greets as version `3.5.5 stand-in`, and serves one program after the other on a loopback port."""

    kind = "otii"

    def __init__(self, waveform: Waveform, faults: Faults = SOUND) -> None:
        self._rate_hz = otii.RATES_HZ["Ace"][-1]
        self._voltage_v = 3.3
        self._recording = _Recording(self._rate_hz, time.monotonic())
        self._received = bytearray()
        self._client: socket.socket | None = None
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = f"127.0.0.1:{self._listener.getsockname()[1]}"
        super().__init__(waveform, faults)

    def exchange(self) -> None:
        open_sockets = [self._listener] if self._client is None else [self._listener, self._client]
        for ready in select.select(open_sockets, [], [], TICK_S)[0]:
            if ready is self._listener:
                self._greet()
            elif data := ready.recv(1 << 16):
                self._received += data
            else:
                self._part()
        while b"\n" in self._received:
            line, _, rest = bytes(self._received).partition(b"\n")
            self._received[:] = rest
            self._obey(json.loads(line))

    def keep(self, numbers: range, times_s: Times) -> None:
        times_s = times_s[self.kept(numbers)]
        self._recording.add(times_s, self.waveform.current_a(times_s), self.waveform.marker(times_s))

    def release(self) -> None:
        self._part()
        self._listener.close()

    def _greet(self) -> None:
        self._part()
        self._client = self._listener.accept()[0]
        data = {"otii_version": "3.5.5 stand-in", "protocol_version": "0.1", "server": "otii-server"}
        self._send({"type": "information", "info": "connected", "data": data})

    def _part(self) -> None:
        if self._client is not None:
            self._client.close()
        self._client = None
        self._received.clear()

    def _send(self, message: dict[str, Any]) -> None:
        if self._client is not None and not self.faults.mute:
            with contextlib.suppress(OSError):
                self._client.sendall(json.dumps(message).encode() + b"\r\n")

    def _obey(self, request: dict[str, Any]) -> None:
        command, data = request["cmd"], request.get("data", {})
        answer = {"type": "response", "cmd": command, "trans_id": request["trans_id"]}
        if command == "arc_set_main_voltage" and self.faults.refuse_voltage:
            self._send(answer | {"type": "error", "errorcode": "Invalid key value", "data": {"message": "voltage"}})
        else:
            self._send(answer | {"data": self._answer(command, data)})

    def _answer(self, command: str, data: dict[str, Any]) -> dict[str, Any]:
        match command:
            case "arc_set_main_voltage":
                self._voltage_v = data["value"] + self.faults.voltage_error_v
            case "arc_get_main_voltage":
                return {"value": self._voltage_v}
            case "arc_set_channel_samplerate":
                self._rate_hz = data["value"]
            case "project_start_recording":
                self._recording = _Recording(self._rate_hz, time.monotonic())
                self.begin(self._rate_hz, self._recording.begin_s)
            case "project_stop_recording":
                self.sampling = None
            case "recording_get_channel_data_count":
                return {"count": len(self._recording.values(data["channel"], self._voltage_v))}
            case "recording_get_channel_data":
                return self._recording.part(data, self._voltage_v)
        return _ALWAYS.get(command, {})


class _Recording:
    """What was sampled, as the server's answers give it: times are seconds since the recording began."""

    def __init__(self, rate_hz: int, begin_s: float) -> None:
        self.begin_s = begin_s
        self._rate_hz = rate_hz
        self._times_s: list[float] = []
        self._current_a: list[float] = []
        self._levels: list[dict[str, Any]] = []
        self._level = False

    def add(self, times_s: Times, current_a: NDArray[np.float64], marker: NDArray[np.bool_]) -> None:
        begins_s = (times_s - self.begin_s - 0.5 / self._rate_hz).tolist()
        self._times_s += begins_s
        self._current_a += (np.rint(np.minimum(current_a, otii.MAX_CURRENT_A) / _STEP_A) * _STEP_A).tolist()
        for begin_s, level in zip(begins_s, marker.tolist(), strict=True):
            if level != self._level:
                self._levels.append({"timestamp": begin_s, "value": level})
            self._level = level

    def values(self, channel: str, voltage_v: float) -> list[Any]:
        if channel == otii.MARKER:
            return self._levels
        if channel == otii.CURRENT:
            return self._current_a
        return [voltage_v] * int((self._times_s[-1] if self._times_s else 0) * _VOLTAGE_RATE_HZ)

    def part(self, where: dict[str, Any], voltage_v: float) -> dict[str, Any]:
        """Values from an index on, as many as are asked for, or as follow one another without a gap."""
        channel, first = where["channel"], where["index"]
        values = self.values(channel, voltage_v)[first : first + where["count"]]
        if channel == otii.MARKER:
            return {"data_type": "digital", "values": values}
        if channel == otii.VOLTAGE:
            return {"data_type": "analog", "timestamp": 0.0, "interval": 1 / _VOLTAGE_RATE_HZ, "values": values}
        times_s = np.array(self._times_s[first : first + len(values)])
        gaps = np.flatnonzero(np.diff(times_s) > 1.5 / self._rate_hz)
        count = int(gaps[0]) + 1 if len(gaps) else len(values)
        start = {"data_type": "analog", "timestamp": float(times_s[0]), "interval": 1 / self._rate_hz}
        return start | {"values": values[:count]}
