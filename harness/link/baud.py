"""The fastest rate that a serial line carries."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from harness.config.defaults import START_BAUD
from harness.errors import LinkError, TargetError
from harness.link.client import Device
from harness.link.failures import DeviceError

_LOWER_BAUDS = (460800, 230400)
_GREETINGS = 30  # 0.03 s apart
_TRIAL_REQUESTS = 16  # of about 15 bytes, with answers of about 30
_SILENCE_S = 1.0  # a device on trial gives up after half a second, and may look at its timer a quarter later


class Port(Protocol):
    """What has the rate of the line's end on this side."""

    def set_baud(self, baud: int) -> None: ...


def raise_baud(device: Device, port: Port, fastest: int) -> int:
    """Go on at `fastest` bits a second, or at the next lower rate at which frames arrive unharmed.

    Args:
        device: at 115200 bits a second.
        port: of the same line.
        fastest: the first rate to try; 115200 or less leaves all as it is.

    Returns:
        the rate, at least 115200.

    Raises:
        LinkError: the device does not answer at 115200 any more.
        TargetError: the line is gone.
    """
    for baud in _rates(fastest):
        try:
            if _carries_frames(device, port, baud):
                return baud
        except DeviceError:
            continue  # its UART does not make this rate, and stays
        except (LinkError, TargetError):
            pass
        _fall_back(device, port)
    return START_BAUD


def _rates(fastest: int) -> Iterator[int]:
    if fastest > START_BAUD:
        yield fastest
    yield from (baud for baud in _LOWER_BAUDS if baud < fastest)


def _carries_frames(device: Device, port: Port, baud: int) -> bool:
    """Whether short requests are answered at `baud`, and nobody saw a fault of the line."""
    device.set_baud(baud)
    port.set_baud(baud)
    device.greet(_GREETINGS)
    for _ in range(_TRIAL_REQUESTS):
        status = device.status()
    return status.bad_frames == status.rx_overruns == status.repeated_frames == 0


def _fall_back(device: Device, port: Port) -> None:
    """Meet the device again at 115200, where it goes by itself: when it hears nothing, or garbage."""
    port.set_baud(START_BAUD)
    device.ignore(_SILENCE_S)
    device.greet()
