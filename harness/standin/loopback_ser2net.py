"""ser2net for nobody but this computer: `python -m harness.standin.loopback_ser2net SER2NET [ARGUMENT…]`.

labgrid's exporter has it listen on every interface. Here the same port is one of the loopback, and ser2net ends with
the exporter that started it.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence

from harness.processes import end_with_parent

_EVERY_INTERFACE, _LOOPBACK = ",tcp,", ",tcp,127.0.0.1,"


def main(command: Sequence[str]) -> None:
    """Become the program."""
    end_with_parent(signal.SIGKILL)
    program, *arguments = command
    os.execv(program, [program, *(each.replace(_EVERY_INTERFACE, _LOOPBACK) for each in arguments)])


if __name__ == "__main__":
    main(sys.argv[1:])
