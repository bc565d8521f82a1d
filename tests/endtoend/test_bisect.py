"""A kernel that became slower is found among commits of which one does not build, all of it emulated."""

from __future__ import annotations

import json
from pathlib import Path

from support.git import git
from two_commits import KERNEL, commit, make_repository, python, slow_down

QUESTION = ("--board=stm32l475", "--suite=digits", "--variant=int8", "--engine=builtin", "--vectors=5")


def make_history(repository: Path) -> None:
    """Six commits: the first three are good, the fifth does not build, and the fourth made softmax slower."""
    make_repository(repository)
    kernel = repository / KERNEL
    for message in ("Begin", "Say something", "Say more"):
        commit(repository, message)
    slow_down(kernel)
    commit(repository, "Compute softmax twice")
    built = kernel.read_text()
    kernel.write_text("#error unfinished\n" + built)
    commit(repository, "Begin something")
    kernel.write_text(built)
    commit(repository, "End it")


def test_the_commit_that_made_a_kernel_slower_is_found(tmp_path: Path) -> None:
    make_history(tmp_path)
    ends = ("--metric=instructions", "--good=HEAD~5", "--format=json")
    done = python(tmp_path, "harness", "bisect", *QUESTION, *ends)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert [suspect["subject"] for suspect in found["suspects"]] == ["Compute softmax twice"]
    assert {step["subject"]: step["answer"] for step in found["steps"]}.items() >= {
        ("Begin", "good"),
        ("Say more", "good"),
        ("Compute softmax twice", "bad"),
        ("End it", "bad"),
    }
    assert {step["provenance"] for step in found["steps"] if step["answer"] != "skipped"} == {"emulated"}
    assert git(tmp_path, "status", "--porcelain") == ""
