"""Defaults that more than one command line shows."""

DEFAULT_TIMEOUT_S = 60.0  # of one inference
DEFAULT_REPEATS = 3  # timed inferences per model
