"""`boards.toml`: what the harness knows of each board."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from harness.config.attached import AttachedTarget
from harness.config.costs import Chip, CostModel, read_cost_model
from harness.config.energy import EnergyModel
from harness.config.engines import AUTO, EngineName
from harness.config.memory import Memory, Natural, Positive
from harness.config.toml import convert, read_toml, suggest
from harness.errors import ConfigError
from harness.paths import shipped_boards_file

ALIGNMENT_BYTES = 16  # of a model's constants, and of tensors in the arena

_REGIONS = ("code", "data", "arena", "second_arena", "model_slot")

Name = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_.-]*$")]
Macro = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]*$")]  # HARNESS_<IT> is a macro of the firmware
Core = Literal[
    "cortex-m0",
    "cortex-m0plus",
    "cortex-m3",
    "cortex-m4",
    "cortex-m4f",
    "cortex-m7",
    "cortex-m33",
    "cortex-m55",
    "host",
]


_CORES_WITHOUT_FPU = frozenset({"cortex-m0", "cortex-m0plus", "cortex-m3", "cortex-m4"})


def has_fpu(core: str) -> bool:
    """Whether `core` computes float32 in hardware."""
    return core not in _CORES_WITHOUT_FPU


class Region(Struct, frozen=True):
    """A piece of a memory. `memory` is empty and `address` None where the linker places it (native)."""

    memory: str
    kind: Literal["flash", "ram"]
    address: int | None
    bytes: int


class LinkSizes(Struct, frozen=True, forbid_unknown_fields=True):
    """What the link may take of a small RAM; the defaults are those of firmware/lib/link/link_sizes.h.

    Attributes:
        window: requests that may be outstanding; so many answers are kept.
        max_payload_bytes: of a frame. The receive buffer holds `window` of them.
        profile_ops: ops whose times one profile records, of 16 bytes each.
    """

    window: Literal[1, 2, 4] = 4
    max_payload_bytes: Literal[512, 1024] = 1024
    profile_ops: Annotated[int, Meta(ge=1, le=256)] = 256


class FirmwareLayout(Struct, frozen=True):
    """Where the firmware's parts lie.

    Attributes:
        support: names the library `firmware/lib/board_<support>`.
        second_arena: more of the arena, in another memory, where the first piece is not all that is free.
        peripherals: addresses and interrupt numbers that this library asks for, by name.
    """

    support: str
    code: Region | None
    data: Region | None
    arena: Region
    model_slot: Region
    stack_bytes: int
    peripherals: Mapping[str, int] = {}
    link: LinkSizes = LinkSizes()
    second_arena: Region | None = None

    @property
    def arena_pieces(self) -> tuple[Region, ...]:
        return (self.arena, self.second_arena) if self.second_arena else (self.arena,)

    @property
    def arena_bytes(self) -> int:
        return sum(piece.bytes for piece in self.arena_pieces)


class EmulatedTarget(Struct, frozen=True, forbid_unknown_fields=True):
    """A QEMU machine. One instruction takes 2^icount_shift ns of its virtual clock."""

    machine: Name
    icount_shift: Annotated[int, Meta(ge=0, le=10)]
    serial: Natural = 0


class NativeTarget(Struct, frozen=True, forbid_unknown_fields=True):
    """The firmware as a Linux program."""


class _Targets(Struct, frozen=True, forbid_unknown_fields=True):
    emulated: EmulatedTarget | None = None
    native: NativeTarget | None = None
    attached: AttachedTarget | None = None


class _RegionEntry(Struct, frozen=True, forbid_unknown_fields=True):
    memory: str = ""
    offset: Natural = 0
    bytes: Positive | None = None


class _FirmwareEntry(Struct, frozen=True, forbid_unknown_fields=True):
    support: Name
    arena: _RegionEntry
    model_slot: _RegionEntry
    stack_bytes: Positive
    code: _RegionEntry | None = None
    data: _RegionEntry | None = None
    peripherals: dict[Macro, Natural] = {}
    link: dict[str, Any] = {}
    second_arena: _RegionEntry | None = None


class _BoardEntry(Struct, frozen=True, forbid_unknown_fields=True):
    description: str
    mcu: str
    core: Core
    firmware: dict[str, Any]
    targets: dict[str, Any]
    clock_hz: Positive | None = None
    memory: dict[str, Any] = {}
    engine: EngineName = AUTO
    energy: dict[str, Any] | None = None
    timing: dict[str, Any] | None = None


class Board(Struct, frozen=True):
    """One entry of `boards.toml`, checked.

    Attributes:
        source: the file it stands in.
        energy: None where the entry has none; then nothing is said of energy.
        cost_model: what its instructions cost in cycles; None where the entry has no `timing`.
    """

    name: str
    description: str
    mcu: str
    core: Core
    clock_hz: int | None
    memory: Mapping[str, Memory]
    firmware: FirmwareLayout
    targets: Mapping[str, EmulatedTarget | NativeTarget | AttachedTarget]
    source: Path
    engine: EngineName = AUTO
    energy: EnergyModel | None = None
    cost_model: CostModel | None = None


def load_boards(files: Iterable[Path]) -> dict[str, Board]:
    """All boards of `files` by name; a later file adds to or replaces entries of an earlier one.

    Raises:
        ConfigError: a file is missing or malformed, or an entry is wrong.
    """
    boards: dict[str, Board] = {}
    for path in files:
        boards |= _boards_of(path)
    return boards


def boards_files(root: Path, further: Iterable[Path] = ()) -> list[Path]:
    """The shipped boards.toml, then `root`'s own where it has one, then the `further` ones the user names."""
    own = root / "boards.toml"
    shipped = shipped_boards_file()
    owned = [own] if own.exists() and own.resolve() != shipped.resolve() else []
    return [shipped, *owned, *further]


