"""`harness doctor`: what this machine has of what it must have."""

from __future__ import annotations

from typing import Any

from harness.setup.__main__ import check


def add_parser(commands: Any) -> None:
    parser = commands.add_parser("doctor", help="list every requirement: found, or how to get it")
    parser.set_defaults(execute=lambda _options: check())
