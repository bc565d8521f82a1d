"""A cost model as the text that the cycle plugin reads: firmware/emulator/cost_model.c."""

from __future__ import annotations

from collections.abc import Iterator

from harness.config import CostModel
from harness.config.costs import KindCost, MemoryTiming

_VERSION = 1


def cost_file_text(model: CostModel) -> str:
    """One fact a line; cycles are in thousandths, and not yet scaled by `model.cycle_scale`."""
    return "".join(f"{line}\n" for line in _lines(model))


def _lines(model: CostModel) -> Iterator[str]:
    core = model.core
    yield f"tinyhil-costs {_VERSION}"
    numbers = _milli(core.address_delay, core.load_after_load, core.misaligned_target, core.mispredicted)
    yield f"core {core.pairing} {numbers}"
    yield from (_kind_line(kind, cost) for kind, cost in core.kinds.items())
    yield from map(_memory_line, model.memories)


def _kind_line(kind: str, cost: KindCost) -> str:
    latency = cost.cycles if cost.latency is None else cost.latency
    return f"kind {kind} {_milli(cost.cycles, latency, cost.per_register, cost.taken, cost.busy)}"


def _memory_line(memory: MemoryTiming) -> str:
    numbers = (
        memory.wait_states,
        memory.line_bytes,
        int(memory.prefetch),
        memory.code_cache_bytes,
        memory.data_cache_bytes,
        memory.cache_line_bytes,
    )
    return f"memory {memory.name} {memory.kind} {memory.address:#x} {memory.bytes:#x} {' '.join(map(str, numbers))}"


def _milli(*cycles: float) -> str:
    return " ".join(str(round(1000 * number)) for number in cycles)
