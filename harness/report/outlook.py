"""The outlook of a model: what `harness estimate` found for each board, as a table and for other programs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.config.battery import Battery
from harness.config.numbers import Rate
from harness.measure.energy import ASSUMPTIONS, battery_days
from harness.measure.estimate import Estimate
from harness.measure.records import Provenance
from harness.measure.static_cost import OpCost, StaticCost
from harness.model import Model, total_macs
from harness.report.compare import HOST_NOTE
from harness.report.json_report import quantity_json
from harness.report.wording import amount, digits, duration, printable, whole

if TYPE_CHECKING:
    from rich.console import Console

_HEADINGS = ("board", "fits", "arena\nbytes", "cycles", "time", "energy", "per\nsecond")
_EXPLAINED_SHARE = 0.98
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
        return battery_days(self.battery, model, self.rate, latency.value, energy.value)


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
    for line in notes(outlook):
        console.print(Text(printable(line)))


def _cells(outlook: Outlook, found: Estimate) -> tuple[str, ...]:
    """Estimates that nothing ran for are marked with ~."""
    mark = "~" if found.run is None else ""
    arena = found.run.arena_bytes if found.run else None
    days = outlook.days(found)
    return (
        found.board.name,
        found.fit,
        whole(arena.value) if arena else "-",
        _cycles(found),
        f"{mark}{duration(found.latency_us.value / 1e6)}" if found.latency_us else "-",
        f"{mark}{amount(found.energy_uj.value / 1e6, 'J')}" if found.energy_uj else "-",
        f"{mark}{digits(found.per_s)}" if found.per_s else "-",
        _days(days, mark),
    )


def _cycles(found: Estimate) -> str:
    if found.cycles is None:
        return "-"
    return f"~{found.cycles.value / 1e6:,.1f} M" if found.run is None else whole(found.cycles.value)


def _days(days: float | None, mark: str) -> str:
    if days is None:
        return "-"
    return f">{_LONGEST_DAYS:,}" if days > _LONGEST_DAYS else f"{mark}{digits(days)}"


def notes(outlook: Outlook) -> list[str]:
    """What lacks, what the figures are computed with, and what is assumed."""
    found, model = outlook.estimates, outlook.model
    lines = [f"{each.board.name} lacks {_lacking_text(each)}" for each in found if each.shortages]
    lines += _static_lines([each for each in found if each.static and each.latency_us])
    lines += _grouped("not run", found, lambda each: _one_line(each.trouble))
    lines += _grouped("not counted", found, _uncounted_text)
    lines += _grouped("float32 in software, no FPU", found, lambda each: _without_fpu(each, model))
    lines += _grouped("no cost model", found, _unmodelled_text)
    for worth in dict.fromkeys(map(_worth, found)):
        of_worth = [each for each in found if _worth(each) == worth]
        lines += _grouped(f"cycles modelled, {worth}", of_worth, _cycles_text)
    lines += _grouped("energy modelled", found, _energy_text)
    lines += (
        [HOST_NOTE] if any(each.latency_us and each.latency_us.provenance is Provenance.HOST for each in found) else []
    )
    return lines + ([_battery_text(outlook)] if any(map(outlook.days, found)) else [])


def _grouped(title: str, found: Iterable[Estimate], text_of: Callable[[Estimate], str]) -> list[str]:
    """`title: text (board, board); text (board)`; nothing where every text is empty."""
    boards: dict[str, list[str]] = {}
    for each in found:
        boards.setdefault(text_of(each), []).append(each.board.name)
    boards.pop("", None)
    texts = [f"{text} ({', '.join(names)})" for text, names in boards.items()]
    return [f"{title}: {'; '.join(texts)}"] if texts else []


def _lacking_text(found: Estimate) -> str:
    """`5,280 bytes of arena (12,960 needed)`."""
    return ", ".join(
        f"{lack.missing_bytes:,} bytes of {lack.part} ({lack.needed_bytes:,} needed)" for lack in found.shortages
    )


def _one_line(trouble: str) -> str:
    """The lines of an error, without the first one where that only names the board."""
    first, *others = [line.strip() for line in trouble.splitlines()] or [""]
    return "; ".join(others) if first.endswith(":") else "; ".join((first, *others))


def _static_lines(found: Sequence[Estimate]) -> list[str]:
    """How far the estimates may be off, and the costs that they are made of."""
    if not found:
        return []
    engines = ", ".join(dict.fromkeys(each.static.engine for each in found if each.static))
    title = f"~ nothing ran: MACs or inputs x cycles measured for such ops with {engines}, of all (cheapest to dearest)"
    return [title, *(f"~ {each.board.name}: {_static_text(each)}" for each in found)]


def _static_text(found: Estimate) -> str:
    """`12 s to 39 s by CONV_2D int8 2.91 (2.18 to 7.22), …`."""
    static, latency = found.static, found.latency_us
    assert static is not None and latency is not None
    s_per_cycle = latency.value / 1e6 / static.cycles
    parts = [
        f"{key} {_three(cost.cycles)} ({_three(cost.least)} to {_three(cost.most)})" for key, cost in _chief(static)
    ]
    span = f"{duration(static.least * s_per_cycle)} to {duration(static.most * s_per_cycle)}"
    where = "" if static.board == found.board.name else f" on {static.board}"
    return f"{span} by {', '.join(parts)}{where}"


def _chief(static: StaticCost) -> Iterator[tuple[str, OpCost]]:
    """The costliest kinds of op, which together take nearly all of the cycles."""
    explained = 0.0
    for key, cost, work in static.parts:
        if explained < _EXPLAINED_SHARE * static.cycles:
            yield key, cost
        explained += cost.cycles * work


def _uncounted_text(found: Estimate) -> str:
    uncounted = found.static.uncounted if found.static else {}
    return ", ".join(f"{count} {key}" for key, count in uncounted.items())


def _without_fpu(found: Estimate, model: Model) -> str:
    return found.board.core if found.is_soft_float(model) else ""


def _unmodelled_text(found: Estimate) -> str:
    if found.board.cost_model is not None:
        return ""
    return (
        f"{whole(found.run.instructions.value)} instructions" if found.run and found.run.instructions else "no cycles"
    )


def _worth(found: Estimate) -> str:
    error = found.board.cost_model.error_percent if found.board.cost_model else None
    return "not validated against silicon" if error is None else f"within {error} % of published silicon"


def _cycles_text(found: Estimate) -> str:
    return found.board.cost_model.name if found.board.cost_model and found.cycles else ""


def _energy_text(found: Estimate) -> str:
    model = found.board.energy
    return f"{model.name}, {model.sleep_ua:g} µA asleep" if model and found.energy_uj else ""


def _battery_text(outlook: Outlook) -> str:
    battery = outlook.battery
    return (
        f"days on {battery.name} ({battery.capacity_mah:g} mAh: {battery.source}) at {outlook.rate.text}: {ASSUMPTIONS}"
    )


def _three(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


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
    run, static, cost_model, energy = found.run, found.static, found.board.cost_model, found.board.energy
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
        "cycles_range": [round(static.least), round(static.most)] if static else None,
        "uncounted_ops": dict(static.uncounted) if static else {},
        "latency_us": quantity_json(found.latency_us),
        "energy_uj": quantity_json(found.energy_uj),
        "battery_days": outlook.days(found),
        "modelled_by": {
            "cycles": cost_model and cost_model.name,
            "cycles_error_percent": cost_model and cost_model.error_percent,
            "energy": energy and energy.name,
        },
    }
