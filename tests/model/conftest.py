"""Fixtures of the tests of harness/model."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from support.models import small_cnn

from harness.model import Model, read_model


@pytest.fixture(params=["float32", "int8"])
def cnn(request: pytest.FixtureRequest) -> Model:
    """The small CNN in each variant, called after it."""
    return read_model(small_cnn(request.param), request.param)


@pytest.fixture(scope="session")
def mlperf_dir() -> Path:
    """The folder with the MLPerf Tiny models, where this machine has it."""
    folder = os.environ.get("TINYHIL_MLPERF_DIR")
    if not folder:
        pytest.skip("TINYHIL_MLPERF_DIR is not set")
    return Path(folder)
