"""The oracle's child process: the only place that loads `tflite-micro`.

It reads a model and then one message per vector, then perhaps another model. It answers a model with OK, a vector with
OK and the output, a traced vector with the outputs of all ops, any of them with FAILED and a text.
"""

from __future__ import annotations

import os
import sys
from functools import lru_cache
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
            elif kind is Kind.TRACED_VECTOR:
                send(answers, Kind.OK, _trace(model, payload))
            else:
                send(answers, Kind.OK, _infer(interpreter, model, payload))
    except EOFError:
        return
    except Exception as error:
        send(answers, Kind.FAILED, str(error).encode())


def _infer(interpreter: runtime.Interpreter, model: Model, vector: bytes) -> bytes:
    """All outputs, concatenated, for all inputs, concatenated; state does not outlast the inference."""
    _invoke(interpreter, model, vector)
    return b"".join(np.asarray(interpreter.get_output(index)).tobytes() for index in range(len(model.outputs)))


def _trace(model: Model, vector: bytes) -> bytes:
    """The outputs of all ops, concatenated in their order."""
    interpreter = _tracer(model.data)
    _invoke(interpreter, model, vector)
    tensors = (interpreter.GetTensor(index, 0)["tensor_data"] for op in model.ops for index in op.outputs)
    return b"".join(np.asarray(data).tobytes() for data in tensors)


@lru_cache(maxsize=1)
def _tracer(model: bytes) -> runtime.Interpreter:
    """Keeps every tensor to the end of an inference."""
    config = runtime.InterpreterConfig.kPreserveAllTensors
    return runtime.Interpreter.from_bytes(model, arena_size=_ARENA_BYTES, intrepreter_config=config)


def _invoke(interpreter: runtime.Interpreter, model: Model, vector: bytes) -> None:
    interpreter.reset()
    start = 0
    for index, tensor in enumerate(model.input_tensors):
        values = np.frombuffer(vector[start : start + tensor.bytes], tensor.dtype)
        interpreter.set_input(values.reshape(tensor.shape), index)
        start += tensor.bytes
    interpreter.invoke()


if __name__ == "__main__":
    # What libraries print must not get between the answers.
    answer_pipe = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    serve(sys.stdin.buffer, answer_pipe)
