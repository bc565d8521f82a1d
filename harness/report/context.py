"""What a session runs in: the computer, the git checkout, the boards."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from harness import __version__
from harness.config import Board
from harness.report.session import SCHEMA_VERSION, BoardInfo, Checkout, HostInfo, SessionInfo

GIT_TIMEOUT_S = 10


def new_session_info(
    root: Path,
    command: Sequence[str],
    boards: Iterable[Board] = (),
    tools: Mapping[str, str] | None = None,
) -> SessionInfo:
    """The metadata of a session that starts now.

    Args:
        root: a folder of the project under test; its git checkout is recorded.
        command: the command line.
        boards: the boards of the session.
        tools: versions of the tools used, by name; Python and the harness are added.
    """
    now = datetime.now(UTC)
    checkout = read_checkout(root)
    return SessionInfo(
        schema_version=SCHEMA_VERSION,
        id=f"{now:%Y%m%dT%H%M%SZ}-{_commit_label(checkout)}",
        started=now.isoformat(),
        host=HostInfo(platform.node(), _cpu_model(), _os_name()),
        command=tuple(command),
        tools={"python": platform.python_version(), "harness": __version__, **(tools or {})},
        boards={board.name: _board_info(board) for board in boards},
        checkout=checkout,
    )


def _board_info(board: Board) -> BoardInfo:
    layout = board.firmware
    limits = {}
    if layout.code:
        limits = {
            "arena_bytes": layout.arena_bytes,
            "stack_bytes": layout.stack_bytes,
            "model_bytes": layout.model_slot.bytes,
            "firmware_flash_bytes": layout.code.bytes,
        }
    return BoardInfo(board.description, board.mcu, board.clock_hz, limits, board.core)


def read_checkout(folder: Path) -> Checkout | None:
    """The state of the git checkout that `folder` lies in; None where there is none, or no git, or no commit yet."""
    command = ["git", "-C", str(folder), "status", "--porcelain=v2", "--branch", "--untracked-files=no"]
    quiet = {**os.environ, "GIT_OPTIONAL_LOCKS": "0"}  # looking must not get in the way of other gits
    try:
        done = subprocess.run(command, env=quiet, capture_output=True, text=True, timeout=GIT_TIMEOUT_S, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    lines = done.stdout.splitlines()
    headers = dict(line[2:].split(" ", 1) for line in lines if line.startswith("# "))
    commit, branch = headers.get("branch.oid", "(initial)"), headers.get("branch.head", "(detached)")
    if commit == "(initial)":
        return None
    dirty = any(not line.startswith("# ") for line in lines)
    return Checkout(commit, dirty, None if branch == "(detached)" else branch)


def _commit_label(checkout: Checkout | None) -> str:
    if checkout is None:
        return "nogit"
    return f"{checkout.short_commit}-dirty" if checkout.dirty else checkout.short_commit


def _cpu_model() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, "") or platform.processor() or platform.machine()


def _os_name() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        return platform.platform()
