"""What the build needs of a board's entry in boards.toml.

The harness checks the file before it builds; this module reads it with nothing but Python's standard library, because
it runs in PlatformIO's environment.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cores import CORES, HOST


class EntryError(Exception):
    """A board that is not there, or an entry that cannot be built."""


@dataclass(frozen=True)
class BoardEntry:
    """One board. `symbols` go to the linker, `defines` to the compiler; sizes and addresses are in bytes."""

    name: str
    core: str
    support: str
    symbols: Mapping[str, int]
    defines: Mapping[str, int]


def read_board(name: str, files: Iterable[Path]) -> BoardEntry:
    """The entry `name`; later files replace the entries of earlier ones.

    Raises:
        EntryError: a file cannot be read, there is no such board, or its entry is incomplete.
    """
    tables = _read_tables(files)
    if name not in tables:
        raise EntryError(f"unknown board {name!r}: use one of {', '.join(sorted(tables))}")
    try:
        return _entry(name, tables[name])
    except KeyError as error:
        raise EntryError(f"boards.{name}: missing or unknown {error}") from None


def _read_tables(files: Iterable[Path]) -> dict[str, Any]:
    tables: dict[str, Any] = {}
    for file in files:
        try:
            tables |= tomllib.loads(file.read_text("utf-8")).get("boards", {})
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise EntryError(f"{file}: {error}") from None
    return tables


def _entry(name: str, table: dict[str, Any]) -> BoardEntry:
    core = table["core"]
    if core not in CORES:
        raise EntryError(f"boards.{name}.core: unknown core {core!r}: use one of {', '.join(CORES)}")
    firmware = table["firmware"]
    return BoardEntry(
        name=name,
        core=core,
        support=firmware["support"],
        symbols={} if core == HOST else _symbols(firmware, table["memory"]),
        defines=_host_defines(firmware) if core == HOST else _arm_defines(table),
    )


def _symbols(firmware: dict[str, Any], memory: dict[str, Any]) -> dict[str, int]:
    symbols = {"harness_stack_bytes": firmware["stack_bytes"]}
    for part in ("code", "data", "arena", "model_slot"):
        symbols |= _region_symbols(part, firmware[part], memory)
    symbols |= _region_symbols("second_arena", firmware.get("second_arena"), memory)
    slot_in_ram = memory[firmware["model_slot"]["memory"]]["kind"] == "ram"
    symbols["harness_model_slot_writable_bytes"] = symbols["harness_model_slot_bytes"] if slot_in_ram else 0
    return symbols


def _region_symbols(part: str, region: dict[str, Any] | None, memory: dict[str, Any]) -> dict[str, int]:
    """Where a part lies; at 0 with 0 bytes where the board has none."""
    address = size = 0
    if region is not None:
        home = memory[region["memory"]]
        offset = region.get("offset", 0)
        address, size = home["address"] + offset, region.get("bytes", home["bytes"] - offset)
    return {f"harness_{part}_address": address, f"harness_{part}_bytes": size}


def _arm_defines(table: dict[str, Any]) -> dict[str, int]:
    firmware = table["firmware"]
    macros = {**firmware.get("peripherals", {}), **firmware.get("link", {})}
    return {
        "HARNESS_CLOCK_HZ": table["clock_hz"],
        **{f"HARNESS_{name.upper()}": number for name, number in macros.items()},
    }


def _host_defines(firmware: dict[str, Any]) -> dict[str, int]:
    return {
        "HARNESS_ARENA_BYTES": firmware["arena"]["bytes"],
        "HARNESS_MODEL_SLOT_BYTES": firmware["model_slot"]["bytes"],
        "HARNESS_STACK_BYTES": firmware["stack_bytes"],
    }
