"""Boards that several people and computers share, through a labgrid coordinator."""

from harness.config.farm import DEFAULT_ADDRESS, LEASE_TIMEOUT_S, farm_address
from harness.farm.coordinator import Coordinator, Stale
from harness.farm.owner import Owner, read_owner, this_process
from harness.farm.place import FarmPlace, Notes, Remark
from harness.farm.resource import Resource
from harness.farm.wish import Wish

__all__ = [
    "DEFAULT_ADDRESS",
    "LEASE_TIMEOUT_S",
    "Coordinator",
    "FarmPlace",
    "Notes",
    "Owner",
    "Remark",
    "Resource",
    "Stale",
    "Wish",
    "farm_address",
    "read_owner",
    "this_process",
]
