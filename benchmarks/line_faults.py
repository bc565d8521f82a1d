"""100,000 vectors to the native firmware and back over a line that flips a bit in one byte of a hundred."""

from __future__ import annotations

from conditions import REPOSITORY, print_conditions, print_figure

from harness.config import boards_files, load_boards
from harness.measure import Bench
from harness.standin.echo import echo_model
from harness.standin.faulty_line import FaultRates
from harness.standin.line_check import check_line

VECTORS = 100_000
VECTOR_BYTES = 16  # a frame of 31 bytes there, and one of 26 back
RATE = 0.01


def main() -> None:
    print_conditions()
    model = echo_model(VECTOR_BYTES)
    with Bench(load_boards(boards_files(REPOSITORY))["native"]).start(model) as device:
        check = check_line(device, model.data, FaultRates(flip=RATE), VECTORS)
    print(
        f"          {check.carried_bytes:,} bytes, of which {check.damaged_bytes:,} damaged, in {check.seconds:.0f} s"
    )
    print(f"          {check.bad_frames:,} frames arrived damaged, {check.resent_frames:,} were sent again")
    name = f"wrong results of {VECTORS:,} vectors of {VECTOR_BYTES} bytes"
    print_figure(name, f"{check.wrong}", "0", check.wrong == 0)
    ended = check.right + check.given_up == VECTORS
    print_figure("right or a clean error", f"{check.right:,} + {check.given_up}", f"{VECTORS:,}", ended)


if __name__ == "__main__":
    main()
