"""The environment of labgrid's programs."""

from __future__ import annotations

import os


def environment() -> dict[str, str]:
    """Without proxies: gRPC and labgrid's power drivers would ask a web proxy for the computers of a laboratory."""
    return {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
