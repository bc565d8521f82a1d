"""What the commands `harness farm …` share: the coordinator that they talk to."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from harness.config.farm import add_farm_address, farm_address

if TYPE_CHECKING:
    from harness.farm import Coordinator


def add_farm_option(parser: argparse.ArgumentParser) -> None:
    add_farm_address(parser.add_argument)


def open_farm(options: argparse.Namespace) -> Coordinator:
    from harness.farm import Coordinator

    return Coordinator(farm_address(options.farm))
