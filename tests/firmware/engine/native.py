"""Compiles the builtin engine for this computer, with sanitizers, and runs models on it."""

from __future__ import annotations

import struct
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from support.native_cpp import compile_objects, library_sources, run_compiler

_SOURCES = Path(__file__).parent
_INSTRUCTIONS = _SOURCES.parents[1] / "support" / "dsp"
_ENGINE = "engine_builtin"
_LIBRARIES = ["bytes", "engine", _ENGINE]
_CASE = struct.Struct("<IIII")
_ANSWER = struct.Struct("<HIIIIHHI")

OK, BAD_MODEL, UNSUPPORTED, ARENA_TOO_SMALL = 0, 7, 8, 9  # docs/architecture.md
ARENA_BYTES = 1 << 20


def compile_engine(folder: Path) -> list[Path]:
    """Compile the engine into `folder`; return its object files."""
    return compile_objects(folder, library_sources(_ENGINE), _LIBRARIES)


def compile_dsp_kernels(folder: Path, engine: list[Path]) -> list[Path]:
    """Compile the engine's files that choose kernels by the core anew, with those for the DSP extension; return all
    object files. Functions in C++ stand in for the instructions.
    """
    sources = [path for path in library_sources(_ENGINE) if "ops/kernels.h" in path.read_text(encoding="utf-8")]
    dsp = compile_objects(folder, sources, _LIBRARIES, ["-D__ARM_FEATURE_SIMD32", "-iquote", _INSTRUCTIONS])
    chosen = {path.name: path for path in (*engine, *dsp)}
    return sorted(chosen.values())


def compile_program(main: str, engine: list[Path], folder: Path) -> Path:
    """Compile `main` (a file beside this one) into `folder` and link it with the engine; return the program."""
    program = folder / Path(main).stem
    run_compiler(folder, [_SOURCES / main, *engine, "-o", program], _LIBRARIES)
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

    def run(
        self, model: bytes, vector: bytes = b"", arena_bytes: int = ARENA_BYTES, second_arena_bytes: int = 0
    ) -> Run:
        """Load `model` and run it once on `vector`: its inputs, concatenated; zeros where it is too short."""
        assert self._process.stdin and self._process.stdout
        try:
            self._process.stdin.write(
                _CASE.pack(len(model), arena_bytes, second_arena_bytes, len(vector)) + model + vector
            )
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
