"""Read a `.tflite`, say what it costs and whether it fits, convert and run it on this computer."""

from harness.model.arena import least_arena_bytes
from harness.model.check import check_model
from harness.model.graph import Model, Op, Quantization, Tensor
from harness.model.macs import op_macs, total_macs
from harness.model.plan import activation_bytes
from harness.model.quantize import decode_inputs, decode_outputs, encode_inputs, split_outputs
from harness.model.tflite import read_model, read_model_file

__all__ = [
    "Model",
    "Op",
    "Quantization",
    "Tensor",
    "activation_bytes",
    "check_model",
    "decode_inputs",
    "decode_outputs",
    "encode_inputs",
    "least_arena_bytes",
    "op_macs",
    "read_model",
    "read_model_file",
    "split_outputs",
    "total_macs",
]
