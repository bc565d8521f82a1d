"""Folders of sessions."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace
from support.session_records import INFO, run_record

from harness.measure.records import RunRecord
from harness.report import SessionWriter


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    return tmp_path / "reports"


@pytest.fixture
def make_session(reports: Path) -> Callable[..., Path]:
    """`make_session("id", *runs, **metadata)` writes a session and returns its folder."""

    def make(name: str, *runs: RunRecord, **metadata: object) -> Path:
        folder = reports / name
        folder.mkdir(parents=True)
        writer = SessionWriter(folder, replace(INFO, id=name, **metadata))
        for run in runs or (run_record(),):
            writer.add_run(run)
        writer.finish("passed")
        return folder

    return make
