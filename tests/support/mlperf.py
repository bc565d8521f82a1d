"""MLPerf Tiny's models (github.com/mlcommons/tiny), where this machine has them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]


def mlperf_folder() -> Path | None:
    """What `TINYHIL_MLPERF_DIR` names, else a folder `data/mlperf_tiny` in one beside the checkout."""
    if named := os.environ.get("TINYHIL_MLPERF_DIR"):
        return Path(named)
    return next(REPOSITORY.parent.glob("*/data/mlperf_tiny"), None)


needs_mlperf = pytest.mark.skipif(mlperf_folder() is None, reason="MLPerf Tiny's models are not here")


def mlperf_file(name: str) -> Path:
    """A file of that folder; for tests that need it."""
    folder = mlperf_folder()
    assert folder is not None
    return folder / name
