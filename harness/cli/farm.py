"""What the commands `harness farm …` share: the coordinator that they talk to."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.farm import Coordinator


def add_farm_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--farm", metavar="HOST:PORT", help="the coordinator; else $TINYHIL_FARM, $LG_COORDINATOR, 127.0.0.1:20408"
    )


def open_farm(options: argparse.Namespace) -> Coordinator:
    from harness.farm import Coordinator, farm_address

    return Coordinator(farm_address(options.farm))
