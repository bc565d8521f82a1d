"""A serial port that leads to a device over wires that do to bytes what they like."""

from __future__ import annotations

import contextlib

import serial

from harness.closing import Closing
from harness.errors import TargetError
from harness.link.client import Stream
from harness.standin.lane import Lane, Wire
from harness.standin.pseudo_terminal import PseudoTerminal
from harness.target import ByteStream, DescriptorStream


class LineProxy(Closing):
    """Stands between a host, at `port`, and a device. When the device goes, `port` is unplugged.

    Args:
        device: the other end. It stays open.
        there: to the device.
        back: from it.
    """

    def __init__(self, device: Stream, there: Wire, back: Wire) -> None:
        with contextlib.ExitStack() as resources:
            terminal = PseudoTerminal()
            resources.callback(terminal.close)
            self._terminal = terminal
            for lane in (
                Lane(terminal, there, device, terminal.hang_up),
                Lane(device, back, terminal, terminal.hang_up),
            ):
                resources.callback(lane.close)
            self._resources = resources.pop_all()

    @property
    def port(self) -> str:
        """The path of the host's end."""
        return self._terminal.path

    def open(self) -> ByteStream:
        """The host's end, opened.

        Raises:
            TargetError: it is unplugged, or open already.
        """
        try:
            port = self._resources.enter_context(serial.Serial(self.port, exclusive=True))
        except serial.SerialException as error:
            raise TargetError(
                f"{self.port} cannot be opened: {error}", "see whether another program holds it"
            ) from None
        return DescriptorStream(port, lambda: TargetError(f"{self.port} was unplugged", "plug it in and run again"))

    def unplug(self) -> None:
        """Take the host's end away, as if the cable were pulled."""
        self._terminal.hang_up()

    def close(self) -> None:
        self._resources.close()
