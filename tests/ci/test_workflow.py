"""docs/ci/github-nightly.yml: sound by itself, and in a real clone: red for a faulty commit, and green again after."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from support.git import git
from support.workflow import Workflow
from two_commits import MODEL, commit, make_repository, spoil

from harness.paths import home_dir, shipped_boards_file

FOLDER = shipped_boards_file().parent / "docs" / "ci"
FILE = FOLDER / "github-nightly.yml"
NIGHT = {
    "vars.TINYHIL_STORE || 'store'": "store",
    "vars.TINYHIL_STORE == ''": "true",
    "startsWith(vars.TINYHIL_STORE, 's3://')": "false",
    "github.base_ref": "",
    "secrets.TINYHIL_STORE_KEY_ID": "",
    "secrets.TINYHIL_STORE_KEY": "",
    "github.token": "a token",
    "github.repository": "owner/project",
    "github.event.number": "17",
}
PULL_REQUEST = NIGHT | {"github.base_ref": "main"}
BIN = Path(sys.executable).parent
RUNS = "Run, compare, mark"


def test_every_action_is_pinned_and_every_job_has_permissions_of_its_own() -> None:
    content = Workflow(FILE, NIGHT).content
    uses = re.findall(r"uses: *(.*)", FILE.read_text())
    assert all(re.fullmatch(r"[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action) for action in uses)
    assert content["permissions"] == {}
    assert {name: job["permissions"] for name, job in content["jobs"].items()} == {
        "night": {"contents": "read"},
        "publish": {"pages": "write", "id-token": "write"},
        "comment": {"pull-requests": "write"},
    }
    assert {"fetch-depth": 0, "persist-credentials": False} in [
        step.get("with") for step in content["jobs"]["night"]["steps"]
    ]


@pytest.mark.parametrize(
    "command",
    [
        ("zizmor", "--offline", "--no-progress", FILE),
        ("check-jsonschema", "--builtin-schema", "vendor.github-workflows", FILE),
        ("shellcheck", FOLDER / "nightly.sh"),
    ],
    ids=lambda command: command[0],
)
def test_judges_find_nothing(command: tuple[str | Path, ...]) -> None:
    name, *arguments = command
    done = subprocess.run([BIN / name, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


class Runner:
    """A checkout of a project on a runner, and stand-ins for what needs a network."""

    def __init__(self, folder: Path) -> None:
        self.project = folder / "project"
        make_repository(self.project)
        git(self.project, "checkout", "--quiet", "-b", "main")
        (self.project / "docs").mkdir()
        shutil.copytree(FOLDER, self.project / "docs" / "ci")
        with (self.project / ".gitignore").open("a") as ignored:
            ignored.write("/store/\n")
        self._summary = folder / "summary.md"
        self.calls = folder / "calls"
        stand_ins = folder / "bin"
        for name in ("apt-get", "make", "gh"):
            _write_program(stand_ins / name, f'echo {name} "$@" >>{self.calls}')
        for name in ("pytest", "harness"):
            _write_program(self.project / ".venv" / "bin" / name, f'exec {sys.executable} -m {name} "$@"')
        self._variables = {
            "PATH": f"{stand_ins}:/usr/bin:/bin:{BIN}",
            "PYTHONPATH": str(self.project),
            "HOME": str(folder),
            "TINYHIL_HOME": str(home_dir()),
            "GITHUB_WORKSPACE": str(self.project),
            "GITHUB_STEP_SUMMARY": str(self._summary),
            "TINYHIL_BOARDS": "native",
            "TINYHIL_OPTIONS": "--engine=builtin --vectors=20 -kint8[native]",
        }

    def run(self, values: Mapping[str, str], job: str = "night") -> str:
        """The step of a job that fails; empty: none."""
        shutil.rmtree(self.project / "reports", ignore_errors=True)  # a runner begins with what is committed
        self._summary.unlink(missing_ok=True)
        return Workflow(FILE, values).run_job(job, self.project, self._variables)

    @property
    def verdict(self) -> str:
        """The first word of the summary."""
        return self._summary.read_text().split()[1].rstrip(":")

    @property
    def comparison(self) -> str:
        return (self.project / "night" / "comparison.md").read_text()

    def stored(self, folder: str) -> set[str]:
        return {file.name for file in (self.project / "store" / folder).glob("*")}


def _write_program(file: Path, script: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)


def test_a_faulty_commit_makes_nights_red_until_it_is_mended(tmp_path: Path) -> None:
    runner = Runner(tmp_path)
    model = runner.project / MODEL
    right = model.read_bytes()
    commit(runner.project, "Begin")
    assert (runner.run(NIGHT), runner.verdict) == ("", "green")
    assert runner.comparison == "There is no green night to compare with.\n"
    good = git(runner.project, "rev-parse", "HEAD")[:7]
    first = runner.stored("green")
    assert len(first) == 1

    git(runner.project, "checkout", "--quiet", "-b", "feature")
    spoil(model)
    commit(runner.project, "Break")
    before = runner.stored("sessions")
    assert (runner.run(PULL_REQUEST), runner.verdict) == (RUNS, "red")
    assert (runner.stored("sessions"), runner.stored("green")) == (before, first)  # a change leaves no trace
    assert runner.run(PULL_REQUEST, "comment") == ""
    assert runner.calls.read_text().splitlines()[-1].startswith("gh pr comment 17 --body-file night/comparison.md ")

    git(runner.project, "checkout", "--quiet", "main")
    git(runner.project, "merge", "--quiet", "feature")
    assert (runner.run(NIGHT), runner.verdict) == (RUNS, "red")
    assert runner.comparison.startswith(f"### 1 regression: the last green night ({good}) ")
    assert "| digits int8 on native (native) with builtin | accuracy |" in runner.comparison
    assert (len(runner.stored("sessions")), runner.stored("green")) == (2, first)

    model.write_bytes(right)
    commit(runner.project, "Mend")
    assert (runner.run(NIGHT), runner.verdict) == ("", "green")
    # What was red yesterday is no measure today.
    assert runner.comparison.startswith(f"### No regression: the last green night ({good}) ")
    assert len(runner.stored("green")) == 2
    site = runner.project / "night" / "site"
    (report,) = site.glob("*Z-*.html")
    assert report.name in (site / "board-native.html").read_text()  # its trend of four commits links the report
    assert "native" in (site / "index.html").read_text()
