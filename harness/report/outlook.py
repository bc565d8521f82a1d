"""The outlook of a model: what `harness estimate` found for each board, as a table and for other programs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.config.battery import Battery
from harness.config.numbers import Rate
from harness.measure.energy import ASSUMPTIONS, Idling, battery_days
from harness.measure.estimate import Estimate
from harness.model import Model, total_macs
from harness.report.json_report import quantity_json
from harness.report.outlook_notes import estimate_notes
from harness.report.wording import amount, digits, duration, printable, whole

if TYPE_CHECKING:
    from rich.console import Console

_HEADINGS = ("board", "fits", "arena\nbytes", "cycles", "time", "energy", "per\nsecond")
_LONGEST_DAYS = 3650  # coin cells are rated for a shelf life of ten years


@dataclass(frozen=True)
class Outlook:
    """Estimates of `model`, and the battery and rate that its days are for."""

    model: Model
    estimates: list[Estimate]
    rate: Rate
    battery: Battery

    def days(self, found: Estimate) -> float | None:
        """How long the battery lasts; None where that is not known, or the board is too slow for the rate."""
        energy, latency, model = found.energy_uj, found.latency_us, found.board.energy
        if energy is None or latency is None or model is None:
            return None
        metered_v = found.run.supply_v if found.run else None
        asleep = Idling(metered_v or model.supply_v, model.sleep_ua)
        return battery_days(self.battery, asleep, self.rate, latency.value, energy.value)

    def is_too_slow(self, found: Estimate) -> bool:
        """Whether the board is known not to keep up with the rate."""
        return found.per_s is not None and found.per_s < self.rate.per_s


def render_outlook(outlook: Outlook, console: Console) -> None:
    """Print the table, and under it what lacks, what the figures are computed with, and what is assumed."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    model = outlook.model
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    for heading in (*_HEADINGS, f"days on\n{outlook.battery.name}"):
        left = heading in ("board", "fits")
        table.add_column(heading, justify="left" if left else "right", vertical="bottom", overflow="fold")
    for found in outlook.estimates:
        table.add_row(*map(Text, _cells(outlook, found)))
    title = (
        f"{model.name}: {model.variant}, {len(model.ops)} ops, {total_macs(model):,} MACs, {len(model.data):,} bytes"
    )
    console.print(Text(printable(title), style="bold"))
    console.print(table)
    assumed = [_battery_text(outlook)] if any(map(outlook.days, outlook.estimates)) else []
    for line in (*estimate_notes(model, outlook.estimates), *assumed):
        console.print(Text(printable(line)))


def _cells(outlook: Outlook, found: Estimate) -> tuple[str, ...]:
    """Estimates that nothing ran for are marked with ~."""
    mark = "~" if found.run is None else ""
    arena = found.run.arena_bytes if found.run else None
    return (
        found.board.name,
        found.fit,
        whole(arena.value) if arena else "-",
        _cycles(found),
        f"{mark}{duration(found.latency_us.value / 1e6)}" if found.latency_us else "-",
        f"{mark}{amount(found.energy_uj.value / 1e6, 'J')}" if found.energy_uj else "-",
        f"{mark}{digits(found.per_s)}" if found.per_s else "-",
        _days(outlook, found, mark),
    )


def _cycles(found: Estimate) -> str:
    if found.cycles is None:
        return "-"
    return f"~{digits(found.cycles.value / 1e6)} M" if found.run is None else whole(found.cycles.value)


def _days(outlook: Outlook, found: Estimate, mark: str) -> str:
    days = outlook.days(found)
    if days is None:
        return "too slow" if outlook.is_too_slow(found) else "-"
    return f">{_LONGEST_DAYS:,}" if days > _LONGEST_DAYS else f"{mark}{digits(days)}"


def _battery_text(outlook: Outlook) -> str:
    battery, often = outlook.battery, outlook.rate.text
    return f"days on {battery.name} ({battery.capacity_mah:g} mAh: {battery.source}) at {often}: {ASSUMPTIONS}"


def outlook_json(outlook: Outlook) -> dict[str, Any]:
    """The same as JSON types; a quantity is `{"value", "provenance"}`, or null where it is not known."""
    model = outlook.model
    return {
        "model": {
            "name": model.name,
            "sha256": model.sha256,
            "variant": model.variant,
            "model_bytes": len(model.data),
            "macs": total_macs(model),
        },
        "battery": {"name": outlook.battery.name, "capacity_mah": outlook.battery.capacity_mah},
        "inferences_per_s": outlook.rate.per_s,
        "boards": [_estimate_json(outlook, found) for found in outlook.estimates],
    }


def _estimate_json(outlook: Outlook, found: Estimate) -> dict[str, Any]:
    run, static, energy = found.run, found.static, found.board.energy
    return {
        "board": found.board.name,
        "core": found.board.core,
        "clock_hz": found.board.clock_hz,
        "engine": found.engine,
        "fits": found.fit,
        "shortages": [
            {"part": each.part, "needed_bytes": each.needed_bytes, "available_bytes": each.available_bytes}
            for each in found.shortages
        ],
        "trouble": found.trouble or None,
        "basis": "run" if run else "static" if static else None,
        "arena_bytes": quantity_json(run.arena_bytes if run else None),
        "firmware_flash_bytes": quantity_json(run.firmware_flash_bytes if run else None),
        "instructions": quantity_json(run.instructions if run else None),
        "cycles": quantity_json(found.cycles),
        "estimate_error_percent": static.error_percent if static else None,
        "uncounted_ops": dict(static.uncounted) if static else {},
        "latency_us": quantity_json(found.latency_us),
        "energy_uj": quantity_json(found.energy_uj),
        "battery_days": outlook.days(found),
        "is_too_slow": outlook.is_too_slow(found),
        "modelled_by": {
            "cycles": found.cycles_model or None,
            "cycles_error_percent": found.cycles_error_percent,
            "energy": energy.described if energy and found.energy_uj else None,
        },
    }
