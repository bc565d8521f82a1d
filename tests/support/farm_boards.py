"""Boards on the network, reached by their ports alone."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator

from harness.build import Firmware
from harness.config import Board
from harness.errors import TargetError
from harness.flash import GdbStub, firmware_pieces
from harness.link.client import Device
from harness.standin.farm_board import FarmBoard
from harness.standin.reserved_port import LOOPBACK
from harness.target import DescriptorStream


def listens(port: int) -> bool:
    try:
        socket.create_connection((LOOPBACK, port), timeout=10).close()
    except ConnectionRefusedError:
        return False
    return True


@contextlib.contextmanager
def started_device(there: FarmBoard, board: Board, firmware: Firmware, model: bytes) -> Iterator[Device]:
    """The firmware on a board that is on, with `model` in its slot."""
    slot = board.firmware.model_slot.address
    pieces = [(piece.address, piece.data) for piece in firmware_pieces(firmware.elf)]
    with (
        socket.create_connection((LOOPBACK, there.line_port)) as line,
        socket.create_connection((LOOPBACK, there.stub_port)) as stub_line,
    ):
        for each in (line, stub_line):  # or every answer waits for an acknowledgement that is held back
            each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        stub = GdbStub(stub_line)
        stub.attach()
        for address, data in [*pieces, *([(slot, model)] if slot is not None else [])]:
            stub.write(address, data)
        stub.reset()
        stub.release()
        yield Device(DescriptorStream(line, lambda: TargetError("the board is gone")))
