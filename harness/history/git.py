"""What the git checkout around a folder knows of commits."""

from __future__ import annotations

import subprocess
from pathlib import Path

TIMEOUT_S = 30


def find_commit(folder: Path, revision: str) -> str | None:
    """The full hash of the commit that `revision` (branch, tag, hash, main~5, …) means; None where it means none."""
    found = _git(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    return found[0] if found else None


def is_checkout(folder: Path) -> bool:
    return bool(_git(folder, "rev-parse", "--git-dir"))


def commits_before(folder: Path, commit: str, count: int) -> list[str]:
    """At most `count` ancestors of a commit, the nearest first."""
    return _git(folder, "rev-list", f"--max-count={count + 1}", commit, "--")[1:]


def commits_after(folder: Path, commit: str) -> list[str]:
    """The commits between a commit and HEAD, and HEAD, the nearest first."""
    return _git(folder, "rev-list", "--ancestry-path", f"{commit}..HEAD", "--")[::-1]


def _git(folder: Path, *arguments: str) -> list[str]:
    """The lines that git prints; none where it fails, is not there, or `folder` is in no checkout."""
    command = ["git", "-C", str(folder), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S, check=True)
    except (OSError, subprocess.SubprocessError):
        return []
    return done.stdout.splitlines()
