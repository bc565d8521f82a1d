"""`harness farm add`: give an attached board to a farm."""

from __future__ import annotations

import argparse
import ipaddress
import platform
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harness.cli.boards import add_boards_file_option
from harness.cli.farm import add_farm_option, open_farm
from harness.config import Instance, boards_files, load_instances
from harness.config.farm import read_farm_tag
from harness.config.numbers import tcp_port
from harness.config.toml import suggest
from harness.errors import ConfigError, FarmError
from harness.farm.exporter import exporter_text
from harness.farm.sharing import EXPORTER_FILE, Door, exports_of, is_shareable, patterns, probe_unit, tags_of

_PROBE_PORT = 5555  # pyOCD's
_NAME = re.compile(r"\w[\w.-]*", re.ASCII)


def add_parser(commands: Any) -> None:
    parser = commands.add_parser(
        "farm add",
        help="give an attached board to a farm: the exporter's YAML, a unit for its probe, its place; exit code 1 "
        "where no place was made",
    )
    parser.add_argument("name", metavar="NAME", help="of its entry [attached.NAME] in boards.toml")
    parser.add_argument("--place", type=_name, metavar="NAME", help="what the farm calls it (default: NAME)")
    parser.add_argument(
        "--exporter",
        type=_name,
        default=platform.node(),
        metavar="NAME",
        help="this computer's (default: its host name)",
    )
    parser.add_argument(
        "--host", default="127.0.0.1", metavar="ADDRESS", help="where others reach this computer (default: nowhere)"
    )
    parser.add_argument("--network", type=_network, metavar="NET", help="who may, e.g. 10.8.0.0/24")
    parser.add_argument(
        "--probe-port", type=tcp_port, metavar="N", help="of its pyocd server (default: 5555 and following)"
    )
    parser.add_argument("--farm-tag", action="append", default=[], metavar="KEY=VALUE", help="a further tag")
    parser.add_argument("--write", type=Path, metavar="DIR", help="write the files there instead of printing them")
    add_farm_option(parser)
    add_boards_file_option(parser)
    parser.set_defaults(execute=execute)


def _name(text: str) -> str:
    """Part of labgrid's patterns, where a slash parts names, and of the names of files and units."""
    if not _NAME.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no name of letters, digits, '.', '_' and '-'")
    return text


def _network(text: str) -> str:
    try:
        return str(ipaddress.ip_network(text))
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def execute(options: argparse.Namespace) -> int:
    instances = load_instances(boards_files(Path.cwd(), options.boards_file))
    instance = _instance(options.name, instances)
    door, port = _door(options), options.probe_port or _PROBE_PORT + list(instances).index(instance.name)
    place, tags = options.place or instance.name, tags_of(instance) | dict(map(read_farm_tag, options.farm_tag))
    exports = exports_of(instance, door, port)
    files = {
        "exporter.yaml": EXPORTER_FILE,
        f"exporter.yaml.d/{place}.yaml": exporter_text({place: exports}),
        f"tinyhil-probe-{place}.service": probe_unit(instance, door, port, sys.executable),
    }
    _give_out(files, options.write)
    if instance.meter and not is_shareable(instance.meter):
        print(f"its {instance.meter.kind} cannot be shared: runs on a farm measure no energy on it", file=sys.stderr)
    try:
        with open_farm(options) as farm:
            was_there = place in [each.name for each in farm.places()]
            if not was_there:
                farm.add_place(place, instance.board, patterns(options.exporter, place, exports), tags)
    except FarmError as error:
        print(f"no place was made: {error}", file=sys.stderr)
        return 1
    as_it_was = " already, which stays as it is" * was_there
    print(f"the farm at {farm.address} has a place {place}{as_it_was}", file=sys.stderr)
    return 0


def _instance(name: str, instances: Mapping[str, Instance]) -> Instance:
    if name not in instances:
        raise ConfigError(
            f"no boards.toml has an entry [attached.{name}]; there are {suggest(name, instances)}",
            "correct the name, or write the entry with `harness boards --add`",
        )
    return instances[name]


def _door(options: argparse.Namespace) -> Door:
    """Whoever reaches a probe can write its board: who may is said, not guessed."""
    local = options.host == "localhost" or options.host.startswith("127.")
    if local == bool(options.network):
        raise ConfigError(
            f"--host={options.host} and --network={options.network}: neither goes without the other",
            "say both, e.g. --host=10.8.0.3 --network=10.8.0.0/24, or none to share with this computer alone",
        )
    return Door(options.host, options.network or "")


def _give_out(files: Mapping[str, str], folder: Path | None) -> None:
    """Write them into `folder`, or print them where there is none."""
    if folder is None:
        print(*(f"## {name}\n{text}" for name, text in files.items()), sep="\n", end="")
        return
    for name, text in files.items():
        path = folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        except OSError as error:
            raise ConfigError(f"{path}: cannot be written: {error.strerror}", "choose another folder") from None
        print(path)
