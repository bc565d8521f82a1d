"""What docs/farm.md gives people to copy is what the harness and systemd take."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from harness.cli import main
from harness.config import load_nightly
from harness.nightly.matrix import read_matrix
from harness.paths import shipped_boards_file

REPOSITORY = shipped_boards_file().parent
GUIDE = REPOSITORY / "docs" / "farm.md"
UNITS = sorted((REPOSITORY / "docs" / "farm").iterdir())


def test_the_example_is_a_matrix_of_this_repository(tmp_path: Path) -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    (tmp_path / "suites").symlink_to(REPOSITORY / "suites")
    (tmp_path / "suites.toml").write_text(example)
    assert len(read_matrix(load_nightly(tmp_path / "suites.toml"))) == 7


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="a computer without systemd has no use for units")
def test_systemd_has_nothing_to_say_against_the_units(tmp_path: Path) -> None:
    for unit in UNITS:  # what they start is not installed here
        (tmp_path / unit.name).write_text(re.sub(r"(?m)^ExecStart=\S+", "ExecStart=/bin/true", unit.read_text()))
    command = ["systemd-analyze", "verify", *map(str, sorted(tmp_path.iterdir()))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_every_unit_is_in_the_guide_and_listens_on_the_loopback_alone() -> None:
    texts = {unit.name: unit.read_text() for unit in UNITS}
    assert all(name.partition(".")[0] in GUIDE.read_text() for name in texts)
    assert "--listen 127.0.0.1:20408\n" in texts["tinyhil-coordinator.service"]
    assert "IPAddressDeny=any\nIPAddressAllow=localhost\n" in texts["tinyhil-exporter.service"]


def test_the_unit_s_command_is_one(capsys: pytest.CaptureFixture[str]) -> None:
    unit = REPOSITORY / "docs" / "farm" / "tinyhil-nightly.service"
    (words,) = re.findall(r"(?m)^ExecStart=\S+/harness (.*)$", unit.read_text())
    assert main([*words.split()[:-1], "/none/suites.toml"]) == 2
    assert "no such file" in capsys.readouterr().err
