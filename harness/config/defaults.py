"""Numbers that several rooms share."""

DEFAULT_TIMEOUT_S = 60.0  # of one inference
EMULATED_WINDOWS = 3  # timed, per model; of one inference, which an emulator counts exactly
REAL_TIME_WINDOWS = 10
START_BAUD = 115200  # of every firmware's UART
