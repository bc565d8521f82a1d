"""A program that serves others, and ends with this process."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from harness.closing import Closing
from harness.errors import TargetError
from harness.processes import end_group, start_group

_START_TIMEOUT_S = 60.0
_POLL_S = 0.02
_LAST_LINES = 3


class Service(Closing):
    """A program that serves from now on until `close`.

    Args:
        name: what messages call it; its output is in `<name>.log`.
        ready: what it prints when it serves.
        folder: for its output.
        options: of `subprocess.Popen`.

    Raises:
        TargetError: it cannot be started, or ended instead of serving.
    """

    def __init__(self, name: str, command: Sequence[str], ready: str, folder: Path, **options: Any) -> None:
        self.name = name
        self._command = command
        self._ready = ready
        self._log = folder / f"{name}.log"
        self._options = options
        self._child = self._started()

    @property
    def is_alive(self) -> bool:
        return self._child.poll() is None

    def kill(self) -> None:
        """End it, as a crash does, with all that it started."""
        end_group(self._child)

    def restart(self) -> None:
        """Start it again.

        Raises:
            TargetError: as when it was started first.
        """
        self.kill()
        self._child = self._started()

    def close(self) -> None:
        self.kill()

    def _started(self) -> subprocess.Popen[bytes]:
        with self._log.open("wb") as log:
            try:
                child = start_group(self._command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, **self._options)
            except OSError as error:
                raise TargetError(f"{self.name} cannot be started: {error}", "see whether it is installed") from None
        try:
            self._wait_for_service(child)
        except BaseException:
            end_group(child)
            raise
        return child

    def _wait_for_service(self, child: subprocess.Popen[bytes]) -> None:
        give_up_s = time.monotonic() + _START_TIMEOUT_S
        while self._ready not in (said := self._log.read_text("utf-8", "replace")):
            if child.poll() is not None or time.monotonic() > give_up_s:
                what = "does not serve" if child.poll() is None else "ended"
                last = "".join(f"\n  {line}" for line in said.splitlines()[-_LAST_LINES:])
                raise TargetError(f"{self.name} {what}:{last}", "mend what it complains of")
            time.sleep(_POLL_S)
