"""The GDB stub's protocol, against a stand-in for QEMU's end that acknowledges and answers as it is told."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator

import pytest

from harness.errors import TargetError
from harness.flash import GdbStub

PACKET = re.compile(rb"\$([^#]*)#(..)")


@pytest.fixture
def line() -> Iterator[tuple[GdbStub, socket.socket]]:
    """The stub under test and the far end of its line."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield GdbStub(ours), theirs


def packet(content: bytes) -> bytes:
    return b"$%s#%02x" % (content, sum(content) % 256)


def requests(far_end: socket.socket) -> list[bytes]:
    """What the far end got, checksums checked."""
    found = PACKET.findall(far_end.recv(1 << 16))
    assert all(int(checksum, 16) == sum(content) % 256 for content, checksum in found)
    return [content for content, _ in found]


def test_a_held_board_is_reset_written_and_released(line: tuple[GdbStub, socket.socket]) -> None:
    stub, far_end = line
    far_end.sendall(packet(b"T02thread:01;") + b"+" + packet(b"OK") + 3 * (b"+" + packet(b"OK")) + b"+")
    stub.hold()
    stub.reset()
    data = bytes(range(256)) * 12
    stub.write(0x08080000, data)
    stub.release()
    reset, *writes, release = requests(far_end)
    assert (reset, release) == (b"qRcmd," + b"system_reset".hex().encode(), b"c")
    memory = bytearray()
    for write in writes:
        head, _, text = write.partition(b":")
        address, length = (int(number, 16) for number in head.removeprefix(b"M").split(b","))
        assert address == 0x08080000 + len(memory)
        memory += bytes.fromhex(text.decode())
        assert len(memory) == address - 0x08080000 + length
    assert memory == data


@pytest.mark.parametrize("first", [b"", packet(b"T02thread:01;")], ids=["it stood", "it ran"])
def test_a_board_is_taken_over_whatever_it_did(line: tuple[GdbStub, socket.socket], first: bytes) -> None:
    stub, far_end = line
    far_end.sendall(first + b"+" + packet(b"QC01") + b"+" + packet(b"OK"))
    stub.attach()
    stub.reset()
    assert requests(far_end) == [b"qC", b"qRcmd," + b"system_reset".hex().encode()]


def test_registers_of_the_core_are_read(line: tuple[GdbStub, socket.socket]) -> None:
    stub, far_end = line
    far_end.sendall(b"+" + packet(b"41c20f41"))
    assert stub.read(0xE000ED00, 4) == bytes.fromhex("41c20f41")
    assert requests(far_end) == [b"me000ed00,4"]


def test_a_refused_reading_is_told(line: tuple[GdbStub, socket.socket]) -> None:
    stub, far_end = line
    far_end.sendall(b"+" + packet(b"E14"))
    with pytest.raises(TargetError, match="answers 'E14' to 'm20'"):
        stub.read(0x20, 1)


@pytest.mark.parametrize(
    ("said", "version"),
    [([b"10.0.2Debian 1:10.0.2", b"+ds-2\r\n"], "QEMU 10.0.2"), ([], "QEMU of an unknown version")],
)
def test_the_emulator_tells_its_version(line: tuple[GdbStub, socket.socket], said: list[bytes], version: str) -> None:
    """What its monitor prints comes in pieces before the OK."""
    stub, far_end = line
    far_end.sendall(b"+" + b"".join(packet(b"O" + piece.hex().encode()) for piece in said) + packet(b"OK"))
    assert stub.version() == version


def test_a_refused_write_is_told(line: tuple[GdbStub, socket.socket]) -> None:
    stub, far_end = line
    far_end.sendall(b"+" + packet(b"E14"))
    with pytest.raises(TargetError, match=r"answers 'E14' to 'M20,1:00'"):
        stub.write(0x20, b"\0")


def test_an_emulator_that_is_gone_is_told(line: tuple[GdbStub, socket.socket]) -> None:
    stub, far_end = line
    far_end.close()
    with pytest.raises(TargetError, match="QEMU's GDB stub does not answer"):
        stub.hold()
