"""The child process that speaks to labgrid (`harness.farm.agent`), and what it says."""

from __future__ import annotations

import contextlib
import itertools
import json
import signal
import subprocess
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from harness.closing import Closing
from harness.errors import FarmError
from harness.farm.environment import environment
from harness.processes import end_group, start_group
from harness.setup import labgrid_program

_AGENT = Path(__file__).with_name("agent.py")
_START_TIMEOUT_S = 30.0
_ANSWER_TIMEOUT_S = 100.0  # the coordinator may be away for 60 s, an exporter takes 10 s
_END_TIMEOUT_S = 20.0


class AgentProcess(Closing):
    """Asks, waits for the answers, and listens for what is lost. Several threads may ask.

    Args:
        address: of the coordinator, "host:port".
        owner: as whom it speaks.
        on_loss: called with a place that was held, and why it is no longer.

    Attributes:
        version: the coordinator's.
        end: why there will be no more answers; empty while there are.

    Raises:
        SetupError: labgrid is not installed.
        FarmError: no coordinator is there.
    """

    def __init__(self, address: str, owner: str, on_loss: Callable[[str, str], None]) -> None:
        self.address = address
        self._on_loss = on_loss
        self._numbers = itertools.count(1)
        self._answers: dict[int, Future[Any]] = {}
        self._lock = threading.Lock()
        self._ready: Future[str] = Future()
        self.end = ""
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115  closed with the process
        self._child = start_group(
            [str(labgrid_program("python")), "-I", str(_AGENT), address, owner],
            signal.SIGTERM,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            env=environment(),
        )
        self._listener = threading.Thread(target=self._listen, name=f"farm {address}", daemon=True)
        self._listener.start()
        try:
            self.version = self._ready.result(_START_TIMEOUT_S)
        except (FarmError, TimeoutError) as error:
            self.close()
            raise FarmError(
                f"no labgrid coordinator at {address}: {str(error) or 'it does not answer'}",
                "start it (`harness farm demo` starts one with emulated boards), or correct --farm=HOST:PORT",
            ) from None

    def ask(self, what: str, timeout_s: float = _ANSWER_TIMEOUT_S, **about: Any) -> Any:
        """What the agent answers to a request.

        Raises:
            FarmError: it cannot be done, or nobody answers.
        """
        answer: Future[Any] = Future()
        number = next(self._numbers)
        with self._lock:
            if self.end:
                raise FarmError(self.end, _FIX_GONE)
            self._answers[number] = answer
            self._send({"id": number, "do": what, **about})
        try:
            return answer.result(timeout_s)
        except TimeoutError:
            raise FarmError(f"the farm at {self.address} does not answer for {timeout_s:g} s", _FIX_GONE) from None

    def close(self) -> None:
        """Give up what is held, and end the child."""
        child = self._child
        with contextlib.suppress(OSError):
            self._stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(_END_TIMEOUT_S)
        end_group(child)
        self._listener.join(_END_TIMEOUT_S)
        self._errors.close()

    @property
    def _stdin(self) -> Any:
        return self._child.stdin

    def _send(self, request: dict[str, Any]) -> None:
        with contextlib.suppress(OSError):  # it has ended: the listener tells
            self._stdin.write(json.dumps(request).encode() + b"\n")
            self._stdin.flush()

    def _listen(self) -> None:
        assert self._child.stdout is not None
        why = ""
        with self._child.stdout as lines:
            for line in lines:
                news = json.loads(line)
                why = news.get("refused") or news.get("gone") or ""
                if not why:
                    self._take(news)
        self._finish(why or f"labgrid's end of the farm at {self.address} ended: {self._last_words()}")

    def _take(self, news: dict[str, Any]) -> None:
        if "ready" in news:
            self._ready.set_result(news["ready"])
        elif "lost" in news:
            self._on_loss(news["lost"], news["why"])
        else:
            with self._lock:
                answer = self._answers.pop(news["id"])
            if "error" in news:
                answer.set_exception(FarmError(f"farm at {self.address}: {news['error']}"))
            else:
                answer.set_result(news["result"])

    def _finish(self, why: str) -> None:
        with self._lock:
            self.end = why
            waiting = [*self._answers.values()]
            self._answers.clear()
        if not self._ready.done():
            self._ready.set_exception(FarmError(why))
        for answer in waiting:
            answer.set_exception(FarmError(why, _FIX_GONE))

    def _last_words(self) -> str:
        self._errors.seek(0)
        lines = self._errors.read().decode("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else f"exit code {self._child.wait()}"


_FIX_GONE = "see whether its coordinator runs, then run again"
