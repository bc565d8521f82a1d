"""A clone of a repository to check commits out in, so that nothing of the user's own checkout is touched."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from harness.errors import ReportError

# Variables that would lead git away from the folder that it is called in, as inside of a hook.
_LEADING_AWAY = (
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_PREFIX",
    "GIT_COMMON_DIR",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
)


class Clone:
    """A clone that borrows the objects of the repository that it is made of.

    Attributes:
        folder: of its checkout.
        project: the folder in there that corresponds to the one that it was asked for.
    """

    def __init__(self, folder: Path, prefix: str) -> None:
        self.folder = folder
        self.project = folder / prefix

    @classmethod
    def make(cls, project: Path, folder: Path) -> Clone:
        """Clone the repository of `project`, a folder of its checkout, to `folder`; nothing is checked out.

        Raises:
            ReportError: git cannot.
        """
        top, prefix = (git(project, "rev-parse", option) for option in ("--show-toplevel", "--show-prefix"))
        git(project, "clone", "--shared", "--no-checkout", "--quiet", top, str(folder))
        return cls(folder, prefix)

    def check_out(self, commit: str) -> None:
        """Raises: ReportError: git cannot, as on a full disk."""
        git(self.folder, "checkout", "--quiet", "--force", "--detach", commit)

    def restore(self) -> None:
        """Undo what a run did to files that git knows or would know: the next commit must find its place.

        Raises:
            ReportError: git cannot.
        """
        git(self.folder, "reset", "--quiet", "--hard")
        git(self.folder, "clean", "--quiet", "-ffd")

    def commit(self) -> str:
        """That which is checked out."""
        return git(self.folder, "rev-parse", "HEAD")


def git(folder: Path, *arguments: str) -> str:
    """What git prints in `folder`. Hooks are not run.

    Raises:
        ReportError: it fails.
    """
    command = git_command(folder, *arguments)
    done = subprocess.run(
        command, env=git_environment(), capture_output=True, encoding="utf-8", errors="replace", check=False
    )
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        raise ReportError(f"git {arguments[0]}: {lines[-1]}", "see to that, then repeat the command")
    return done.stdout.strip()


def git_command(folder: Path, *arguments: str) -> list[str]:
    return ["git", "-C", str(folder), "-c", f"core.hooksPath={os.devnull}", *arguments]


def git_environment() -> dict[str, str]:
    """This process's, so that git takes the repository of the folder that it is called in."""
    return {name: value for name, value in os.environ.items() if name not in _LEADING_AWAY}
