"""The official TensorFlow Lite Micro interpreter (PyPI `tflite-micro`), in a child process: bad models can kill it.

The child is `oracle_child.py`. What the interpreter itself has to say it prints on the standard error output.
"""

from __future__ import annotations

import importlib.util
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from harness.closing import Closing
from harness.errors import ModelError, SetupError, VectorError
from harness.model.pipes import Kind, receive, send
from harness.model.tflite import read_model


def require_oracle() -> None:
    """Raises: SetupError: the package `tflite-micro` is missing."""
    if importlib.util.find_spec("tflite_micro") is None:
        raise SetupError("the oracle needs the package tflite-micro", "pip install 'tinyhil[oracle]'")


class Oracle(Closing):
    """Runs one model: `with Oracle(model_bytes) as oracle: output = oracle.infer(input)`.

    Args:
        model_bytes: a `.tflite` file.
        name: what messages call it.
        timeout_s: for each inference and for the start.

    Raises:
        SetupError: the package `tflite-micro` is missing.
        ModelError: `model_bytes` is malformed, or the interpreter refuses it, crashes or hangs.
    """

    def __init__(self, model_bytes: bytes, name: str = "model", timeout_s: float = 60.0) -> None:
        require_oracle()
        self._timeout_s = timeout_s
        self._messages: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  close() closes it
        self._child = subprocess.Popen(
            [sys.executable, "-m", "harness.model.oracle_child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._messages,
        )
        try:
            self.load(model_bytes, name)
        except BaseException:
            self.close()
            raise

    def load(self, model_bytes: bytes, name: str = "model") -> None:
        """Run another model from now on, in the same child: it takes half a second to start.

        Raises:
            ModelError: as for a new oracle; where it is not malformed, this one is of no more use.
        """
        self.model = read_model(model_bytes, name)
        self._messages.seek(0)
        self._messages.truncate()
        self._exchange(Kind.MODEL, model_bytes)

    def infer(self, vector: bytes) -> bytes:
        """Run once.

        Args:
            vector: all input tensors, concatenated in model order.

        Returns:
            All output tensors, concatenated in model order.

        Raises:
            VectorError: `vector` has the wrong size.
            ModelError: the interpreter fails, crashes or hangs.
        """
        self._check_size(vector)
        return self._exchange(Kind.VECTOR, vector)

    def trace(self, vector: bytes) -> bytes:
        """As `infer`, but returns the outputs of all ops, concatenated in their order."""
        self._check_size(vector)
        return self._exchange(Kind.TRACED_VECTOR, vector)

    def close(self) -> None:
        self._child.kill()
        self._child.communicate()
        self._messages.close()

    def _check_size(self, vector: bytes) -> None:
        if len(vector) != self.model.input_bytes:
            raise VectorError(
                f"{self.model.name}: a vector of {len(vector)} bytes for inputs of {self.model.input_bytes} bytes",
                "encode the vectors for this model",
            )

    def _exchange(self, kind: Kind, request: bytes) -> bytes:
        """Send one message and return the answer's bytes."""
        assert self._child.stdin and self._child.stdout
        with self._deadline() as expired:
            try:
                send(self._child.stdin, kind, request)
                answered, answer = receive(self._child.stdout)
            except (BrokenPipeError, EOFError):
                died = f"died of {_death(self._child.wait())}"
                raise self._error(f"no answer after {self._timeout_s:g} s" if expired.is_set() else died) from None
        if answered is not Kind.OK:
            raise self._error(answer.decode())
        return answer

    @contextmanager
    def _deadline(self) -> Iterator[threading.Event]:
        """Kill the child when the time is up, which ends any read or write; the event says that this was the cause."""
        expired = threading.Event()

        def expire() -> None:
            expired.set()
            self._child.kill()

        timer = threading.Timer(self._timeout_s, expire)
        timer.start()
        try:
            yield expired
        finally:
            timer.cancel()

    def _error(self, cause: str) -> ModelError:
        self._messages.seek(0)
        lines = self._messages.read().decode(errors="backslashreplace").splitlines()
        said = "; ".join(line.strip() for line in lines if line.strip())
        return ModelError(
            f"{self.model.name}: the official interpreter (tflite-micro): {cause}{': ' if said else ''}{said}",
            "TensorFlow Lite Micro cannot run this model: change it, or compare with something else",
        )


def _death(exit_code: int) -> str:
    """A child that a signal ended has its number, negated, as exit code."""
    return signal.Signals(-exit_code).name if exit_code < 0 else f"exit code {exit_code}"
