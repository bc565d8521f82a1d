"""Which sessions are there, and which one is meant."""

from __future__ import annotations

import contextlib
import difflib
from pathlib import Path

from harness.config.toml import suggest
from harness.errors import ReportError
from harness.report.session import SessionInfo
from harness.report.store import SESSION_FILE, read_info

LATEST = "latest"
LISTED_SESSIONS = 5


def list_sessions(reports_dir: Path) -> dict[Path, SessionInfo]:
    """The folders of the sessions that can be read, oldest first: one that is damaged must not hide the rest."""
    infos = {}
    for file in reports_dir.glob(f"*/{SESSION_FILE}"):
        with contextlib.suppress(ReportError):
            infos[file.parent] = read_info(file.parent)
    return dict(sorted(infos.items(), key=lambda entry: (entry[1].started, entry[0])))


def find_session(reports_dir: Path, which: str) -> Path:
    """The folder of a session.

    Args:
        which: its id (the folder's name), a path to its folder, or "latest".

    Raises:
        ReportError: there is none; the message lists the newest and the nearest.
    """
    for folder in (reports_dir / which, Path(which)):
        if (folder / SESSION_FILE).is_file():
            return folder
    folders = {folder.name: folder for folder in list_sessions(reports_dir)}
    known = list(folders)
    if not known:
        raise ReportError(f"no session in {reports_dir}", "run one: pytest --board=native, or give --reports-dir")
    if which == LATEST:
        return folders[known[-1]]
    listed = suggest(which, {*known[-LISTED_SESSIONS:], *difflib.get_close_matches(which, known, n=1)})
    raise ReportError(f"no session {which!r} in {reports_dir}", f"use {LATEST}, a path, or one of: {listed}")
