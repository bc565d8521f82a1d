"""Who holds a place: a process, in a name that people can read and the process's own host can check.

labgrid keeps of a holder only its name, "host/user", the same for all runners of one user. Ours are
"host/user+tinyhil-<pid>-<start>-<boot>-<machine>".
"""

from __future__ import annotations

import getpass
import hashlib
import os
import re
import socket
from dataclasses import dataclass
from pathlib import Path

_NAME = re.compile(
    r"(?P<host>[^/]*)/(?P<user>.*)\+tinyhil-(?P<pid>\d+)-(?P<start>\d+)-(?P<boot>[0-9a-f]{8})-(?P<machine>[0-9a-f]{8})"
)
_FIRST_NAMESPACE = "pid:[4026531836]"  # PROC_PID_INIT_INO of linux/proc_ns.h: that of a machine, not of a container
_STARTED = 19  # starttime of proc(5), counted from the field behind the program's name, which is in brackets


@dataclass(frozen=True)
class Owner:
    """One process on one machine.

    Attributes:
        start: when the process started, in clock ticks since the machine's boot.
        boot: which boot of the machine.
        machine: which machine, and which of its process id namespaces: a container has its own.
    """

    host: str
    user: str
    pid: int
    start: int
    boot: str
    machine: str

    def __str__(self) -> str:
        return f"{self.host}/{self.user}+tinyhil-{self.pid}-{self.start}-{self.boot}-{self.machine}"

    def is_dead(self) -> bool | None:
        """Whether its process has ended; None where that cannot be seen from here."""
        if self.host != socket.gethostname() or self.machine != _machine() or not _boot():
            return None
        if self.boot != _boot():
            return True if _namespace() == _FIRST_NAMESPACE else None  # else containers look alike
        return _started(self.pid) != self.start


def this_process() -> Owner:
    pid = os.getpid()
    return Owner(socket.gethostname(), _user(), pid, _started(pid) or 0, _boot() or "0" * 8, _machine())


def read_owner(name: str) -> Owner | None:
    """The owner that labgrid calls `name`; None where that is no process of the harness."""
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    host, user, pid, start, boot, machine = match.groups()
    return Owner(host, user, int(pid), int(start), boot, machine)


def _started(pid: int) -> int | None:
    """None where there is no such process, or it has ended and nobody asked how."""
    try:
        state, *fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    except OSError:
        return None
    return None if state in "ZX" else int(fields[_STARTED - 1])


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user that has no name
        return str(os.getuid())


def _boot() -> str:
    return _read("/proc/sys/kernel/random/boot_id")[:8]


def _machine() -> str:
    return hashlib.sha256(f"{_read('/etc/machine-id')} {_namespace()}".encode()).hexdigest()[:8]


def _namespace() -> str:
    try:
        return str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        return ""


def _read(path: str) -> str:
    try:
        return Path(path).read_text("utf-8").strip()
    except OSError:
        return ""
