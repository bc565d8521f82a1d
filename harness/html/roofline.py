"""The roofline of an inference: how much each layer computes with a byte, and how fast.

As Williams, Waterman and Patterson (2009, CACM 52:4) draw it, with multiply-accumulates in place of floating-point
operations and cycles in place of seconds. A byte counts once: each layer reads its inputs and weights and writes its
outputs one time, which is the least that any kernel can do.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from harness.html.bars import color
from harness.html.svg import Drawing
from harness.measure.records import LayerRecord, RunRecord
from harness.model import Model
from harness.report.wording import digits

HEIGHT_PX = 240
WORD_BYTES = 4  # that a core with a bus of 32 bits loads in a cycle
_SMALLEST_PX, _LARGEST_PX = 3.5, 10
_ROOM = 1.7  # a scale goes on beyond its values by this factor


@dataclass(frozen=True)
class Point:
    """One layer.

    Attributes:
        macs_per_byte, macs_per_cycle: both above 0.
        share: of the run's cycles.
    """

    layer: LayerRecord
    macs_per_byte: float
    macs_per_cycle: float
    share: float


def points(run: RunRecord, layers: Sequence[LayerRecord], models: Mapping[str, Model]) -> list[Point]:
    """The layers that multiply and whose cycles are known; none where the model is not at hand."""
    model = models.get(run.model_sha256)
    if model is None:
        return []
    total = sum(layer.cycles.value for layer in layers if layer.cycles)
    return [
        Point(layer, layer.macs / moved, layer.macs / layer.cycles.value, layer.cycles.value / total)
        for layer in layers
        if layer.macs > 0 and layer.cycles and layer.cycles.value > 0 and (moved := _bytes_moved(model, layer.op_index))
    ]


def _bytes_moved(model: Model, op_index: int) -> int:
    """Of an op's inputs, weights and outputs."""
    op = model.ops[op_index]
    return sum(tensor.bytes for tensor in model.op_tensors((*op.inputs, *op.outputs)))


def roofline(variants: Mapping[str, Sequence[Point]]) -> Markup:
    """Both axes are logarithmic; a point is as large as its share of the cycles, and coloured by its variant."""
    drawing = Drawing(HEIGHT_PX + 34, "roofline: multiply-accumulates per cycle against those per byte")
    every = [point for found in variants.values() for point in found]
    across = _Scale.around([point.macs_per_byte for point in every])
    upward = _Scale.around([point.macs_per_cycle for point in every] + [1.0])

    def x(value: float) -> float:
        return 100 * across.place(value)

    def y(value: float) -> float:
        return HEIGHT_PX * (1 - upward.place(value))

    for value in across.ticks():
        drawing.line((x(value), 0), (x(value), HEIGHT_PX), "grid")
        drawing.text(x(value), HEIGHT_PX + 14, f"{value:g}", anchor="middle")
    for value in upward.ticks():
        drawing.line((0, y(value)), (100, y(value)), "grid")
        drawing.text(0.5, y(value) - 4, f"{value:g}")
    _draw_roof(drawing, across, upward)
    for index, (variant, found) in enumerate(variants.items()):
        for point in found:
            radius = _SMALLEST_PX + (_LARGEST_PX - _SMALLEST_PX) * math.sqrt(point.share)
            drawing.circle(
                x(point.macs_per_byte), y(point.macs_per_cycle), radius, f"{color(index)} dot", _title(variant, point)
            )
    drawing.text(50, HEIGHT_PX + 30, "MACs per byte", anchor="middle")
    return drawing.markup()


def _title(variant: str, point: Point) -> str:
    layer = f"{variant} {point.layer.op_index} {point.layer.op} {point.layer.output_shape}"
    rates = f"{digits(point.macs_per_byte)} MACs per byte, {digits(point.macs_per_cycle)} per cycle"
    return f"{layer}: {rates}, {point.share:.0%} of the cycles"


def _draw_roof(drawing: Drawing, across: _Scale, upward: _Scale) -> None:
    """Where a core that loads a word a cycle and multiplies once a cycle could be."""
    ridge = 1 / WORD_BYTES
    begin = max(across.low, upward.low / WORD_BYTES)
    if begin < ridge:
        start = (100 * across.place(begin), HEIGHT_PX * (1 - upward.place(begin * WORD_BYTES)))
        drawing.line(start, (100 * across.place(ridge), HEIGHT_PX * (1 - upward.place(1))), "roof")
    level = HEIGHT_PX * (1 - upward.place(1))
    drawing.line((100 * across.place(max(ridge, across.low)), level), (100, level), "roof")


@dataclass(frozen=True)
class _Scale:
    """A logarithmic scale."""

    low: float
    high: float

    @classmethod
    def around(cls, values: Sequence[float]) -> _Scale:
        """With room on both sides."""
        return cls(min(values) / _ROOM, max(values) * _ROOM)

    def place(self, value: float) -> float:
        """0 at `low`, 1 at `high`."""
        return math.log(value / self.low) / math.log(self.high / self.low)

    def ticks(self) -> list[float]:
        """Powers of ten inside of the scale, and halves of them."""
        decades = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
        found = [factor * 10.0**power for power in decades for factor in (1, 5)]
        return [value for value in found if self.low < value < self.high]
