"""What a session records of its surroundings."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.git import git

from harness import __version__
from harness.config import load_boards
from harness.paths import shipped_boards_file
from harness.report import new_session_info
from harness.report.context import read_checkout


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q", "-b", "trunk")
    (tmp_path / "file").write_text("a")
    git(tmp_path, "add", "file")
    git(tmp_path, "commit", "-q", "-m", "first")
    return tmp_path


def test_a_clean_checkout_gives_commit_and_branch(checkout: Path) -> None:
    commit = git(checkout, "rev-parse", "HEAD")
    info = new_session_info(checkout, ["pytest"])
    assert info.checkout is not None
    assert (info.checkout.commit, info.checkout.dirty, info.checkout.branch) == (commit, False, "trunk")
    assert info.id.endswith(f"Z-{commit[:7]}")


def test_a_changed_file_is_dirty_a_new_one_is_not(checkout: Path) -> None:
    (checkout / "new").write_text("report")
    found = read_checkout(checkout)
    assert found is not None and not found.dirty
    (checkout / "file").write_text("b")
    info = new_session_info(checkout, ["pytest"])
    assert info.checkout is not None and info.checkout.dirty
    assert info.id.endswith("-dirty")
    assert str(info.checkout).endswith(" (dirty)")


def test_a_detached_head_has_no_branch(checkout: Path) -> None:
    git(checkout, "checkout", "-q", "--detach")
    found = read_checkout(checkout)
    assert found is not None and found.branch is None


def test_without_a_commit_a_checkout_or_git_there_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "plain").mkdir()
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    assert read_checkout(tmp_path / "plain") is None
    assert new_session_info(tmp_path / "plain", []).id.endswith("Z-nogit")
    (tmp_path / "empty").mkdir()
    git(tmp_path / "empty", "init", "-q")
    assert read_checkout(tmp_path / "empty") is None
    monkeypatch.setenv("PATH", "")
    assert read_checkout(tmp_path) is None


def test_host_tools_and_boards_are_recorded(tmp_path: Path) -> None:
    boards = load_boards([shipped_boards_file()])
    info = new_session_info(tmp_path, ["pytest"], [boards["stm32l475"], boards["native"]], {"qemu": "10.0.2"})
    assert info.tools["harness"] == __version__
    assert info.tools["qemu"] == "10.0.2"
    assert all((info.host.name, info.host.cpu, info.host.os))
    assert info.boards["stm32l475"].clock_hz == 80_000_000
    assert info.boards["stm32l475"].mcu == "STM32L475VGT6"
    assert info.boards["stm32l475"].limits == {
        "arena_bytes": (96 + 5) * 1024,
        "stack_bytes": boards["stm32l475"].firmware.stack_bytes,
        "model_bytes": 512 * 1024,
        "firmware_flash_bytes": 512 * 1024,
    }
    assert (info.boards["native"].clock_hz, info.boards["native"].limits) == (None, {})
