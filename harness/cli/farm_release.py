"""`harness farm release`: free places whose holder has ended, and no others."""

from __future__ import annotations

import argparse
from typing import Any

from harness.cli.farm import add_farm_option, open_farm
from harness.errors import ConfigError


def add_parser(commands: Any) -> None:
    parser = commands.add_parser(
        "farm release", help="free places whose holder has ended; exit code 1 where one that is named stays held"
    )
    parser.add_argument("places", nargs="*", metavar="PLACE")
    parser.add_argument("--stale", action="store_true", help="all that ended runs of this computer hold")
    add_farm_option(parser)
    parser.set_defaults(execute=execute)


def execute(options: argparse.Namespace) -> int:
    if bool(options.places) == options.stale:
        raise ConfigError("either names of places or --stale are needed", "`harness farm status` lists the places")
    with open_farm(options) as farm:
        named = [farm.place(name) for name in options.places]
        held = farm.release_stale(options.places or None)
    for place in named:
        if not place.owner:
            print(f"{place.name}: nobody had it")
    for each in held:
        freed = f"freed from {each.place.owner}, which has ended"
        print(f"{each.place.name}: {f'not freed: {each.why_not}' if each.why_not else freed}")
    if not held and not named:
        print("nobody holds a place")
    return int(bool(named) and any(each.why_not for each in held))
