"""Boards on a desk: how a kind of board is reached, and the `[attached.<name>]` entries of those that are there."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, get_args

from msgspec import Meta, Struct
from msgspec.structs import asdict

from harness.config.memory import Natural, Positive
from harness.config.toml import convert, read_toml, suggest
from harness.errors import ConfigError

FlashWay = Literal["pyocd", "platformio", "mass-storage"]
MeterKind = Literal["lpm01a", "ppk2", "js220", "otii"]
METER_KINDS: tuple[MeterKind, ...] = get_args(MeterKind)
UsbId = Annotated[str, Meta(pattern="^[0-9a-f]{4}:[0-9a-f]{4}$")]
Word = Annotated[str, Meta(min_length=1)]
InstanceName = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]
_OTII_PORT = re.compile(r"(?:(?P<host>[^/:]+):(?P<number>\d+))?/?(?P<device>.*)", re.DOTALL)
_OTII_HOST, _OTII_NUMBER = "127.0.0.1", 1905  # Otii's own


class IdRegister(Struct, frozen=True, forbid_unknown_fields=True):
    """A 32-bit register that tells the chip: at `address` is `value` in the bits of `mask`."""

    address: Natural
    mask: Positive
    value: Natural

    def fits(self, word: int) -> bool:
        return word & self.mask == self.value


class AttachedTarget(Struct, frozen=True, forbid_unknown_fields=True):
    """How a board of this kind is reached on this computer's USB.

    Attributes:
        probe_target: pyOCD's name of the chip.
        usb: what its debug probe may be, as `vid:pid` in hexadecimal.
        id_register: how to see that the chip behind the probe is this board's; None where nothing tells.
        flash_with: how the firmware comes onto it.
        platformio_board: PlatformIO's name of the board, for `flash_with = "platformio"`.
        baud: the fastest rate of its serial line worth trying.
    """

    probe_target: Word
    usb: tuple[UsbId, ...] = ()
    id_register: IdRegister | None = None
    flash_with: FlashWay = "pyocd"
    platformio_board: str = ""
    baud: Positive = 115200


class MeterEntry(Struct, frozen=True, forbid_unknown_fields=True):
    """The power meter of one board.

    Attributes:
        port: as an instance's `port`, or the unique id of a meter that has no serial port.
        voltage_v: of the supply that it measures or gives.
        rate_hz: samples a second, of which a window takes 1,000 and more; None for the meter's fastest.
    """

    kind: MeterKind
    port: Word
    voltage_v: Annotated[float, Meta(gt=0, le=5)]
    rate_hz: Annotated[int, Meta(ge=100)] | None = None


class OtiiPort(NamedTuple):
    """What the `port` of an Otii names: the server of its program, and which device there; empty: its only one."""

    host: str
    number: int
    device: str


def read_otii_port(port: str) -> OtiiPort:
    """Of `HOST:PORT/DEVICE`, which lacks what is Otii's own."""
    match = _OTII_PORT.fullmatch(port)
    assert match is not None
    return OtiiPort(match["host"] or _OTII_HOST, int(match["number"] or _OTII_NUMBER), match["device"])


class Instance(Struct, frozen=True):
    """One board on a desk: an entry `[attached.<name>]`.

    Attributes:
        board: the name of its kind in `boards.toml`.
        probe: the unique id of its probe, which is the probe's USB serial number.
        port: the USB serial number of its serial port, or a device's path, or a URL of pyserial.
        stand_in: it is a stand-in for a board: what is obtained on it says nothing of silicon.
        source: the file the entry stands in; None where there is no entry and it was found plugged in.
    """

    name: str
    board: str
    probe: str
    port: str
    stand_in: bool = False
    meter: MeterEntry | None = None
    source: Path | None = None


class _InstanceEntry(Struct, frozen=True, forbid_unknown_fields=True):
    board: str
    probe: Word
    port: Word
    stand_in: bool = False
    meter: dict[str, Any] | None = None


def load_instances(files: Iterable[Path]) -> dict[str, Instance]:
    """The boards on this desk by name, of the files of `boards_files`; a later file replaces entries of an earlier one.

    Raises:
        ConfigError: a file is missing or malformed, or an entry is wrong: two of one probe or port, an unknown board.
    """
    boards: set[str] = set()
    instances: dict[str, Instance] = {}
    for path in files:
        tables = read_toml(path)
        boards |= set(tables.get("boards", {}))
        entries = convert(tables.get("attached", {}), dict[str, dict[str, Any]], path, "attached")
        instances |= {name: _instance(path, name, entry) for name, entry in entries.items()}
    for instance in instances.values():
        if instance.board not in boards:
            raise ConfigError(
                f"{instance.source}: attached.{instance.name}.board: unknown board {instance.board!r}",
                f"use one of: {suggest(instance.board, boards)}",
            )
    _refuse_shared(instances.values())
    return instances


def write_instance(path: Path, instance: Instance) -> None:
    """Write the entry of `instance` behind what the file holds, or into a new file.

    Raises:
        ConfigError: the file cannot be written.
    """
    import tomlkit

    entry = tomlkit.table()
    entry.update({"board": instance.board, "probe": instance.probe, "port": instance.port})
    if instance.stand_in:
        entry["stand_in"] = True
    if instance.meter:
        meter = tomlkit.inline_table()
        meter.update({name: value for name, value in asdict(instance.meter).items() if value is not None})
        entry["meter"] = meter
    text = tomlkit.dumps({"attached": {instance.name: entry}})
    try:
        before = path.read_text("utf-8").rstrip() + "\n\n" if path.exists() else ""
        path.write_text(before + text, "utf-8")
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written: {error.strerror}", "choose another file") from None


def _instance(path: Path, name: str, table: dict[str, Any]) -> Instance:
    key = f"attached.{name}"
    convert(name, InstanceName, path, key)
    entry = convert(table, _InstanceEntry, path, key)
    meter = None if entry.meter is None else convert(entry.meter, MeterEntry, path, f"{key}.meter")
    return Instance(name, entry.board, entry.probe, entry.port, entry.stand_in, meter, path)


def _refuse_shared(instances: Iterable[Instance]) -> None:
    """A probe, or a port, is that of one board."""
    owners: dict[tuple[str, str], Instance] = {}
    for instance in instances:
        for part, unique in (("probe", instance.probe), ("port", instance.port)):
            owner = owners.setdefault((part, unique.casefold()), instance)
            if owner is not instance:
                raise ConfigError(
                    f"{instance.source}: attached.{instance.name}.{part}: {unique} is that of attached.{owner.name}",
                    "remove one of the two entries, or correct it",
                )
