"""Streaming over a line that carries 921600 bits a second: how full the line is, and how idle the device.

The device is the native firmware, the line a proxy that lets each byte take the time of its ten bits, both ways.
"""

from __future__ import annotations

import os
import random
import time
from pathlib import Path

from conditions import REPOSITORY, print_conditions, print_figure
from probes import Parts

from harness.config import boards_files, load_boards
from harness.link.client import Device
from harness.measure import Bench
from harness.model import Model, read_model
from harness.standin.echo import echo_model
from harness.standin.line_proxy import LineProxy
from harness.standin.uart import PacedWire

BAUD = 921_600
BYTES_PER_S = BAUD / 10  # start and stop bit
RUNS = 3


def slow_model() -> Model:
    """Convolutions that take some milliseconds for a vector of 256 bytes, which takes three on the line."""
    parts = Parts("int8")
    values = parts.values([1, 8, 8, 4])
    depth = 4
    for _ in range(12):
        further = parts.values([1, 8, 8, 64])
        inputs = [values, parts.weights([64, 3, 3, depth]), parts.bias(64)]
        parts.op("CONV_2D", inputs, further, padding="SAME", stride_w=1, stride_h=1)
        values, depth = further, 64
    mean = parts.values([1, 64])
    parts.op("MEAN", [values, parts.constant([1, 2])], mean)
    return read_model(parts.builder.build(), "slow")


def stream(device: Device, model: Model, count: int) -> tuple[float, float]:
    """Seconds from the first output to the last of `count + 1` vectors over the throttled line, and those of them in
    which the device was busy.
    """
    generator = random.Random(0)
    (process,) = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    with LineProxy(device.stream, PacedWire(BAUD), PacedWire(BAUD)) as line:
        throttled = Device(line.open())
        size_bytes = throttled.load(model.data).input_bytes
        outputs = throttled.infer_many([generator.randbytes(size_bytes) for _ in range(count + 1)])
        next(outputs)
        begin_s, busy_s = time.perf_counter(), busy_seconds(process)
        for _ in outputs:
            pass
        return time.perf_counter() - begin_s, busy_seconds(process) - busy_s


def busy_seconds(process: str) -> float:
    """For so long it ran or waited for a processor (proc(5), schedstat); else it waited for bytes."""
    ran_ns, waited_ns, _ = Path(f"/proc/{process}/schedstat").read_text().split()
    return (int(ran_ns) + int(waited_ns)) / 1e9


def line_bound(bench: Bench) -> None:
    count, size_bytes = 500, 1020
    model = echo_model(size_bytes)
    with bench.start(model) as device:
        seconds = min(stream(device, model, count)[0] for _ in range(RUNS))
    share = count * size_bytes / seconds / BYTES_PER_S
    print(
        f"          {count} vectors of {size_bytes} bytes, one frame each: {seconds:.2f} s, the shortest of {RUNS} runs"
    )
    print_figure("line-bound: the vectors' bytes of the line's", f"{share:.1%}", ">= 95 %", share >= 0.95)


def compute_bound(bench: Bench) -> None:
    count = 300
    model = slow_model()
    with bench.start(model) as device:
        seconds, busy_s = stream(device, model, count)
    idle = 1 - busy_s / seconds
    print(f"          {count} vectors of 256 bytes: {seconds:.2f} s")
    print("          idle is the time in which the firmware's process neither ran nor waited for a processor")
    print_figure("compute-bound: the device is idle", f"{idle:.1%}", "< 5 %", idle < 0.05)


def main() -> None:
    print_conditions()
    bench = Bench(load_boards(boards_files(REPOSITORY))["native"])
    line_bound(bench)
    compute_bound(bench)


if __name__ == "__main__":
    main()
