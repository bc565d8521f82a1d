"""A board's memories: what the firmware sets aside for each purpose, and what of it a run takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from harness.html.bars import BAR_PX, BAR_TOP_PX, ROW_PX, Legend
from harness.html.svg import Box, Drawing
from harness.measure.records import Quantity, RunRecord
from harness.report.wording import whole


@dataclass(frozen=True)
class Region:
    """A part of a memory. `field` of a run says what it takes, and names the limit in a session's board."""

    field: str
    name: str
    kind: str


RAM = (
    Region("arena_bytes", "arena", "c0"),
    Region("stack_bytes", "stack", "c1"),
    Region("firmware_ram_bytes", "static", "c2"),
)
FLASH = (Region("firmware_flash_bytes", "firmware", "c3"), Region("model_bytes", "model", "c4"))


def memory_map(runs: Sequence[RunRecord], limits: Mapping[str, int], regions: Sequence[Region]) -> Markup:
    """A bar for each run: regions beside each other, as wide as they are large, filled as far as they are taken."""
    drawing = Drawing(ROW_PX * len(runs), f"memory of {', '.join(run.variant for run in runs)}")
    sizes = {region.field: limits.get(region.field) or max(_taken(run, region) for run in runs) for region in regions}
    total = sum(sizes.values()) or 1
    for row, run in enumerate(runs):
        top = row * ROW_PX
        drawing.text(0, top + 12, run.variant, "name")
        used = sum(_taken(run, region) for region in regions)
        drawing.text(100, top + 12, f"{whole(used)} of {whole(total)} bytes", "label", "end")
        x = 0.0
        for region in regions:
            width, taken = 100 * sizes[region.field] / total, _taken(run, region)
            title = f"{region.name}: {whole(taken)} of {whole(sizes[region.field])} bytes"
            drawing.rect(Box(x, top + BAR_TOP_PX, width, BAR_PX), "room", title)
            drawing.rect(Box(x, top + BAR_TOP_PX, 100 * taken / total, BAR_PX), region.kind, title)
            x += width
    return drawing.markup()


def memory_legend(regions: Sequence[Region]) -> list[Legend]:
    return [*(Legend(region.kind, region.name) for region in regions), Legend("room", "set aside, not taken")]


def _taken(run: RunRecord, region: Region) -> float:
    quantity: Quantity | None = getattr(run, region.field)
    return quantity.value if quantity else 0
