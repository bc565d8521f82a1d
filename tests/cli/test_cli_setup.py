"""`harness setup`: what is installed, and for how long it is waited."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from harness.cli import setup


@pytest.fixture
def installs(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What would have been installed."""
    asked: list[object] = []
    monkeypatch.setattr(setup, "set_up", lambda purpose: asked.append(purpose) or 0)
    monkeypatch.setattr(setup, "set_up_tflm", lambda timeout_s: asked.append(timeout_s) or 0)
    return asked


def test_setup_alone_installs_what_a_run_needs(harness: Callable[..., Any], installs: list[object]) -> None:
    assert harness("setup").code == 0
    assert installs == ["run"]


def test_setup_tflm_waits_as_long_as_it_is_told(harness: Callable[..., Any], installs: list[object]) -> None:
    assert harness("setup", "tflm").code == 0
    assert harness("setup", "tflm", "--timeout=2.5").code == 0
    assert installs == [setup.TIMEOUT_S, 2.5]
