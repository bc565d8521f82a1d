"""`python3 -m harness.setup` in a checkout: everything that `make bench`, or with `--for test` `make test`, needs."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from harness.errors import SetupError
from harness.setup import (
    LABGRID_VERSION,
    Purpose,
    as_text,
    diagnose,
    exit_code,
    labgrid_program,
    provide_labgrid,
    provide_packages,
    provide_platformio,
)
from harness.setup.checkout import CHECKOUT, provide_harness
from harness.setup.tflm_install import offer_library, provide_library

_INTERRUPTED = 130  # as shells say it: 128 + SIGINT


def main(arguments: Sequence[str] | None = None) -> int:
    """Set the machine up, or with `--check` say what is missing; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python3 -m harness.setup", description=__doc__)
    parser.add_argument("--for", dest="purpose", choices=["run", "test"], default="run", help="default: run")
    parser.add_argument("--check", action="store_true", help="install nothing: list every requirement")
    options = parser.parse_args(arguments)
    try:
        return check() if options.check else set_up(options.purpose)
    except SetupError as error:
        print(f"set-up: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("set-up: interrupted; the next one resumes", file=sys.stderr)
        return _INTERRUPTED


def check() -> int:
    rows = diagnose()
    print(as_text(rows))
    return exit_code(rows)


def set_up(purpose: str) -> int:
    for_tests = purpose == "test"
    provide_packages([Purpose.RUN, Purpose.TEST] if for_tests else [Purpose.RUN])
    provide_platformio()
    if CHECKOUT:
        provide_harness(CHECKOUT, ["test"] if for_tests else [])
    if for_tests:
        provide_labgrid()
    else:
        offer_library()
    return 0


def set_up_labgrid() -> int:
    """Install labgrid."""
    provide_labgrid()
    print(f"labgrid {LABGRID_VERSION}: {labgrid_program('python').parent}")
    return 0


def set_up_tflm(timeout_s: float) -> int:
    """Install TensorFlow Lite Micro's library, and PlatformIO, which brings it."""
    provide_platformio()
    library = provide_library(timeout_s)
    print(f"TensorFlow Lite Micro: {library} in {library.folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
