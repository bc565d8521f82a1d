"""The oracle's child process: the only place that loads `tflite-micro`.

It reads a model and then one message per vector, then perhaps another model. It answers a model with OK, a vector with
OK and the output, either with FAILED and a text.
"""

from __future__ import annotations

import os
import sys
from typing import IO

import numpy as np
from tflite_micro.python.tflite_micro import runtime

from harness.model.pipes import Kind, receive, send
from harness.model.tflite import Model, read_model

# Only the pages that the interpreter touches become real memory, so a generous bound costs nothing.
_ARENA_BYTES = 1 << 28


def serve(requests: IO[bytes], answers: IO[bytes]) -> None:
    """Answer requests until there are no more, or until the first that fails."""
    try:
        while True:
            kind, payload = receive(requests)
            if kind is Kind.MODEL:
                model = read_model(payload, "model")
                interpreter = runtime.Interpreter.from_bytes(payload, arena_size=_ARENA_BYTES)
                send(answers, Kind.OK, b"")
            else:
                send(answers, Kind.OK, _infer(interpreter, model, payload))
    except EOFError:
        return
    except Exception as error:
        send(answers, Kind.FAILED, str(error).encode())


def _infer(interpreter: runtime.Interpreter, model: Model, vector: bytes) -> bytes:
    """All outputs, concatenated, for all inputs, concatenated; state does not outlast the inference."""
    interpreter.reset()
    start = 0
    for index, tensor in enumerate(model.input_tensors):
        values = np.frombuffer(vector[start : start + tensor.bytes], tensor.dtype)
        interpreter.set_input(values.reshape(tensor.shape), index)
        start += tensor.bytes
    interpreter.invoke()
    return b"".join(np.asarray(interpreter.get_output(index)).tobytes() for index in range(len(model.outputs)))


if __name__ == "__main__":
    # What libraries print must not get between the answers.
    answer_pipe = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    serve(sys.stdin.buffer, answer_pipe)
