"""`harness boards --scan` and `--add`: the boards on this desk."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from harness.config import Board, Instance, MeterEntry, boards_files, load_boards, load_instances
from harness.config.attached import METER_KINDS, write_instance
from harness.errors import ConfigError
from harness.paths import shipped_boards_file
from harness.scan import Desk, SerialPort, Sighting, other_ports, plugged_in, survey, udev_rules
from harness.scan.permissions import RULES_FILE


def scan(options: argparse.Namespace) -> int:
    """Print what is plugged in; nothing is opened."""
    boards, desk = _boards_and_desk(options)
    sightings = survey(boards.values(), desk)
    lines = [line for sighting in sightings for line in _sighting_lines(sighting)]
    lines += [
        f"port {_port_line(port)}{f' at {port.location}' if port.location else ''}"
        for port in other_ports(boards.values(), desk)
    ]
    print("\n".join(lines) or "no probe and no serial port is plugged in, and no entry names a board")
    forbidden = {sighting.device.usb_id for sighting in sightings if sighting.device and sighting.forbidden}
    if forbidden:
        print(f"\nTo open them, put this into {RULES_FILE}, run `sudo udevadm control --reload`, plug them in again:")
        print("".join(map(udev_rules, sorted(forbidden))), end="")
    return 0


def add(options: argparse.Namespace) -> int:
    """Ask which board is which, and write its entry.

    Raises:
        ConfigError: nothing is there to add, an answer cannot be used, or the file is the harness's own.
    """
    path = _destination(options)
    boards, desk = _boards_and_desk(options)
    strangers = [sighting for sighting in survey(boards.values(), desk) if sighting.device and not sighting.instance]
    if not strangers:
        raise ConfigError(
            "no probe is plugged in that no entry claims", "plug the board in; `harness boards --scan` lists all"
        )
    instance = _asked_instance(strangers, desk, path)
    if _ask(f"write [attached.{instance.name}] into {path}?", ["y", "n"], "y") != "y":
        print("nothing is written")
        return 0
    write_instance(path, instance)
    print(f"written; now run: pytest --board={instance.board} --target=attached")
    return 0


def _boards_and_desk(options: argparse.Namespace) -> tuple[dict[str, Board], Desk]:
    files = [path for path in boards_files(Path.cwd(), options.boards_file) if path.exists() or not options.add]
    return load_boards(files), Desk(load_instances(files), plugged_in())


def _destination(options: argparse.Namespace) -> Path:
    path = options.boards_file[-1] if options.boards_file else Path.cwd() / "boards.toml"
    if path.resolve() == shipped_boards_file().resolve():
        raise ConfigError(f"{path} is the harness's own", "name a file of yours, e.g. --boards-file=desk.toml")
    return Path(path)


def _sighting_lines(sighting: Sighting) -> Iterator[str]:
    instance, device = sighting.instance, sighting.device
    if device:
        yield f"probe {device.serial or '(no serial number)'} at {device.location}: {device.product} {device.usb_id}"
        yield from (f"  port {_port_line(port)}" for port in sighting.ports)
        yield from (f"  {path} may not be opened" for path in sighting.forbidden)
    if instance is None:
        yield f"  no entry; may be {' or '.join(sighting.kinds)}: `harness boards --add`"
        return
    what = "stand-in for " if instance.stand_in else ""
    state = (f"in use by {sighting.user}" if sighting.user else "free") if sighting.is_there else "not there"
    yield f"{'  ' if device else ''}attached.{instance.name}: {what}{instance.board}, {state} ({instance.source})"
    if not device:
        yield f"  probe {instance.probe}, port {instance.port}"


def _port_line(port: SerialPort) -> str:
    return " ".join(filter(None, (port.path, port.product, port.usb_id, port.serial)))


def _asked_instance(strangers: Sequence[Sighting], desk: Desk, path: Path) -> Instance:
    for line in (line for sighting in strangers for line in _sighting_lines(sighting)):
        print(line)
    probes = {sighting.device.serial: sighting for sighting in strangers if sighting.device and sighting.device.serial}
    serial = _ask("probe", list(probes))
    board = _ask("board", list(probes[serial].kinds))
    ports = [port.serial or port.path for port in probes[serial].ports[:1]]
    port = _ask("serial port: a USB serial number, a path or a URL", [], *ports)
    number = next(number for number in range(1, len(desk.instances) + 2) if f"desk-{number}" not in desk.instances)
    name = _ask("name of this board", [], f"desk-{number}")
    if name in desk.instances:
        raise ConfigError(f"attached.{name} is there already", f"take another name, or remove it from {path}")
    return Instance(name, board, serial, port, meter=_asked_meter(), source=path)


def _asked_meter() -> MeterEntry | None:
    kind = _ask("power meter", [*METER_KINDS, "none"], "none")
    if kind == "none":
        return None
    port = _ask("its serial port, path or unique id", [])
    voltage = _ask("supply voltage in V", [], "3.3")
    try:
        return msgspec.convert({"kind": kind, "port": port, "voltage_v": voltage}, MeterEntry, strict=False)
    except msgspec.ValidationError as error:
        raise ConfigError(f"power meter: {error}", "answer e.g. 3.3") from None


def _ask(question: str, choices: Sequence[str], default: str = "") -> str:
    """The answer: one of the `choices` where there are any. An only choice needs no question."""
    if len(choices) == 1:
        print(f"{question}: {choices[0]}")
        return choices[0]
    hint = f" ({', '.join(choices)})" if choices else ""
    try:
        answer = input(f"{question}{hint}{f' [{default}]' if default else ''}: ").strip() or default
    except EOFError:
        raise ConfigError(f"{question}: no answer", "run it in a terminal") from None
    if not answer or (choices and answer not in choices):
        raise ConfigError(f"{question}: {answer!r} is no answer", f"answer one of: {', '.join(choices) or 'a word'}")
    return answer
