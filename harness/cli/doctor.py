"""`harness doctor`: what this machine has of what it must have."""

from __future__ import annotations

import argparse
from typing import Any

from harness.setup import as_text, diagnose, exit_code


def add_parser(commands: Any) -> None:
    parser = commands.add_parser("doctor", help="list every requirement: found, or how to get it")
    parser.set_defaults(execute=execute)


def execute(_options: argparse.Namespace) -> int:
    rows = diagnose()
    print(as_text(rows))
    return exit_code(rows)
