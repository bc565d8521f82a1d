"""`harness ops`: the ops that each engine has."""

from __future__ import annotations

import argparse
from typing import Any


def add_parser(commands: Any) -> None:
    parser = commands.add_parser("ops", help="list the ops of each engine, as Markdown")
    parser.set_defaults(execute=execute)


def execute(_options: argparse.Namespace) -> int:
    from harness.report.op_table import op_table

    print(op_table(), end="")
    return 0
