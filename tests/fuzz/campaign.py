"""Fuzz the builtin engine: `python -m fuzz.campaign SECONDS`, with `tests` on the path; `make fuzz` does it.

What the engine has been driven to so far is kept in `build/fuzz/corpus`; the next campaign starts from there. An input
that makes it fail is left in `build/fuzz`.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from fuzz.seeds import MODEL_BYTES_MAX, write_seeds
from support.native_cpp import compile_objects, library_sources, run_compiler

_SOURCES = sorted(Path(__file__).parent.glob("*.cpp"))
_ENGINE = "engine_builtin"
_COMPILER, _FUZZER = "clang++", "-fsanitize=fuzzer"
_SECONDS_FOR_ONE_INPUT = 30
_MEGABYTES_MAX = 1024


def build_fuzzer(folder: Path) -> Path:
    """Compile engine and target with libFuzzer, address and undefined-behaviour sanitizers; return the program."""
    program = folder / "engine_fuzzer"
    sources, libraries = [*_SOURCES, *library_sources(_ENGINE)], ["bytes", "engine", _ENGINE]
    objects = compile_objects(folder, sources, libraries, [_FUZZER], _COMPILER)
    run_compiler(folder, [_FUZZER, *objects, "-o", program], libraries, _COMPILER)
    return program


def fuzz(program: Path, folder: Path, seconds: int) -> int:
    """Run the fuzzer from the seeds and from what `folder` has of earlier campaigns; return its exit code."""
    corpus, seeds = folder / "corpus", folder / "seeds"
    corpus.mkdir(parents=True, exist_ok=True)
    write_seeds(seeds)
    limits = {
        "max_total_time": seconds,
        "max_len": MODEL_BYTES_MAX,
        "timeout": _SECONDS_FOR_ONE_INPUT,
        "rss_limit_mb": _MEGABYTES_MAX,
        "len_control": 0,  # large inputs from the start: small ones are no models
        "seed": 1,
        "print_final_stats": 1,
        "artifact_prefix": f"{folder}/",
    }
    options = [f"-{name}={value}" for name, value in limits.items()]
    return subprocess.run([program, *options, corpus, seeds], check=False).returncode


def main() -> int:
    folder = Path(__file__).parents[2] / "build" / "fuzz"
    folder.mkdir(parents=True, exist_ok=True)
    return fuzz(build_fuzzer(folder), folder, int(sys.argv[1]))


if __name__ == "__main__":
    sys.exit(main())
