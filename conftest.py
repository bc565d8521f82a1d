"""Settings for this repository's own pytest runs; the fixtures and options come from the installed plugin."""

from __future__ import annotations

import pytest

pytest_plugins = ["pytester"]


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    if not pluginmanager.has_plugin("harness"):
        raise pytest.UsageError("tinyhil is not installed in this Python: run `make setup`, then use .venv/bin/pytest")
