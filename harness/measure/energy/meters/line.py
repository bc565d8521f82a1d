"""The serial line of a meter: found, opened, and drained by a thread while the meter samples."""

from __future__ import annotations

import errno
import re
import threading
import time
from pathlib import Path
from typing import NamedTuple, Protocol
from urllib.parse import urlsplit

import serial

from harness.errors import MeterError
from harness.measure.energy.meters.network_port import NetworkPort, TelnetPort
from harness.scan import SerialPort, permission_fix, same_id
from harness.scan.ports import serial_ports

SILENCE_S = 0.5  # a meter that should sample and sends nothing for so long has failed
_POLL_S = 0.02
_QUIET_S = 0.1  # a line that sends samples is never still for so long, and a stopped one sends nothing
_GIVE_UP_S = 2.0
_ENDING_CHUNKS = 8  # an ending of some bytes lies in so many
_NOTHING = re.compile(rb"")
_REMOTE = {"socket": NetworkPort, "rfc2217": TelnetPort}


class Chunk(NamedTuple):
    """Bytes, and when they arrived, in seconds of the monotonic clock."""

    arrival_s: float
    data: bytes


class Port(Protocol):
    """An open port, each method of which may raise an `OSError`: it is lost."""

    def read(self) -> bytes:
        """What came, after a short while at most."""

    def write(self, data: bytes) -> object: ...

    def close(self) -> None: ...


class UsbPort:
    """A port of this computer, held by this process alone. Errors as pyserial's."""

    def __init__(self, path: str, baud: int) -> None:
        self._serial = serial.Serial(path, baudrate=baud, timeout=_POLL_S, write_timeout=2, exclusive=True)
        self.write = self._serial.write
        self.close = self._serial.close

    def read(self) -> bytes:
        return bytes(self._serial.read(self._serial.in_waiting or 1))


