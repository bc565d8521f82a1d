"""What a `.tflite` file holds, as the rest of the harness sees it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

# Types that carry the values of a network; the others hold shapes, axes and indices.
_VALUE_DTYPES = frozenset({"float32", "float16", "bfloat16", "int8", "uint8", "int16", "int4"})
# Ops that only change the type; what stands between them decides the variant.
_TYPE_CHANGES = frozenset({"QUANTIZE", "DEQUANTIZE", "CAST"})

_SHORT_NAME = 60  # characters


@dataclass(frozen=True)
class Quantization:
    """real = scale * (quantized - zero_point); one of each per tensor, or one per channel along `axis`."""

    scales: tuple[float, ...]
    zero_points: tuple[int, ...]
    axis: int


@dataclass(frozen=True)
class Tensor:
    """One tensor of the graph.

    Attributes:
        index: its number in the file.
        shape: as it is executed; () is a scalar, -1 a dimension that is known only at run time.
        dtype: numpy's name of the element type, or the schema's in lower case where numpy has none.
        quantization: None where the values are not quantized.
        is_constant: its values stand in the file.
        is_variable: it keeps its values between inferences.
        is_sparse: its values stand in the file in a compressed form.
        bytes: of its values; 0 where only the run shows it (dynamic shape, strings).
    """

    index: int
    name: str
    shape: tuple[int, ...]
    dtype: str
    quantization: Quantization | None
    is_constant: bool
    is_variable: bool
    is_sparse: bool
    bytes: int

    @property
    def is_static(self) -> bool:
        """All dimensions are known and none is empty."""
        return all(dimension > 0 for dimension in self.shape)

    @property
    def short_name(self) -> str:
        """The name for messages: the converter joins the names of all fused layers with semicolons."""
        name = self.name.partition(";")[0]
        return name if len(name) <= _SHORT_NAME else name[: _SHORT_NAME - 1] + "…"

    def __str__(self) -> str:
        return f"{self.short_name!r} ({self.dtype} {'x'.join(map(str, self.shape)) or 'scalar'})"


@dataclass(frozen=True)
class Op:
    """One operator, in execution order.

    Attributes:
        index: its place in that order.
        name: the schema's (CONV_2D), or a custom op's own.
        inputs: tensor indices; -1 for an optional input that is left out.
        outputs: tensor indices.
    """

    index: int
    name: str
    version: int
    is_custom: bool
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]

    def __str__(self) -> str:
        return f"op {self.index} ({self.name})"


@dataclass(frozen=True)
class Model:
    """A `.tflite` file, its first subgraph.

    Attributes:
        name: for people: the file's name.
        data: the file.
        sha256: of the file, in hexadecimal.
        subgraph_count: more than one where the model has control flow.
        inputs, outputs: tensor indices, in the order of the link's INPUT and OUTPUT.
    """

    name: str
    data: bytes = field(repr=False)
    sha256: str
    subgraph_count: int
    tensors: tuple[Tensor, ...]
    ops: tuple[Op, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]

    @property
    def input_tensors(self) -> tuple[Tensor, ...]:
        return tuple(self.tensors[index] for index in self.inputs)

    @property
    def output_tensors(self) -> tuple[Tensor, ...]:
        return tuple(self.tensors[index] for index in self.outputs)

    @property
    def input_bytes(self) -> int:
        """Of one vector: all input tensors, in model order."""
        return sum(tensor.bytes for tensor in self.input_tensors)

    @property
    def output_bytes(self) -> int:
        """Of one answer: all output tensors, in model order."""
        return sum(tensor.bytes for tensor in self.output_tensors)

    @property
    def has_floats(self) -> bool:
        """Whether any of its values is a float, be it the input of a QUANTIZE alone."""
        return any(tensor.dtype == "float32" for tensor in self.tensors)

    def op_tensors(self, indices: Iterable[int]) -> tuple[Tensor, ...]:
        """The tensors of an op's `inputs` or `outputs` without the optional ones that are left out."""
        return tuple(self.tensors[index] for index in indices if index >= 0)

    def op_dtypes(self, op: Op) -> frozenset[str]:
        """Types of the values that flow through `op`: of inputs that are neither constant nor state, and of outputs."""
        flowing = [tensor for tensor in self.op_tensors(op.inputs) if not (tensor.is_constant or tensor.is_variable)]
        return frozenset(t.dtype for t in (*flowing, *self.op_tensors(op.outputs))) & _VALUE_DTYPES

    def is_hybrid(self, op: Op) -> bool:
        """Float values meet quantized weights: the op would quantize its input at run time."""
        if op.name in _TYPE_CHANGES or "float32" not in self.op_dtypes(op):
            return False
        return any(t.is_constant and t.quantization and t.dtype != "float32" for t in self.op_tensors(op.inputs))

    @property
    def variant(self) -> str:
        """The type the network computes in: "float32", "int8", "int16x8" (int16 values, int8 weights), …

        "mixed" where ops differ or one is hybrid. Ops that only change the type do not count beside others.
        """
        computing = [op for op in self.ops if op.name not in _TYPE_CHANGES] or list(self.ops)
        dtypes = frozenset[str]().union(*(self.op_dtypes(op) for op in computing))
        if len(dtypes) != 1 or any(self.is_hybrid(op) for op in computing):
            return "mixed"
        (dtype,) = dtypes
        return "int16x8" if dtype == "int16" else dtype
