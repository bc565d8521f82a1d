"""Ops that combine two tensors element by element."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from conformance.graph import Graph

Shapes = tuple[tuple[int, ...], tuple[int, ...]]

EQUAL: Shapes = ((2, 3, 4), (2, 3, 4))
BROADCAST: list[Shapes] = [
    ((1, 3, 3, 4), (1, 1, 1, 1)),
    ((1, 3, 3, 4), (1, 1, 1, 4)),
    ((1, 1, 3, 4), (2, 3, 1, 4)),
    ((4,), (2, 3, 4)),
    ((2, 3), (1,)),
]


@dataclass(frozen=True)
class Combination:
    """Scales and zero points are those of both inputs and the output; the activation is for ops that have one."""

    name: str
    shapes: Shapes = EQUAL
    activation: str = "NONE"
    scales: tuple[float, float, float] = (0.05, 0.03, 0.08)
    zero_points: tuple[int, int, int] = (-128, 5, 0)

    def add(self, graph: Graph) -> None:
        shapes = [*self.shapes, np.broadcast_shapes(*self.shapes)]
        names = [None, None, repr(self)]
        left, right, output = (
            graph.values(shape, scale, zero_point, name=name)
            for shape, scale, zero_point, name in zip(shapes, self.scales, self.zero_points, names, strict=True)
        )
        graph.builder.op(self.name, [left, right], [output], fused_activation_function=self.activation)
