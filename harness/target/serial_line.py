"""A serial port as a stream of bytes: of this computer, or another's by a URL of pyserial."""

from __future__ import annotations

import contextlib
import errno
import os
import termios
import time
import warnings
from collections.abc import Iterator
from typing import Any

import serial

from harness.config import Instance
from harness.config.defaults import START_BAUD
from harness.errors import TargetError
from harness.scan import Plugged, SerialPort, permission_fix, same_id

_POLL_S = 0.02  # how long a read waits at most before it looks at its deadline; bytes end it at once
_WRITE_TIMEOUT_S = 10.0
_PORT_ERRORS = (OSError, ValueError, TypeError, termios.error)  # pyserial's own, and of a closed or vanished port


class SerialLine:
    """A `SerialStream` over an open port of pyserial, whose reads wait for `_POLL_S`.

    Args:
        subject: what messages call it, e.g. "port /dev/ttyACM0 of desk-1".
    """

    def __init__(self, port: Any, subject: str) -> None:  # pyserial's ports share no public base class
        self._port = port
        self._subject = subject

    def read(self, timeout_s: float) -> bytes:
        give_up_s = time.monotonic() + timeout_s
        with self._explained():
            while True:
                if data := self._port.read(self._port.in_waiting or 1):
                    return bytes(data)
                if time.monotonic() >= give_up_s:
                    return b""

    def write(self, data: bytes) -> None:
        with self._explained():
            try:
                self._port.write(data)
            except serial.SerialTimeoutException:
                raise TargetError(
                    f"{self._subject} took no bytes for {_WRITE_TIMEOUT_S:g} s", "see whether the board hangs"
                ) from None

    def set_baud(self, baud: int) -> None:
        with self._explained():
            self._port.flush()
            self._port.baudrate = baud

    def restart(self) -> None:
        """Go back to `START_BAUD`, and forget what came.

        Raises:
            TargetError: the port is gone.
        """
        self.set_baud(START_BAUD)
        with self._explained():
            self._port.reset_input_buffer()

    def close(self) -> None:
        self._port.close()

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except _PORT_ERRORS as error:
            raise TargetError(
                f"{self._subject} is lost: {error}", "see whether the board was unplugged, then run again"
            ) from None


def open_serial(instance: Instance, plugged: Plugged) -> SerialLine:
    """The port of an attached board, for this process alone.

    Raises:
        TargetError: there is none, another program has it, or this user may not open it.
    """
    path, usb_id = _resolve(instance, plugged)
    subject = f"port {path} of {instance.name}"
    try:
        port = serial.serial_for_url(path, START_BAUD, timeout=_POLL_S, write_timeout=_WRITE_TIMEOUT_S, exclusive=True)
    except (OSError, ValueError) as error:
        raise _refused(path, usb_id, subject, error) from None
    return SerialLine(port, subject)


def open_rfc2217(address: tuple[str, int], subject: str) -> SerialLine:
    """A port of another computer, which takes its rate from here; `subject` as for `SerialLine`.

    Raises:
        TargetError: nobody serves it.
    """
    host, port = address
    # ser2net leaves it unanswered where it cannot set a port's modem lines, which no board needs.
    url = f"rfc2217://{host}:{port}?ign_set_control"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # pyserial's own, of how it starts its thread
            line = serial.serial_for_url(url, START_BAUD, timeout=_POLL_S)
    except (OSError, ValueError) as error:
        raise TargetError(
            f"{subject} at {host}:{port} cannot be opened: {error}", "see whether its exporter's ser2net runs"
        ) from None
    return SerialLine(line, subject)


def _resolve(instance: Instance, plugged: Plugged) -> tuple[str, str]:
    """Where the port is, and its USB device's `vid:pid`; empty where that is not known."""
    if "://" in instance.port:
        return instance.port, ""
    found: list[SerialPort] = [
        port
        for port in plugged.ports
        if same_id(port.serial, instance.port) or port.path == os.path.realpath(instance.port)
    ]
    if found:
        _refuse_others(instance, plugged, found[0])
        return found[0].path, found[0].usb_id
    if "/" in instance.port:
        return instance.port, ""
    raise TargetError(
        f"{instance.name}: no serial port has the USB serial number {instance.port}",
        "correct `port` of its entry; `harness boards --scan` lists the ports",
    )


def _refuse_others(instance: Instance, plugged: Plugged, port: SerialPort) -> None:
    """The port of another probe of the same make is that of another board, whose answers may look the same."""
    probe = plugged.device(instance.probe)
    if probe and port.usb_id == probe.usb_id and port.serial and not same_id(port.serial, probe.serial):
        raise TargetError(
            f"port {port.path} of {instance.name} is that of another probe, {port.serial}",
            f'write port = "{probe.serial}" into its entry: paths change places',
        )


def _refused(path: str, usb_id: str, subject: str, error: Exception) -> TargetError:
    number = getattr(error, "errno", None)
    cause = os.strerror(number) if number else str(error)
    if number == errno.EACCES:
        return TargetError(f"{subject} may not be opened: {cause}", permission_fix(usb_id))
    if number == errno.ENOENT:
        return TargetError(f"{subject} is not there", "correct its entry; `harness boards --scan` lists the ports")
    return TargetError(
        f"{subject} cannot be opened: {cause}",
        f"end the program that uses it (`fuser -v {path}`), or correct its entry where it is no serial port",
    )
