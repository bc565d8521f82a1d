"""Defaults that more than one command line shows."""

DEFAULT_TIMEOUT_S = 60.0  # of one inference
EMULATED_WINDOWS = 3  # timed, per model; of one inference, which an emulator counts exactly
REAL_TIME_WINDOWS = 10