def pick_board(boards: Mapping[str, Board], name: str) -> Board:
    """The board called `name`.

    Raises:
        ConfigError: there is none; the message lists the known ones and the nearest.
    """
    if name not in boards:
        raise ConfigError(f"unknown board {name!r}", f"use one of: {suggest(name, boards)}")
    return boards[name]


def pick_boards(boards: Mapping[str, Board], names: Iterable[str]) -> tuple[Board, ...]:
    """The boards that `names` list, each with commas between several, every board once.

    Raises:
        ConfigError: as for `pick_board`, or nothing but commas is there.
    """
    listed = dict.fromkeys(name.strip() for part in names for name in part.split(","))
    chosen = tuple(pick_board(boards, name) for name in listed if name)
    if not chosen:
        raise ConfigError("no board is named", f"use one of: {', '.join(sorted(boards))}")
    return chosen


def _boards_of(path: Path) -> dict[str, Board]:
    tables = read_toml(path)
    for key in tables:
        if key not in ("boards", "attached"):
            raise ConfigError(
                f"{path}: {key}: unknown table", "a kind of board is [boards.<name>], one on the desk [attached.<name>]"
            )
    entries = convert(tables.get("boards", {}), dict[str, dict[str, Any]], path, "boards")
    return {name: _board(path, name, entry) for name, entry in entries.items()}


def _board(path: Path, name: str, table: dict[str, Any]) -> Board:
    key = f"boards.{name}"
    convert(name, Name, path, key)
    entry = convert(table, _BoardEntry, path, key)
    memory = {part: convert(value, Memory, path, f"{key}.memory.{part}") for part, value in entry.memory.items()}
    targets = convert(entry.targets, _Targets, path, f"{key}.targets")
    present = {kind: target for kind in _Targets.__struct_fields__ if (target := getattr(targets, kind)) is not None}
    if not present:
        raise ConfigError(f"{path}: {key}.targets: no target", "add e.g. an empty table [boards.<name>.targets.native]")
    if entry.core != "host" and entry.clock_hz is None:
        raise ConfigError(f"{path}: {key}: missing clock_hz", "add the core's clock in Hz")
    return Board(
        name=name,
        description=entry.description,
        mcu=entry.mcu,
        core=entry.core,
        clock_hz=entry.clock_hz,
        memory=memory,
        firmware=_layout(path, key, entry, memory),
        targets=present,
        source=path,
        engine=entry.engine,
        energy=None if entry.energy is None else convert(entry.energy, EnergyModel, path, f"{key}.energy"),
        cost_model=_cost_model(path, key, entry, memory),
    )


