"""Numbers as JSON has them."""

from __future__ import annotations

import math


def finite(value: float) -> float | None:
    """The value; None where JSON has no number for it."""
    return value if math.isfinite(value) else None
