"""Compiles the builtin engine for this computer, with sanitizers, and runs models on it."""

from __future__ import annotations

import struct
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from harness.paths import firmware_dir

_SOURCES = Path(__file__).parent
_FLAGS = [
    "-std=c++17",
    "-O1",
    "-g",
    "-Wall",
    "-Wextra",
    "-Werror",
    "-fno-exceptions",
    "-fno-rtti",
    "-ffp-contract=off",
    "-fsanitize=address,undefined",
    "-fno-sanitize-recover=all",
]
_CASE = struct.Struct("<III")
_ANSWER = struct.Struct("<HIIIIHHI")

OK, BAD_MODEL, UNSUPPORTED, ARENA_TOO_SMALL = 0, 7, 8, 9  # docs/architecture.md
ARENA_BYTES = 1 << 20


def _library() -> Path:
    return firmware_dir() / "lib" / "engine_builtin"


def _compile(arguments: Sequence[str | Path], folder: Path) -> None:
    includes = [f"-I{_library()}", f"-I{_library().parent / 'engine'}"]
    subprocess.run(["g++", *_FLAGS, *includes, *map(str, arguments)], cwd=folder, check=True)


def compile_engine(folder: Path) -> list[Path]:
    """Compile the engine into `folder`; return its object files."""
    _compile(["-c", *sorted(_library().rglob("*.cpp"))], folder)
    return sorted(folder.glob("*.o"))


def compile_program(main: str, engine: list[Path], folder: Path) -> Path:
    """Compile `main` (a file beside this one) into `folder` and link it with the engine; return the program."""
    program = folder / Path(main).stem
    _compile([_SOURCES / main, *engine, "-o", program], folder)
    return program


@dataclass(frozen=True)
class Run:
    """What became of one load and, where it succeeded, one inference."""

    status: int
    detail: int
    text: str
    arena_bytes: int
    persistent_bytes: int
    observed_ops: int
    output: bytes


class NativeEngine:
    """A process that runs one model after the other. Where it dies, `run` raises with what the sanitizers say."""

    def __init__(self, program: Path) -> None:
        self._process = subprocess.Popen(
            [program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )

    def run(self, model: bytes, vector: bytes = b"", arena_bytes: int = ARENA_BYTES) -> Run:
        """Load `model` and run it once on `vector`: its inputs, concatenated; zeros where it is too short."""
        assert self._process.stdin and self._process.stdout
        try:
            self._process.stdin.write(_CASE.pack(len(model), arena_bytes, len(vector)) + model + vector)
            self._process.stdin.flush()
            fields = _ANSWER.unpack(self._process.stdout.read(_ANSWER.size))
        except (BrokenPipeError, struct.error):
            raise AssertionError(f"the engine died: {self._process.communicate()[1].decode()}") from None
        status, detail, text_bytes, arena, persistent, before, after, output_bytes = fields
        text = self._process.stdout.read(text_bytes).decode()
        output = self._process.stdout.read(output_bytes)
        assert before == after
        return Run(status, detail, text, arena, persistent, before, output)

    def close(self) -> None:
        self._process.communicate()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def feed(program: Path, lines: Sequence[str]) -> list[str]:
    """Run `program` on `lines` of text; return the lines of its answer."""
    answer = subprocess.run([program], input="\n".join(lines), stdout=subprocess.PIPE, text=True, check=True)
    return answer.stdout.splitlines()