def _cost_model(path: Path, key: str, entry: _BoardEntry, memory: Mapping[str, Memory]) -> CostModel | None:
    if entry.timing is None:
        return None
    chip = Chip(entry.core, entry.clock_hz or 0, memory)
    return read_cost_model(path, f"{key}.timing", entry.timing, chip)


def _layout(path: Path, key: str, entry: _BoardEntry, memory: Mapping[str, Memory]) -> FirmwareLayout:
    key = f"{key}.firmware"
    firmware = convert(entry.firmware, _FirmwareEntry, path, key)
    specs = {part: spec for part in _REGIONS if (spec := getattr(firmware, part)) is not None}
    if entry.core == "host":
        regions = {part: _host_region(path, f"{key}.{part}", spec) for part, spec in specs.items()}
        if "second_arena" in regions:
            raise ConfigError(f"{path}: {key}.second_arena: not on a host", "give arena more bytes")
    else:
        regions = {part: _region(path, f"{key}.{part}", spec, memory) for part, spec in specs.items()}
        _check_regions(path, key, regions, firmware.stack_bytes)
    return FirmwareLayout(
        support=firmware.support,
        code=regions.get("code"),
        data=regions.get("data"),
        arena=regions["arena"],
        model_slot=regions["model_slot"],
        stack_bytes=firmware.stack_bytes,
        peripherals=firmware.peripherals,
        link=convert(firmware.link, LinkSizes, path, f"{key}.link"),
        second_arena=regions.get("second_arena"),
    )


def _check_regions(path: Path, key: str, regions: Mapping[str, Region], stack_bytes: int) -> None:
    for part in ("code", "data"):
        if part not in regions:
            raise ConfigError(f"{path}: {key}: missing {part}", f'add e.g. {part} = {{ memory = "<name>" }}')
    for part in ("data", "arena", "second_arena"):
        if part in regions and regions[part].kind != "ram":
            raise ConfigError(f"{path}: {key}.{part}: {regions[part].memory} is not ram", "name a memory that is")
    _refuse_overlap(path, key, regions)
    if stack_bytes >= regions["data"].bytes:
        raise ConfigError(f"{path}: {key}.stack_bytes: {stack_bytes} leaves no room in data", "lower it")


def _host_region(path: Path, key: str, spec: _RegionEntry) -> Region:
    if spec.memory or spec.bytes is None:
        raise ConfigError(f"{path}: {key}: a host board's region has bytes and no memory", "write { bytes = … }")
    return Region(memory="", kind="ram", address=None, bytes=spec.bytes)


def _region(path: Path, key: str, spec: _RegionEntry, memory: Mapping[str, Memory]) -> Region:
    if spec.memory not in memory:
        raise ConfigError(
            f"{path}: {key}.memory: unknown memory {spec.memory!r}", f"use one of: {suggest(spec.memory, memory)}"
        )
    home = memory[spec.memory]
    size = home.bytes - spec.offset if spec.bytes is None else spec.bytes
    if size <= 0 or spec.offset + size > home.bytes:
        raise ConfigError(
            f"{path}: {key}: offset {spec.offset} + {size} bytes does not lie in {spec.memory} ({home.bytes} bytes)",
            "lower offset or bytes",
        )
    address = home.address + spec.offset
    if address % ALIGNMENT_BYTES:
        raise ConfigError(f"{path}: {key}: address {address:#x} is not a multiple of {ALIGNMENT_BYTES}", "move it")
    return Region(memory=spec.memory, kind=home.kind, address=address, bytes=size)


def _refuse_overlap(path: Path, key: str, regions: Mapping[str, Region]) -> None:
    placed = sorted((region.address or 0, region.bytes, part) for part, region in regions.items())
    for (start, size, first), (next_start, _, second) in itertools.pairwise(placed):
        if start + size > next_start:
            raise ConfigError(f"{path}: {key}: {first} and {second} overlap at {next_start:#x}", "move or shrink one")
