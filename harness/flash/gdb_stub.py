"""QEMU's GDB stub: holds a board, resets it, and writes its memories, flash too.

Its protocol: "Debugging with GDB", appendix E, "GDB Remote Serial Protocol".
"""

from __future__ import annotations

import re
import socket

from harness.errors import TargetError

_TIMEOUT_S = 10.0
_READ_BYTES = 1 << 12
_WRITE_BYTES = 1500  # two digits each, below QEMU's 4096 bytes of a packet
_INTERRUPT = b"\x03"


class GdbStub:
    """One end of a line whose other end QEMU was given as `arguments` says. The board runs."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self._line.settimeout(_TIMEOUT_S)
        self._received = b""

    @staticmethod
    def arguments(line: str) -> list[str]:
        """QEMU arguments that put the stub on its character device `line`."""
        return ["-chardev", f"{line},id=gdb", "-gdb", "chardev:gdb"]

    def attach(self) -> None:
        """Take over a board that QEMU held when the line was connected to its server, whether it ran before or not."""
        self._send(_packet(b"qC"))
        while not self._receive().startswith(b"QC"):  # of one that ran QEMU tells first that it stopped
            pass

    def hold(self) -> None:
        """Stop the clock of a board that runs.

        Raises:
            TargetError: QEMU is gone or does not answer (so for every method).
        """
        self._send(_INTERRUPT)
        self._receive()

    def reset(self) -> None:
        """Reset a board that is held; it stays held. What QEMU's loader put into memory is there again."""
        self._ask(b"qRcmd," + b"system_reset".hex().encode())

    def write(self, address: int, data: bytes) -> None:
        """Write into any memory of a board that is held."""
        for offset in range(0, len(data), _WRITE_BYTES):
            piece = data[offset : offset + _WRITE_BYTES]
            self._ask(f"M{address + offset:x},{len(piece):x}:{piece.hex()}".encode())

    def read(self, address: int, count: int) -> bytes:
        """Bytes of any memory, or registers of the core, of a board that is held."""
        self._send(_packet(f"m{address:x},{count:x}".encode()))
        answer = self._receive()
        try:
            return bytes.fromhex(answer.decode("ascii"))
        except ValueError:
            raise _refusal(f"m{address:x}".encode(), answer) from None

    def holds(self, address: int, data: bytes) -> bool:
        """Whether this is in a memory of a board that is held."""
        self._send(_packet(f"m{address:x},{len(data):x}".encode()))
        return self._receive() == data.hex().encode()

    def version(self) -> str:
        """Of QEMU, e.g. "QEMU 10.0.2"."""
        self._send(_packet(b"qRcmd," + b"info version".hex().encode()))
        said = b""
        while (answer := self._receive()) != b"OK":
            said += bytes.fromhex(answer.decode("ascii", "replace").removeprefix("O"))
        version = re.match(rb"[\d.]+", said)  # Debian writes its own behind it
        return f"QEMU {version[0].decode() if version else 'of an unknown version'}"

    def release(self) -> None:
        """Let a board that is held run on."""
        self._send(_packet(b"c"))

    def _ask(self, request: bytes) -> None:
        self._send(_packet(request))
        answer = self._receive()
        if answer != b"OK":
            raise _refusal(request, answer)

    def _send(self, data: bytes) -> None:
        try:
            self._line.sendall(data)
        except OSError as error:
            raise _gone(error) from None

    def _receive(self) -> bytes:
        """The next packet's content, acknowledged."""
        while (end := self._received.find(b"#")) < 0 or len(self._received) < end + 3:
            try:
                piece = self._line.recv(_READ_BYTES)
            except OSError as error:
                raise _gone(error) from None
            if not piece:
                raise _gone("its end of the line is closed")
            self._received += piece
        packet, self._received = self._received[:end], self._received[end + 3 :]
        self._send(b"+")
        return packet.partition(b"$")[2]


def _packet(content: bytes) -> bytes:
    return b"$%s#%02x" % (content, sum(content) % 256)


def _refusal(request: bytes, answer: bytes) -> TargetError:
    said, asked = answer.decode("ascii", "replace"), request[:16].decode()
    return TargetError(
        f"QEMU's GDB stub answers {said!r} to {asked!r}",
        "see that it is the board that is meant, whose memories are those of boards.toml",
    )


def _gone(why: object) -> TargetError:
    return TargetError(f"QEMU's GDB stub does not answer: {why}", "see who ended QEMU")
