"""A virtual environment that survives being interrupted: its stamp is written last and says what it holds."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.errors import SetupError


@dataclass(frozen=True)
class Virtualenv:
    """The environment in `folder`, which need not exist yet."""

    folder: Path

    @property
    def python(self) -> Path:
        return self.folder / "bin" / "python"

    def stamp(self) -> str:
        """What `write_stamp` wrote; empty if it never came to that, or the environment's Python has gone since."""
        try:
            return self._stamp_file.read_text("utf-8") if self.python.exists() else ""
        except OSError:
            return ""

    def write_stamp(self, text: str) -> None:
        """Say that the environment is complete."""
        fresh = self._stamp_file.with_suffix(".new")
        fresh.write_text(text, "utf-8")
        fresh.replace(self._stamp_file)

    def provide(self) -> None:
        """Make the environment anew, unless there is one that works with this Python.

        Raises:
            SetupError: it cannot be made.
        """
        if self._works():
            self._stamp_file.unlink(missing_ok=True)
            return
        done = subprocess.run(
            [sys.executable, "-m", "venv", "--clear", self.folder], capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise SetupError(
                f"{self.folder}: no virtual environment could be made: {_last_line(done.stdout + done.stderr)}",
                "free the disk or choose another folder; on Debian: apt-get install python3-venv",
            )

    def install(self, requirements: Sequence[str]) -> None:
        """`pip install` the requirements, as the user's pip is configured.

        Raises:
            SetupError: pip failed.
        """
        log = self.folder / "pip.log"
        command = [str(self.python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *requirements]
        with log.open("w", encoding="utf-8") as output:
            done = subprocess.run(command, stdout=output, stderr=subprocess.STDOUT, check=False)
        if done.returncode:
            raise SetupError(
                f"pip could not install {' '.join(requirements)}: {_pip_error(log.read_text('utf-8'))}",
                f"check the network and `pip config list`, then repeat; the full log is {log}",
            )

    @property
    def _stamp_file(self) -> Path:
        return self.folder / "tinyhil.stamp"

    def _works(self) -> bool:
        """Whether it runs, with this version of Python, and was made here: its scripts hold the folder's path."""
        script = f"import sys, pip; sys.exit(sys.version_info[:2] != {sys.version_info[:2]})"
        try:
            made_here = str(self.folder) in (self.folder / "pyvenv.cfg").read_text("utf-8")
            run = subprocess.run([self.python, "-c", script], capture_output=True, check=False)
            return made_here and run.returncode == 0
        except OSError:
            return False


def _pip_error(log: str) -> str:
    """pip's first error, also of a build that it started, whose lines it indents."""
    errors = [line.strip() for line in log.splitlines() if line.lstrip().startswith("ERROR:")]
    return errors[0].removeprefix("ERROR: ") if errors else _last_line(log)


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1] if lines else "no message"