class Line:
    """A meter's serial port.

    Args:
        port: the USB serial number of the port, or a device's path; of another computer's the URL, socket:// or
            rfc2217://.
        meter: what hangs on it, for messages.
        baud: its rate; USB meters take any.

    Raises:
        MeterError: there is no such port, another program holds it, or it may not be opened.
    """

    def __init__(self, port: str, meter: str, baud: int) -> None:
        self._name = f"{meter} at {port}"
        self._port = _open(port, meter, baud)
        self._thread: threading.Thread | None = None
        self._stopping = threading.Event()
        self._arrived = threading.Condition()
        self._chunks: list[Chunk] = []
        self._error: Exception | None = None

    def write(self, data: bytes) -> None:
        """Send all of `data`.

        Raises:
            MeterError: the meter is gone.
        """
        try:
            self._port.write(data)
        except (serial.SerialException, OSError) as error:
            raise self._gone(error) from None

    def read_until(self, ending: re.Pattern[bytes], timeout_s: float) -> bytes:
        """What the meter sends, once `ending` is in it.

        Raises:
            MeterError: it did not send that in time, or is gone.
        """
        data, end_s = bytearray(), time.monotonic() + timeout_s
        while not ending.search(data):
            if time.monotonic() > end_s:
                raise MeterError(
                    f"{self._name} did not answer within {timeout_s:g} s, but sent {bytes(data[-40:])!r}",
                    "see whether the port is the meter's, then unplug the meter and plug it in again",
                )
            data += self._read()
        return bytes(data)

    def read_until_quiet(self) -> bytes:
        """What the meter sends until it is silent for 0.1 s.

        Raises:
            MeterError: it never is, or is gone.
        """
        data, give_up_s = bytearray(), time.monotonic() + _GIVE_UP_S
        last_s = time.monotonic()
        while time.monotonic() < last_s + _QUIET_S:
            if part := self._read():
                data += part
                last_s = time.monotonic()
                if last_s > give_up_s:
                    raise MeterError(f"{self._name} does not stop sending", "unplug the meter and plug it in again")
        return bytes(data)

    def drain(self) -> None:
        """Begin to take in what the meter sends."""
        self._chunks, self._error = [], None
        self._stopping.clear()
        self._thread = threading.Thread(target=self._drain, name=f"drain {self._name}", daemon=True)
        self._thread.start()

    def drained(self, ending: re.Pattern[bytes] = _NOTHING) -> list[Chunk]:
        """End taking in, once the meter sent `ending` and is silent, and give what came.

        Raises:
            MeterError: `drain` was not called, or the meter is gone.
        """
        if self._thread is None:
            raise MeterError(f"{self._name} was not started", "call start before stop")
        with self._arrived:
            self._arrived.wait_for(lambda: self._error or ending.search(self._last_bytes()), _GIVE_UP_S)
        self._stopping.set()
        self._thread.join()
        self._thread = None
        if self._error is not None:
            raise self._gone(self._error)
        return self._chunks

    def _last_bytes(self) -> bytes:
        return b"".join(chunk.data for chunk in self._chunks[-_ENDING_CHUNKS:])

    def close(self) -> None:
        if self._thread is not None:
            self._stopping.set()
            self._thread.join()
            self._thread = None
        self._port.close()

    def _drain(self) -> None:
        quiet_s, end_s = time.monotonic() + _QUIET_S, float("inf")
        try:
            while not (self._stopping.is_set() and time.monotonic() > min(quiet_s, end_s)):
                if data := self._port.read():
                    now_s = time.monotonic()
                    with self._arrived:
                        self._chunks.append(Chunk(now_s, data))
                        self._arrived.notify()
                    quiet_s = now_s + _QUIET_S
                if self._stopping.is_set():
                    end_s = min(end_s, time.monotonic() + _GIVE_UP_S)
        except (serial.SerialException, OSError) as error:
            with self._arrived:
                self._error = error
                self._arrived.notify()

    def _read(self) -> bytes:
        try:
            return self._port.read()
        except (serial.SerialException, OSError) as error:
            raise self._gone(error) from None

    def _gone(self, error: Exception) -> MeterError:
        return MeterError(f"{self._name} is gone: {error}", "plug the meter in again, and see to its cable")


def port_name(port: str) -> str:
    """Which meter is meant: what a URL says behind its #, as the addresses of places change; else the port itself."""
    return urlsplit(port).fragment or port if "://" in port else port


def _open(port: str, meter: str, baud: int) -> Port:
    if "://" in port:
        return _open_remote(port, meter)
    found = _resolve(port, meter)
    try:
        return UsbPort(found.path, baud)
    except (serial.SerialException, OSError, ValueError) as error:
        raise MeterError(f"{meter} at {port} cannot be opened: {error}", _fix(error, found)) from None


def _open_remote(url: str, meter: str) -> Port:
    scheme = url.partition("://")[0]
    if scheme not in _REMOTE:
        raise MeterError(f"{meter} at {url}: no such kind of port", f"use one of: {', '.join(_REMOTE)}")
    try:
        return _REMOTE[scheme](url)
    except (OSError, ValueError) as error:
        raise MeterError(
            f"{meter} at {url} cannot be opened: {error}", "see to the address, and whether its ser2net runs"
        ) from None


def _resolve(port: str, meter: str) -> SerialPort:
    """The port of this path or USB serial number; of several with one number, the first: a PPK2 has two."""
    ports = serial_ports()
    for found in ports:
        if found.path == port or same_id(found.serial, port):
            return found
    if Path(port).exists():
        return SerialPort(port)
    there = ", ".join(f"{found.path} ({found.serial or 'no serial number'})" for found in ports)
    raise MeterError(f"{meter} at {port}: no such port; there is {there or 'none'}", "plug it in, or correct its port")


def _fix(error: Exception, port: SerialPort) -> str:
    if getattr(error, "errno", None) == errno.EACCES:
        return permission_fix(port.usb_id)
    return f"end the program that uses it (`fuser -v {port.path}`)"
