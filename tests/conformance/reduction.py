"""Ops that combine the elements along some axes."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from conformance.graph import Graph


@dataclass(frozen=True)
class Reduction:
    """Combines the elements along `axes`, by a MEAN or a REDUCE_MAX."""

    name: str
    shape: tuple[int, ...] = (2, 3, 4, 5)
    axes: tuple[int, ...] = (1, 2)
    keep_dims: bool = False
    scales: tuple[float, float] = (0.05, 0.05)
    zero_points: tuple[int, int] = (-128, -128)

    def add(self, graph: Graph) -> None:
        values = graph.values(self.shape, self.scales[0], self.zero_points[0])
        result = graph.values(self.result_shape, self.scales[1], self.zero_points[1], name=repr(self))
        options = {"options_type": "ReducerOptions", "keep_dims": self.keep_dims}
        graph.builder.op(self.name, [values, graph.indices(self.axes)], [result], **options)

    @property
    def result_shape(self) -> list[int]:
        rank = len(self.shape)
        reduced = {axis % rank for axis in self.axes}
        sizes = [1 if axis in reduced else size for axis, size in enumerate(self.shape)]
        return sizes if self.keep_dims else [size for axis, size in enumerate(sizes) if axis not in reduced]


AXES = [axes for count in (1, 2, 3) for axes in itertools.combinations(range(4), count)] + [(-1,), (-2, -3), (2, 1)]
RANKS = [((7,), (0,)), ((3, 5), (0,)), ((3, 5), (-1,)), ((2, 3, 4), (0, 2)), ((2, 3, 4), (1, 1))]  # shape and axes
