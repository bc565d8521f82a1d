"""What the git checkout around a folder knows of commits."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

TIMEOUT_S = 30


class Description(NamedTuple):
    """What a commit says of itself. `date` is that of its author, in ISO 8601."""

    date: str
    author: str
    subject: str


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


def commits_between(folder: Path, old: str, new: str) -> list[str]:
    """The commits that `new` has and `old` has not, the oldest first; none where `old` is no ancestor of `new`."""
    if not _git(folder, "rev-list", "--ancestry-path", "--max-count=1", f"{old}..{new}", "--"):
        return []
    return _git(folder, "rev-list", "--topo-order", "--reverse", f"{old}..{new}", "--")


def is_shallow(folder: Path) -> bool:
    """Whether the checkout lacks older commits, as a clone with `--depth` does."""
    return _git(folder, "rev-parse", "--is-shallow-repository") == ["true"]


def describe_commits(folder: Path, commits: Sequence[str]) -> dict[str, Description]:
    """Who wrote the commits, when and why, by their hashes."""
    form = "--format=%H%x00%as%x00%an%x00%s"
    lines = _git(folder, "log", "--no-walk=unsorted", "--no-show-signature", form, *commits, "--")
    fields = (line.split("\0", 3) for line in lines)
    return {commit: Description(*described) for commit, *described in fields}


def first_parents(folder: Path, revision: str) -> list[str]:
    """The commit that `revision` means and its first parents, the oldest first."""
    return _git(folder, "rev-list", "--first-parent", "--end-of-options", revision, "--")[::-1]


def all_commits(folder: Path) -> set[str]:
    """Those that HEAD or any branch or tag leads to."""
    return set(_git(folder, "rev-list", "--all", "HEAD", "--"))


def _git(folder: Path, *arguments: str) -> list[str]:
    """The lines that git prints; none where it fails, is not there, or `folder` is in no checkout."""
    command = ["git", "-C", str(folder), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, timeout=TIMEOUT_S, check=True)
    except (OSError, subprocess.SubprocessError):
        return []
    # Subjects are anybody's: of any encoding, and with characters that Python takes for the end of a line, too.
    return done.stdout.decode(errors="replace").split("\n")[:-1]
