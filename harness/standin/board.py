"""The board on a desk: QEMU in real time, on what the desk's flash holds."""

from __future__ import annotations

import contextlib
import os
import select
import socket
import threading
import time
from pathlib import Path

from harness.config import Board, EmulatedTarget
from harness.errors import TargetError
from harness.flash import firmware_arguments
from harness.flash.qemu_loader import memory_image
from harness.standin.trace import EVENTS, Pin, Trace
from harness.target import DescriptorStream
from harness.target.emulated import QEMU, machine_arguments, open_socket, qemu_version
from harness.target.process import TargetProcess

_READ_BYTES = 1 << 16
# QEMU sends what it is given at once. A real UART changes its rate only behind it; so long both rates are possible.
_CHANGING_S = 0.02
# Between the time stamp of an event and its way into the trace.
_TRACE_LATENCY_S = 0.005


class DeskBoard:
    """A `ByteStream` of the UART's pins, in which nothing moves until `run`.

    Args:
        board: its machine is emulated; it must be of the STM32L4 family, whose pins QEMU traces.
        flash: a file with the whole of the flash that begins at `flash_address`.
        folder: for files of QEMU's.

    Raises:
        SetupError: QEMU is missing or too old.
    """

    def __init__(self, board: Board, flash: Path, flash_address: int, folder: Path) -> None:
        options = board.targets["emulated"]
        assert isinstance(options, EmulatedTarget)
        self._options = options
        self._name = f"QEMU {qemu_version()}"
        self._flash = flash
        self._image_bytes = _used_flash_bytes(board, flash_address)
        self._flash_address = flash_address
        self._folder = folder
        self._process: TargetProcess | None = None
        self._line, self._chip_line = socket.socketpair()
        self._stream = DescriptorStream(self._line, lambda: TargetError("the board of this desk is gone"))
        self._trace_end, self._chip_trace_end = os.pipe()
        os.set_blocking(self._trace_end, False)
        self._trace = Trace(_marker(board), time.monotonic() - time.time())
        self._trace_lock = threading.Lock()
        self._tracer = threading.Thread(target=self._follow_trace, name="trace", daemon=True)
        self._tracer.start()

    def run(self) -> None:
        """Reset it: it boots from the flash as that is now.

        The emulator ends with the thread that calls this.

        Raises:
            TargetError: QEMU cannot be started.
        """
        self.halt()
        image = self._folder / "flash.elf"
        image.write_bytes(memory_image(self._flash.read_bytes()[: self._image_bytes], self._flash_address))
        self._forget_unread_bytes()
        trace = self._chip_trace_end
        command = [QEMU, *machine_arguments(self._options, open_socket(self._chip_line)), *firmware_arguments(image)]
        command += ["-msg", "timestamp=on", "-D", f"/dev/fd/{trace}"]
        command += [word for event in EVENTS for word in ("--trace", event)]
        self._process = TargetProcess(self._name, command, self._folder, [self._chip_line.fileno(), trace])

    def halt(self) -> None:
        """Hold it in reset: its UART is silent, its marker low. Halting twice is harmless."""
        if self._process is not None:
            self._process.stop()
            self._process = None
            self._read_trace()
            with self._trace_lock:
                self._trace.power_off(time.monotonic())

    @property
    def running(self) -> bool:
        return self._process is not None

    def rates(self) -> set[int]:
        """Those that its UART may have now, in bits a second; none where it is off."""
        self._read_trace()
        now_s = time.monotonic()
        with self._trace_lock:
            return self._trace.rates_between(now_s - _CHANGING_S, now_s) if self.running else set()

    def known_until_s(self) -> float:
        """Up to when `marker_edges_s` are settled."""
        now_s = time.monotonic()
        self._read_trace()
        return now_s - _TRACE_LATENCY_S

    def marker_edges_s(self) -> list[float]:
        """When the marker changed; the first time it rose, and so every second time."""
        with self._trace_lock:
            return list(self._trace.edges_s)

    def read(self, timeout_s: float) -> bytes:
        return self._stream.read(timeout_s)

    def write(self, data: bytes) -> None:
        if self.running:
            self._stream.write(data)

    def close(self) -> None:
        """Halt it for good; nothing may be reading or writing."""
        self.halt()
        os.close(self._chip_trace_end)
        self._tracer.join()
        os.close(self._trace_end)
        self._line.close()
        self._chip_line.close()

    def _forget_unread_bytes(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while self._chip_line.recv(_READ_BYTES, socket.MSG_DONTWAIT):
                pass

    def _follow_trace(self) -> None:
        """Read it as it comes, or QEMU would wait; nobody else may ask for it for long."""
        readable = select.poll()
        readable.register(self._trace_end, select.POLLIN)
        while readable.poll() and self._read_trace():
            pass

    def _read_trace(self) -> bool:
        """Take in all that is there; whether more can come."""
        with self._trace_lock:
            while True:
                try:
                    data = os.read(self._trace_end, _READ_BYTES)
                except BlockingIOError:
                    return True
                if not data:
                    return False
                self._trace.feed(data)


def _marker(board: Board) -> Pin | None:
    port, pin = (board.firmware.peripherals.get(key) for key in ("marker_port", "marker_pin"))
    return None if port is None or pin is None else Pin(chr(ord("A") + port), pin)


def _used_flash_bytes(board: Board, flash_address: int) -> int:
    """Of firmware and model: the emulated machine may have less flash than the board."""
    regions = (board.firmware.code, board.firmware.model_slot)
    return max(region.address + region.bytes for region in regions if region and region.address) - flash_address
