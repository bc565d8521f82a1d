"""`harness farm quarantine` and `restore`: take a place out of the runs' hands, and give it back."""

from __future__ import annotations

import argparse
from typing import Any

from harness.cli.farm import add_farm_option, open_farm


def add_parser(commands: Any) -> None:
    quarantine = commands.add_parser("farm quarantine", help="have no run take a place, and say why")
    quarantine.add_argument("place", metavar="PLACE")
    quarantine.add_argument("reason", type=_reason, metavar="REASON")
    quarantine.set_defaults(execute=execute_quarantine)
    restore = commands.add_parser("farm restore", help="have runs take a place again")
    restore.add_argument("place", metavar="PLACE")
    restore.set_defaults(execute=execute_restore)
    for parser in (quarantine, restore):
        add_farm_option(parser)


def _reason(text: str) -> str:
    if not text.strip():
        raise argparse.ArgumentTypeError("it is empty")
    return text


def execute_quarantine(options: argparse.Namespace) -> int:
    with open_farm(options) as farm:
        farm.quarantine(options.place, options.reason)
        owner = farm.place(options.place).owner
    print(f"{options.place}: no run takes it until `harness farm restore {options.place}`")
    if owner:
        print(f"{owner} has it still")
    return 0


def execute_restore(options: argparse.Namespace) -> int:
    with open_farm(options) as farm:
        farm.restore(options.place)
    print(f"{options.place}: runs take it again")
    return 0
