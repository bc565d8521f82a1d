"""The oracle's child process: the only place that loads `tflite-micro`.

It reads the model and then one message per vector, and answers each with OK and the output, or FAILED and a text.
"""

from __future__ import annotations

import os
import sys
from typing import IO

import numpy as np
from tflite_micro.python.tflite_micro import runtime

from harness.model.pipes import Status, receive, send
from harness.model.tflite import Model, read_model

# Only the pages that the interpreter touches become real memory, so a generous bound costs nothing.
_ARENA_BYTES = 1 << 28


def serve(requests: IO[bytes], answers: IO[bytes]) -> None:
    """Answer requests until there are no more, or until the first that fails."""
    try:
        model_bytes = receive(requests)[1]
        model = read_model(model_bytes, "model")
        interpreter = runtime.Interpreter.from_bytes(model_bytes, arena_size=_ARENA_BYTES)
        send(answers, Status.OK, b"")
        while True:
            vector = receive(requests)[1]
            send(answers, Status.OK, _infer(interpreter, model, vector))
    except EOFError:
        return
    except Exception as error:
        send(answers, Status.FAILED, str(error).encode())


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
