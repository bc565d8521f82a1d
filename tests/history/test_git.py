"""What commits say of themselves, whatever that is."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.git import git

from harness.history.git import describe_commits


@pytest.mark.parametrize("subject", ["one\u2028two", "form\x0cfeed", "next\x85line", "a\x1fb"])
def test_a_subject_is_one_whatever_is_in_it(tmp_path: Path, subject: str) -> None:
    git(tmp_path, "init", "-q")
    git(tmp_path, "commit", "-q", "--allow-empty", "-m", subject)
    git(tmp_path, "commit", "-q", "--allow-empty", "-m", "plain")
    commits = git(tmp_path, "rev-list", "HEAD").splitlines()
    assert [described.subject for described in describe_commits(tmp_path, commits).values()] == ["plain", subject]
