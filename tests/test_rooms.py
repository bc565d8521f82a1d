"""The rooms of docs/architecture.md: who may import whom, and what may not be imported early."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

import harness

PACKAGE = Path(harness.__file__).parent
FLOW = [
    "setup",
    "config",
    "model",
    "build",
    "scan",
    "flash",
    "farm",
    "target",
    "link",
    "measure",
    "report",
    "history",
    "html",
    "nightly",
]
FOR_ALL = {"closing", "errors", "paths", "processes"}
STANDIN = "standin"  # behind the line, for the command alone
CALLERS = {"plugin", "cli"}
HEAVY = (
    "tensorflow",
    "pandas",
    "pyarrow",
    "tflite_micro",
    "numpy",
    "rich",
    "pyocd",
    "unicorn",
    "duckdb",
    "fsspec",
    "jinja2",
    "labgrid",
    "grpc",
)


def imported_rooms(path: Path) -> Iterator[str]:
    """The rooms that a module imports anywhere, also inside functions."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("harness."):
            yield node.module.split(".")[1]
        elif isinstance(node, ast.Import):
            yield from (alias.name.split(".")[1] for alias in node.names if alias.name.startswith("harness."))


def rooms_before(room: str) -> set[str]:
    if room in FLOW:
        return set(FLOW[: FLOW.index(room)])
    return {*FLOW, STANDIN} if room == "cli" else set(FLOW)


@pytest.mark.parametrize("room", [*FLOW, STANDIN, *sorted(CALLERS)])
def test_a_room_imports_only_rooms_before_it(room: str) -> None:
    allowed = FOR_ALL | {room} | rooms_before(room)
    wrong = [
        f"{path.relative_to(PACKAGE)} imports {other}"
        for path in sorted((PACKAGE / room).rglob("*.py"))
        for other in imported_rooms(path)
        if other not in allowed
    ]
    assert not wrong


def test_every_folder_of_the_package_is_a_room() -> None:
    folders = {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists()}
    assert folders == {*FLOW, STANDIN, *CALLERS}


def loaded(module: str, names: Sequence[str]) -> list[str]:
    """Which of these modules an import of `module` loads."""
    script = f"import json, sys, {module}; print(json.dumps([name for name in {names!r} if name in sys.modules]))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    found: list[str] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("room", sorted(CALLERS))
def test_loading_plugin_or_command_loads_nothing_heavy(room: str) -> None:
    assert loaded(f"harness.{room}", HEAVY) == []


def test_loading_the_plugin_loads_no_way_to_a_board() -> None:
    """Collection needs to know where a run takes place, not how."""
    ways = ("harness.build", "harness.flash", "harness.target", "serial")
    assert loaded("harness.plugin", ways) == []
