"""Defaults that more than one command line shows."""

DEFAULT_ENGINE = "builtin"
DEFAULT_REPEATS = 3  # timed inferences per model
