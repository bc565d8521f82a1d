"""A plugin that cannot count says why before anything runs."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from support.cost_program import run_qemu_with, write_costs
from support.firmwares import not_a_firmware

from harness.build import build_cycle_plugin
from harness.config import Board, EmulatedTarget
from harness.errors import TargetError
from harness.paths import firmware_dir
from harness.target import Emulated


def refusal(folder: Path, board: Board, plugin: str) -> str:
    done = run_qemu_with(folder, board, folder / "none.elf", [plugin])
    assert done.returncode == 1
    return done.stderr.decode()


@pytest.mark.parametrize(
    ("line", "replacement", "said"),
    [
        (1, "tinyhil-costs 2", "line 1: a version other than 1"),
        (1, "something else", "line 1: not a cost file"),
        (2, "core sometimes 0 0 0 0", "line 2: unknown pairing"),
        (2, "core none 0 0 0", "line 2: core needs a pairing and 4 numbers"),
        (3, "kind fly 1 1 0 0 0", "line 3: unknown kind"),
        (3, "kind alu 1 1 0 0", "line 3: kind needs a name and 5 numbers"),
        (3, "memory x rom 0x0 0x1000 0 4 0 0 0 32", "line 3: a memory is flash or ram"),
        (3, "memory x ram 0x0 0x1000 0 5 0 0 0 32", "line 3: line_bytes is not a power of two from 4 on"),
        (3, "memory x ram 0x0 0x1000 0 2 0 0 0 32", "line 3: line_bytes is not a power of two from 4 on"),
        (3, "memory x ram 0x0 0x1000 0 64 0 0 0 32", "line 3: a cache line is shorter than a line of the memory"),
        (3, "colour red", "line 3: unknown key"),
    ],
)
def test_a_wrong_cost_file_is_refused_with_its_line(
    tmp_path: Path, boards: dict[str, Board], line: int, replacement: str, said: str
) -> None:
    board = boards["microbit"]
    assert board.cost_model
    costs = write_costs(tmp_path, board.cost_model)
    lines = costs.read_text().splitlines()
    lines[line - 1] = replacement
    costs.write_text("\n".join(lines))
    assert said in refusal(tmp_path, board, f"{build_cycle_plugin()},costs={costs}")


@pytest.mark.parametrize(
    ("text", "said"), [("", "line 1: empty"), ("tinyhil-costs 1\ncore none 0 0 0 0\n", "line 3: no memory")]
)
def test_a_cost_file_that_ends_early_is_refused(tmp_path: Path, boards: dict[str, Board], text: str, said: str) -> None:
    costs = tmp_path / "costs.txt"
    costs.write_text(text)
    assert said in refusal(tmp_path, boards["microbit"], f"{build_cycle_plugin()},costs={costs}")


def test_costs_are_needed_and_nothing_else(tmp_path: Path, boards: dict[str, Board]) -> None:
    plugin = build_cycle_plugin()
    assert "needs costs=<file> and nothing else" in refusal(tmp_path, boards["microbit"], str(plugin))
    assert "nowhere: No such file" in refusal(tmp_path, boards["microbit"], f"{plugin},costs=nowhere")


def test_a_plugin_for_another_qemu_names_the_versions_that_this_one_has(
    tmp_path: Path, boards: dict[str, Board], monkeypatch: pytest.MonkeyPatch
) -> None:
    plugin = tmp_path / "plugin.so"
    sources = map(str, (firmware_dir() / "emulator").glob("*.c"))
    flags = ["-std=c11", "-fPIC", "-shared", "-fvisibility=hidden", "-DPLUGIN_API_VERSION=99"]
    subprocess.run(["gcc", *flags, *sources, "-o", str(plugin)], check=True)
    monkeypatch.setattr("harness.target.emulated.build_cycle_plugin", lambda: plugin)
    board = boards["microbit"]
    options = board.targets["emulated"]
    assert isinstance(options, EmulatedTarget)
    with Emulated(board, options) as target:
        stream = target.start(not_a_firmware(tmp_path / "firmware.elf"))
        with pytest.raises(TargetError, match=r"requires API version 99, but this QEMU supports only"):
            stream.read(10)
