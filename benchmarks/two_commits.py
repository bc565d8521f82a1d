"""Two commits that differ in one kernel's speed and in one model's accuracy, run on an emulated board and compared.

A copy of this working tree becomes a repository. Its second commit computes each row of softmax twice, and has an int8
model of digits that lacks half of its largest constant. The comparison must name both, and fail the gate.

Usage: python benchmarks/two_commits.py [FORMAT]
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from conditions import REPOSITORY

from harness.model.flatbuffer import Buffer
from harness.model.schema import BufferField, ModelField

COPIED = ("harness", "firmware", "suites/digits")
COPIED_FILES = ("boards.toml", "conftest.py", "pyproject.toml", ".gitignore")
KERNEL = Path("firmware/lib/engine_builtin/ops/softmax.cpp")
CALL = "    run_row(params, params.rows.input + start, params.rows.output + start);\n"
MODEL = Path("suites/digits/digits_int8.tflite")
VECTORS = 40
NAMED = ("SOFTMAX (op 6)", "digits_int8.tflite", "digits int8 on stm32l475 (emulated) with builtin", "accuracy")


def make_two_commits(repository: Path) -> None:
    """Write both commits and run the suite on each; the sessions are in `reports`.

    Raises:
        subprocess.CalledProcessError: a run fails.
    """
    make_repository(repository)
    _commit_and_run(repository, "Good")
    slow_down(repository / KERNEL)
    spoil(repository / MODEL)
    _commit_and_run(repository, "Bad")


def make_repository(folder: Path) -> None:
    """What the suite needs to run, in a repository without a commit."""
    for name in COPIED:
        shutil.copytree(REPOSITORY / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", ".pio"))
    for name in COPIED_FILES:
        shutil.copy(REPOSITORY / name, folder)
    git(folder, "init", "--quiet")


def commit(repository: Path, message: str) -> None:
    """Commit whatever is there, changed or not."""
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--allow-empty", f"--message={message}")


def compare(repository: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """`harness compare HEAD~1 HEAD --fail-on=regression`."""
    return python(repository, "harness", "compare", "HEAD~1", "HEAD", "--fail-on=regression", *options)


def slow_down(kernel: Path) -> None:
    """Have softmax compute each row twice."""
    source = kernel.read_text()
    if source.count(CALL) != 1:
        raise RuntimeError(f"{kernel} has not the one call that is to be doubled")
    kernel.write_text(source.replace(CALL, CALL * 2))


def spoil(model: Path) -> None:
    """Zero half of the largest constant of a `.tflite` file."""
    data = bytearray(model.read_bytes())
    buffers = Buffer(bytes(data), model.name).root().tables(ModelField.BUFFERS)
    begin, size = max((buffer.span(BufferField.DATA, 1) for buffer in buffers), key=lambda span: span[1])
    data[begin : begin + size // 2] = bytes(size // 2)
    model.write_bytes(data)


def _commit_and_run(repository: Path, message: str) -> None:
    commit(repository, message)
    board = ("--board=stm32l475", "--target=emulated", "--engine=builtin")
    python(repository, "pytest", "suites/digits", *board, f"--vectors={VECTORS}").check_returncode()


def git(repository: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=two commits", "-c", "user.email=two@example.org")
    subprocess.run(["git", "-C", str(repository), *identity, *arguments], check=True)


def python(repository: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A module of the copy, not of the tree that it was copied from."""
    environment = {**os.environ, "PYTHONPATH": str(repository)}
    return subprocess.run(
        [sys.executable, "-m", *arguments], cwd=repository, env=environment, capture_output=True, text=True, check=False
    )


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        make_two_commits(Path(folder))
        done = compare(Path(folder), f"--format={(sys.argv[1:] or ['terminal'])[0]}")
    print(done.stdout, end="")
    missing = [name for name in NAMED if name not in done.stdout]
    if done.returncode != 1 or missing:
        sys.exit(f"exit code {done.returncode} where 1 was wanted, not named: {', '.join(missing) or 'none'}")


if __name__ == "__main__":
    main()
