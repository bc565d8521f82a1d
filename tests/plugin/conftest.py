"""A project of its own for each test, with the digits suite in it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from support.homes import use_home_without_tflm

DIGITS = Path(__file__).resolve().parents[2] / "suites" / "digits"


@pytest.fixture
def digits(pytester: pytest.Pytester) -> Path:
    """A copy of the digits suite, float32 and int8 alone, in the test's project; its `suite.toml` may be changed."""
    folder = pytester.path / "suites" / "digits"
    shutil.copytree(DIGITS, folder)
    suite = folder / "suite.toml"
    suite.write_text(suite.read_text().partition("\n[models.int16x8]")[0])
    return folder


@pytest.fixture(autouse=True)
def shared_tools(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tools and builds of this computer's user, also in the projects that the tests make.

    Hypothesis, which takes longer to load than all else together, is left out.
    """
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p no:hypothesispytest")
    use_home_without_tflm(pytester.path.with_name(f"{pytester.path.name}-home"), monkeypatch)
