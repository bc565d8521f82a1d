"""`harness setup`: install what a run needs, TensorFlow Lite Micro, or labgrid."""

from __future__ import annotations

import argparse
from typing import Any

from harness.config.numbers import seconds
from harness.setup.__main__ import set_up, set_up_labgrid, set_up_tflm
from harness.setup.tflm_install import TIMEOUT_S


def add_parser(commands: Any) -> None:
    what = "install what a run needs: compilers, QEMU, PlatformIO"
    parser = commands.add_parser("setup", help=what, description=f"Without PART: {what}.")
    parser.set_defaults(execute=lambda _options: set_up("run"))
    parts = parser.add_subparsers(title="parts", metavar="[PART]")
    tflm = parts.add_parser("tflm", help="TensorFlow Lite Micro, for the engines tflm and tflm-ref")
    tflm.add_argument(
        "--timeout", type=seconds, default=TIMEOUT_S, metavar="S", help="of the download (default: %(default)g s)"
    )
    tflm.set_defaults(execute=_set_up_tflm)
    farm = parts.add_parser("farm", help="labgrid, for --target=farm and harness farm")
    farm.set_defaults(execute=lambda _options: set_up_labgrid())


def _set_up_tflm(options: argparse.Namespace) -> int:
    return set_up_tflm(options.timeout)
