"""The arena over the time of an inference: where each tensor lies, and from which op to which."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from harness.html.bars import color
from harness.html.svg import Box, Drawing
from harness.measure.records import RunRecord
from harness.model import Model
from harness.model.plan import Placement, lifetimes, place
from harness.report.wording import whole

HEIGHT_PX = 190
_LABELLED_PX = 14


@dataclass(frozen=True)
class ArenaPlan:
    """The plan of one run's arena, offset 0 being its first byte."""

    run: RunRecord
    model: Model
    placements: tuple[Placement, ...]

    @property
    def planned_bytes(self) -> int:
        return max((placement.end for placement in self.placements), default=0)

    @property
    def arena_bytes(self) -> int:
        """With what lives as long as the model."""
        return int(self.run.arena_bytes.value) if self.run.arena_bytes else self.planned_bytes


def arena_plan(run: RunRecord, models: Mapping[str, Model]) -> ArenaPlan | None:
    """None where the model is not at hand, or where the engine did not plan as `harness.model.plan` does."""
    model = models.get(run.model_sha256)
    if model is None or run.arena_bytes is None:
        return None
    plan = ArenaPlan(run, model, place(lifetimes(model)))
    return plan if json.loads(run.arena_parts or "{}").get("activations") == plan.planned_bytes else None


def arena_picture(plan: ArenaPlan, most_bytes: int) -> Markup:
    """Ops from left to right, addresses from bottom to top, to the scale of `most_bytes`."""
    drawing = Drawing(HEIGHT_PX + 20, f"arena of {plan.run.variant}, op by op: {whole(plan.arena_bytes)} bytes at most")
    columns = len(plan.model.ops) + 1

    def y(offset: float) -> float:
        return HEIGHT_PX * (1 - offset / most_bytes)

    for placement in plan.placements:
        life = placement.lifetime
        tensor = plan.model.tensors[life.tensor]
        left, width = 100 * life.first / columns, 100 * (life.last + 1 - life.first) / columns
        height = y(placement.offset) - y(placement.end)
        title = f"{tensor}: {whole(life.bytes)} bytes at {whole(placement.offset)}, ops {life.first} to {life.last}"
        drawing.rect(Box(left, y(placement.end), width, height), color(life.tensor), title)
        if height >= _LABELLED_PX:
            middle = y(placement.end) + height / 2 + 4
            drawing.text(left + width / 2, middle, whole(life.bytes), "inside", "middle")
    persistent = plan.arena_bytes - plan.planned_bytes
    top = y(plan.arena_bytes)
    title = f"{whole(persistent)} bytes that live as long as the model"
    drawing.rect(Box(0, top, 100, y(plan.planned_bytes) - top), "persistent", title)
    drawing.line((0, HEIGHT_PX), (100, HEIGHT_PX), "axis")
    step = max(1, columns // 12)
    for op in range(0, columns - 1, step):
        drawing.text(100 * (op + 0.5) / columns, HEIGHT_PX + 14, str(op), "label", "middle")
    drawing.text(100, HEIGHT_PX + 14, "end", "label", "end")
    return drawing.markup()
