"""A home of the harness with this computer's tools and builds, and without TensorFlow Lite Micro."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.paths import home_dir

HOME = home_dir()  # before a test gives itself another


def use_home_without_tflm(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make `folder` the home: what `auto` chooses is the same on every computer."""
    folder.mkdir()
    for shared in ("platformio", "labgrid", "build"):
        (HOME / shared).mkdir(parents=True, exist_ok=True)
        (folder / shared).symlink_to(HOME / shared)
    monkeypatch.setenv("TINYHIL_HOME", str(folder))
    monkeypatch.delenv("TFLM_LIB", raising=False)
