"""How long `harness estimate` takes over all boards for a model of 50 KB, with the firmwares cached and without."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from conditions import REPOSITORY, print_conditions, print_figure

from harness.paths import home_dir

MODEL = REPOSITORY / "suites" / "vibration" / "vibration_int8.tflite"
RUNS = 3
LIMIT_S = 30


def estimate_seconds(home: Path) -> float:
    """The wall time of the command with the tools and builds in `home`."""
    begin = time.perf_counter()
    command = [sys.executable, "-m", "harness", "estimate", str(MODEL)]
    environment = {**os.environ, "TINYHIL_HOME": str(home)}
    subprocess.run(command, cwd=REPOSITORY, env=environment, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begin


def main() -> None:
    print_conditions()
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "platformio").symlink_to(home_dir() / "platformio")
        cold = estimate_seconds(Path(folder))
        warm = min(estimate_seconds(Path(folder)) for _ in range(RUNS))
    size = f"{MODEL.stat().st_size / 1000:.0f} KB"
    print(f"          {cold:.1f} s where every firmware is compiled first")
    print_figure(f"harness estimate, all boards, a model of {size}", f"{warm:.1f} s", f"< {LIMIT_S} s", warm < LIMIT_S)


if __name__ == "__main__":
    main()
