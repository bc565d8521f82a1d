"""`harness setup`: install what a run needs."""

from __future__ import annotations

from typing import Any

from harness.setup.__main__ import set_up


def add_parser(commands: Any) -> None:
    parser = commands.add_parser("setup", help="install what a run needs: compilers, QEMU, PlatformIO")
    parser.set_defaults(execute=lambda _options: set_up("run"))
