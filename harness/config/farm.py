"""Which farm a run takes its boards of, and how."""

from __future__ import annotations

import os
from argparse import ArgumentTypeError
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from harness.config.numbers import seconds, tcp_port
from harness.errors import ConfigError

DEFAULT_ADDRESS = "127.0.0.1:20408"
LEASE_TIMEOUT_S = 600.0
_PORT = DEFAULT_ADDRESS.partition(":")[2]


@dataclass(frozen=True)
class FarmOptions:
    """What a run wants of a farm.

    Attributes:
        address: of labgrid's coordinator, "host:port".
        tags: further ones that its places must have.
        timeout_s: how long it waits for one.
    """

    address: str = DEFAULT_ADDRESS
    tags: Mapping[str, str] = field(default_factory=dict)
    timeout_s: float = LEASE_TIMEOUT_S


def farm_address(given: str | None = None) -> str:
    """The coordinator's "host:port": what is given, else by $TINYHIL_FARM, else by labgrid's own $LG_COORDINATOR, else
    on this computer.

    Raises:
        ConfigError: its port is none.
    """
    address = given or os.environ.get("TINYHIL_FARM") or os.environ.get("LG_COORDINATOR") or DEFAULT_ADDRESS
    if ":" not in address:
        return f"{address}:{_PORT}"
    try:
        tcp_port(address.rpartition(":")[2])
    except ArgumentTypeError as error:
        raise ConfigError(f"no farm at {address}: {error}", "say HOST:PORT, e.g. " + DEFAULT_ADDRESS) from None
    return address


def add_farm_address(add: Callable[..., object]) -> None:
    """Declare the option that `farm_address` is given."""
    add(
        "--farm",
        metavar="HOST:PORT",
        help=f"labgrid's coordinator (default: $TINYHIL_FARM, $LG_COORDINATOR, {DEFAULT_ADDRESS})",
    )


def add_farm_options(add: Callable[..., object]) -> None:
    """Declare the options that `read_farm_options` reads, with a parser's own way to declare one."""
    add_farm_address(add)
    add(
        "--farm-tag",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="a further tag that a farm's place must have; may be repeated",
    )
    add(
        "--farm-timeout",
        type=seconds,
        default=LEASE_TIMEOUT_S,
        metavar="S",
        help="how long to wait for a place of a farm, in seconds (default: %(default)g)",
    )


def read_farm_options(target: str, address: str | None, tags: Sequence[str], timeout_s: float) -> FarmOptions | None:
    """What the options say; None where they do not ask for a farm.

    Raises:
        ConfigError: a tag is none, or another kind of target is asked for as well.
    """
    if target != "farm" and not address and not tags:
        return None
    if target not in ("auto", "farm"):
        raise ConfigError(f"--target={target} is no farm's", "leave --farm and --farm-tag out, or use --target=farm")
    return FarmOptions(farm_address(address), dict(map(read_farm_tag, tags)), timeout_s)


def read_farm_tag(given: str) -> tuple[str, str]:
    """Key and value.

    Raises:
        ConfigError: it is no "key=value".
    """
    key, _, value = given.partition("=")
    if not key or not value:
        raise ConfigError(f"--farm-tag={given}: needs KEY=VALUE", "e.g. --farm-tag=rack=3")
    return key, value
