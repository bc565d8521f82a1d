"""What a board's core and memories cost in cycles: firmware/emulator/cores.toml, and `timing` in boards.toml."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, structs

from harness.config.memory import Memory, Natural, Positive
from harness.config.toml import convert, read_toml, suggest
from harness.errors import ConfigError
from harness.paths import firmware_dir

Cycles = Annotated[float, Meta(ge=0)]
Pairing = Literal["none", "narrow", "units"]


class Chip(Struct, frozen=True):
    """What of a board its timing depends on; the clock is in Hz."""

    core: str
    clock_hz: int
    memory: Mapping[str, Memory]


class KindCost(Struct, frozen=True, forbid_unknown_fields=True):
    """What one kind of instruction costs, in cycles.

    Attributes:
        cycles: until the next instruction may issue.
        latency: until its result may be used; as `cycles` where it is left out.
        per_register: more of both for each register of a multiple.
        taken: more where it changes the program counter.
        busy: that its unit takes no other instruction.
    """

    cycles: Cycles = 1.0
    latency: Cycles | None = None
    per_register: Cycles = 0.0
    taken: Cycles = 0.0
    busy: Cycles = 0.0


class CoreCosts(Struct, frozen=True, forbid_unknown_fields=True):
    """What a core costs with memories that never let it wait; times are in cycles.

    Attributes:
        kinds: by the kinds of firmware/emulator/instruction.h.
        pairing: which two instructions issue in one cycle.
        address_delay: more latency of a result that an address is computed from.
        load_after_load: a single load or store behind a load; 0 where that costs as much as any other.
        misaligned_target: more for a jump to a 32-bit instruction that is not word aligned.
        mispredicted: more for a branch that is predicted wrong; 0 where nothing is predicted.
        error_percent: the largest error against published silicon, None where it was not compared.
    """

    kinds: Mapping[str, KindCost]
    pairing: Pairing = "none"
    address_delay: Cycles = 0.0
    load_after_load: Cycles = 0.0
    misaligned_target: Cycles = 0.0
    mispredicted: Cycles = 0.0
    error_percent: Natural | None = None


class MemoryTiming(Struct, frozen=True):
    """What an access to a memory costs at a board's clock.

    Attributes:
        wait_states: cycles that a read takes longer than one.
        line_bytes: what one read gives.
        prefetch: the next line of code is read while this one executes.
        code_cache_bytes: of a cache for instructions, 0 for none; data_cache_bytes: of one for data.
        cache_line_bytes: of both.
    """

    name: str
    kind: Literal["flash", "ram"]
    address: int
    bytes: int
    wait_states: int
    line_bytes: int = 4
    prefetch: bool = False
    code_cache_bytes: int = 0
    data_cache_bytes: int = 0
    cache_line_bytes: int = 16


class CostModel(Struct, frozen=True):
    """What a board's instructions and accesses cost, in cycles.

    Attributes:
        name: what it models, e.g. "cortex-m4f, flash 4 wait states".
        cycle_scale: cycles that one predicted cycle takes on silicon; other than 1 where a measured session says so.
    """

    name: str
    core: CoreCosts
    memories: tuple[MemoryTiming, ...]
    cycle_scale: float = 1.0

    @property
    def error_percent(self) -> int | None:
        """That of the core; None for cycles that a calibration changed: those were compared with nothing."""
        return None if self.is_calibrated else self.core.error_percent

    @property
    def is_calibrated(self) -> bool:
        return self.cycle_scale != 1

    @property
    def described(self) -> str:
        """Its name, and its scale where there is one."""
        return f"{self.name}, calibrated x{self.cycle_scale:g}" if self.is_calibrated else self.name


class _MemoryEntry(Struct, frozen=True, forbid_unknown_fields=True):
    wait_states: Natural | list[tuple[Positive, Natural]]
    line_bytes: Literal[4, 8, 16, 32] = 4
    prefetch: bool = False
    code_cache_bytes: Natural = 0
    data_cache_bytes: Natural = 0
    cache_line_bytes: Literal[4, 8, 16, 32, 64] = 32


class TimingEntry(Struct, frozen=True, forbid_unknown_fields=True):
    """The table `timing` of a board."""

    memory: dict[str, Any]
    cycle_scale: Annotated[float, Meta(gt=0)] = 1.0
    costs: dict[str, Any] = {}


def read_cost_model(path: Path, key: str, table: object, chip: Chip) -> CostModel:
    """The table `key` in `path`, which is the `timing` of a board with this chip.

    Raises:
        ConfigError: it is wrong, the core has no costs, or a memory has no timing up to the clock.
    """
    entry = convert(table, TimingEntry, path, key)
    for name in entry.memory:
        if name not in chip.memory:
            known = suggest(name, chip.memory)
            raise ConfigError(f"{path}: {key}.memory: unknown memory {name!r}", f"use one of: {known}")
    memories = tuple(_memory_timing(path, f"{key}.memory.{name}", entry, chip, name) for name in chip.memory)
    costs = _core(path, key, chip.core)
    if entry.costs:
        own = _with_kinds(path, f"{key}.costs", costs, entry.costs)
        costs = structs.replace(own, error_percent=None)  # the error was found with the core's own costs
    return CostModel(_name(chip.core, memories), costs, memories, entry.cycle_scale)


def _name(core: str, memories: tuple[MemoryTiming, ...]) -> str:
    waiting = [f"{memory.name} {memory.wait_states} wait states" for memory in memories if memory.wait_states]
    return ", ".join([core, *(waiting or ["no wait states"])])


def _memory_timing(path: Path, key: str, timing: TimingEntry, chip: Chip, name: str) -> MemoryTiming:
    if name not in timing.memory:
        raise ConfigError(f"{path}: {key}: missing", f"add {name} = {{ wait_states = … }}")
    entry = convert(timing.memory[name], _MemoryEntry, path, key)
    _check_lines(path, key, entry)
    memory = chip.memory[name]
    return MemoryTiming(
        name=name,
        kind=memory.kind,
        address=memory.address,
        bytes=memory.bytes,
        wait_states=_wait_states(path, f"{key}.wait_states", entry.wait_states, chip.clock_hz),
        line_bytes=entry.line_bytes,
        prefetch=entry.prefetch,
        code_cache_bytes=entry.code_cache_bytes,
        data_cache_bytes=entry.data_cache_bytes,
        cache_line_bytes=entry.cache_line_bytes,
    )


def _check_lines(path: Path, key: str, entry: _MemoryEntry) -> None:
    line_bytes = entry.cache_line_bytes
    if line_bytes < entry.line_bytes:
        raise ConfigError(f"{path}: {key}.cache_line_bytes: shorter than line_bytes", "raise it")
    for cache in ("code_cache_bytes", "data_cache_bytes"):
        if getattr(entry, cache) % line_bytes:
            raise ConfigError(f"{path}: {key}.{cache}: no whole number of lines of {line_bytes} bytes", "correct it")


def _wait_states(path: Path, key: str, given: int | list[tuple[int, int]], clock_hz: int) -> int:
    if isinstance(given, int):
        return given
    if reached := [wait_states for up_to_hz, wait_states in sorted(given) if clock_hz <= up_to_hz]:
        return reached[0]
    highest = max((up_to_hz for up_to_hz, _ in given), default=0)
    raise ConfigError(f"{path}: {key}: given up to {highest} Hz, the board runs at {clock_hz} Hz", "add its row")


def _core(path: Path, key: str, name: str) -> CoreCosts:
    cores = _cores()
    if name not in cores:
        raise ConfigError(
            f"{path}: {key}: no costs for the core {name}", f"leave it out, or use: {suggest(name, cores)}"
        )
    return cores[name]


@functools.cache
def _cores() -> dict[str, CoreCosts]:
    path = firmware_dir() / "emulator" / "cores.toml"
    tables = read_toml(path)
    return {name: _with_kinds(path, name, *_inherited(path, name, tables)) for name in tables}


def _inherited(path: Path, name: str, tables: Mapping[str, Any]) -> tuple[CoreCosts, Mapping[str, Any]]:
    """The costs of a core, with those of the core that it is `like`, but without its own kinds; and these.

    An error that was found for one core says nothing of another.
    """
    own = dict(tables[name])
    kinds = own.pop("kinds", {})
    base = own.pop("like", None)
    inherited = _with_kinds(path, base, *_inherited(path, base, tables)) if base else CoreCosts(kinds={})
    merged = {**structs.asdict(inherited), "error_percent": None, **own, "kinds": {}}
    return structs.replace(convert(merged, CoreCosts, path, name), kinds=inherited.kinds), kinds


@functools.cache
def _known_kinds() -> frozenset[str]:
    """Those that the plugin tells apart."""
    header = firmware_dir() / "emulator" / "instruction.h"
    return frozenset(re.findall(r"^  X\((\w+), ", header.read_text(encoding="utf-8"), re.MULTILINE))


def _with_kinds(path: Path, key: str, costs: CoreCosts, kinds: Mapping[str, Any]) -> CoreCosts:
    for kind in kinds:
        if kind not in _known_kinds():
            known = suggest(kind, _known_kinds())
            raise ConfigError(f"{path}: {key}: unknown kind of instruction {kind!r}", f"use one of: {known}")
    own = {kind: _kind_cost(path, f"{key}.{kind}", cost) for kind, cost in kinds.items()}
    return structs.replace(costs, kinds={**costs.kinds, **own})


def _kind_cost(path: Path, key: str, cost: Any) -> KindCost:
    return convert(cost if isinstance(cost, dict) else {"cycles": cost}, KindCost, path, key)
