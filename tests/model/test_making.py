"""The command line of the scripts that make suites."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.model.making import differing_files, make_suite

FILES = {"vectors.npz": b"vectors", "s_int8.tflite": b"model"}


def test_a_script_writes_its_files_and_then_finds_them_equal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["make.py"])
    make_suite(tmp_path, lambda: FILES)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == FILES
    monkeypatch.setattr("sys.argv", ["make.py", "--check"])
    with pytest.raises(SystemExit) as ended:
        make_suite(tmp_path, lambda: FILES)
    assert ended.value.code == 0


def test_check_names_what_differs_and_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "vectors.npz").write_bytes(b"other vectors")
    monkeypatch.setattr("sys.argv", ["make.py", "--check"])
    with pytest.raises(SystemExit, match=r"made again, these differ: vectors\.npz, s_int8\.tflite"):
        make_suite(tmp_path, lambda: FILES)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"vectors.npz": b"other vectors"}


def test_equal_files_do_not_differ(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"1")
    assert differing_files(tmp_path, {"a": b"1", "b": b"1"}) == ["b"]
