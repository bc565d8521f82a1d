"""A night: a matrix of boards, suites and engines, as much of it as a time budget has room for."""

from harness.nightly.run import NightExit, anew, new_or_resumed, run_night

__all__ = ["NightExit", "anew", "new_or_resumed", "run_night"]
