"""A project of its own for each test, with the digits suite in it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

DIGITS = Path(__file__).resolve().parents[2] / "suites" / "digits"


@pytest.fixture
def digits(pytester: pytest.Pytester) -> Path:
    """A copy of the digits suite in the test's project; its `suite.toml` may be changed."""
    folder = pytester.path / "suites" / "digits"
    shutil.copytree(DIGITS, folder)
    return folder
