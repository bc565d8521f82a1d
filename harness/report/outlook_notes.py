"""What stands under the table of `harness estimate`: what boards lack, and what the figures are computed with."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from harness.measure.estimate import Estimate
from harness.measure.records import Provenance
from harness.measure.static_cost import StaticCost, StaticPart
from harness.model import Model
from harness.report.compare import HOST_NOTE
from harness.report.wording import digits, whole

_EXPLAINED_SHARE = 0.98


def estimate_notes(model: Model, found: Sequence[Estimate]) -> list[str]:
    """Why figures are missing or only estimated, and the models that made the others."""
    lines = [f"{each.board.name} lacks {_lacking_text(each)}" for each in found if each.shortages]
    lines += _static_lines([each for each in found if each.static and each.latency_us])
    lines += _grouped("not run", found, lambda each: _one_line(each.trouble))
    lines += _grouped("not counted", found, _uncounted_text)
    lines += _grouped("floats in software, no FPU", found, lambda each: _without_fpu(each, model))
    lines += _grouped("no cost model", found, _unmodelled_text)
    if any(each.run and each.cycles for each in found):
        lines.append("cycles without ~: of one inference on random values, which takes more or less than others")
    for worth in dict.fromkeys(map(_worth, found)):
        of_worth = [each for each in found if _worth(each) == worth]
        lines += _grouped(f"cycles modelled, {worth}", of_worth, lambda each: each.cycles_model)
    lines += _grouped("energy modelled", found, _energy_text)
    hosted = any(each.latency_us and each.latency_us.provenance is Provenance.HOST for each in found)
    return [*lines, *([HOST_NOTE] if hosted else [])]


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
    title = (
        f"~ nothing ran: from cycles of small ops, measured with {engines}; so far off at most were suites that ran:"
    )
    return [
        title,
        *(f"~ {each.board.name}: {_static_text(each.static, each.board.name)}" for each in found if each.static),
    ]


def _static_text(static: StaticCost, board: str) -> str:
    """`18 %, CONV_2D 1x1 int8 1.89 cycles/MAC + 59.4/output, …`."""
    where = [] if static.board == board else [f"costs of {static.board}"]
    return ", ".join((f"{static.error_percent} %", *where, *map(_part_text, _chief(static))))


def _chief(static: StaticCost) -> Iterator[StaticPart]:
    """The costliest kinds of op, which together take nearly all of the cycles."""
    explained = 0.0
    for part in static.parts:
        if explained < _EXPLAINED_SHARE * static.cycles:
            yield part
        explained += part.cycles


def _part_text(part: StaticPart) -> str:
    of_work = f"{part.key} {digits(part.cost.per_work)} cycles/{part.unit}"
    return f"{of_work} + {digits(part.cost.per_output)}/output" if part.cost.per_output else of_work


def _uncounted_text(found: Estimate) -> str:
    uncounted = found.static.uncounted if found.static else {}
    return ", ".join(f"{count} {key}" for key, count in uncounted.items())


def _without_fpu(found: Estimate, model: Model) -> str:
    return found.board.core if found.is_soft_float(model) else ""


def _unmodelled_text(found: Estimate) -> str:
    if found.board.cost_model is not None:
        return ""
    instructions = found.run.instructions if found.run else None
    return f"{whole(instructions.value)} instructions" if instructions else "no cycles"


def _worth(found: Estimate) -> str:
    error = found.cycles_error_percent
    return "not validated against silicon" if error is None else f"core within {error} % of published silicon"


def _energy_text(found: Estimate) -> str:
    model = found.board.energy
    return f"{model.described}; {model.sleep_ua:g} µA asleep" if model and found.energy_uj else ""
