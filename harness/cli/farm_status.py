"""`harness farm status`: who has which place, how it is, and how its last run ended."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from harness.cli.farm import add_farm_option, open_farm

if TYPE_CHECKING:
    from harness.farm import FarmPlace


def add_parser(commands: Any) -> None:
    parser = commands.add_parser("farm status", help="list the places of a farm: who has which, and how it is")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    add_farm_option(parser)
    parser.set_defaults(execute=execute)


def execute(options: argparse.Namespace) -> int:
    from harness.farm.status import status_json

    with open_farm(options) as farm:
        places = farm.places()
    if options.format == "json":
        print(json.dumps({"farm": farm.address, "places": status_json(places)}, indent=1))
    else:
        _print_table(farm.address, places)
    return 0


def _print_table(address: str, places: Sequence[FarmPlace]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from harness.farm.place import now
    from harness.farm.status import HEADINGS, status_row, status_summary

    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    for heading in HEADINGS:
        table.add_column(heading, overflow="fold")
    for place in places:
        table.add_row(*map(Text, status_row(place, now())))
    console = Console()
    if places:
        console.print(table)
    console.print(Text(f"farm at {address}, {status_summary(places)}"))
