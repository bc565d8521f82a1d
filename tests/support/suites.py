"""The project's suites, and the scripts that make them: these are in no package."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from harness.config import Suite, load_suite

SUITES_DIR = Path(__file__).parents[2] / "suites"
SUITES: dict[str, Suite] = {path.parent.name: load_suite(path) for path in sorted(SUITES_DIR.glob("*/suite.toml"))}

FEATURE_STEP = 1 / 256  # processors round logarithms and sines differently, by less than what features are rounded to


def suite_script(name: str, script: str = "make") -> ModuleType:
    """A script of a suite as a module."""
    folder = str(SUITES_DIR / name)
    spec = importlib.util.spec_from_file_location(f"{name}_{script}", f"{folder}/{script}.py")
    assert spec and spec.loader
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    sys.path.insert(0, folder)  # where it looks for its own modules when it is run
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(folder)
    return module


def assert_same_features(made: NDArray[np.floating], committed: NDArray[np.floating]) -> None:
    """Equal, but for single steps where another processor rounded otherwise."""
    assert made.dtype == committed.dtype
    assert made.shape == committed.shape
    difference = np.abs(made.astype(np.float64) - committed.astype(np.float64))
    assert difference.max() <= FEATURE_STEP
    assert np.count_nonzero(difference) <= made.size / 1000
