"""The energy of windows through each meter's protocol, beside the exact integral of the current that was played."""

from __future__ import annotations

import time

import numpy as np
from conditions import print_conditions, print_figure

from harness.config.attached import MeterEntry
from harness.measure.energy.meters import Meter, open_meter
from harness.measure.energy.trace import Trace, Window
from harness.standin.meters import PLAYERS, Player, play
from harness.standin.waveform import Scripted, Segment

VOLTAGE_V = 3.3
QUIET_A = 30e-6
LEAD_S = 0.3
REPEATS = 5
LAYERS = [(0.0020371, 8e-3), (0.0040913, 25e-3), (0.0009137, 14e-3)] * 8
# Of each window the segments: steady, rippling slowly and fast, in bursts as layers are. No edge falls on a sample.
WINDOWS = {
    "0.9 mA": [Segment(0.0612347, 0.9e-3, marker=True)],
    "3.1 mA, 0.4 mA of it at 5 kHz": [Segment(0.0503713, 3.1e-3, True, 0.4e-3, 5000.0)],
    "12 mA, 1 mA of it at 730 Hz": [Segment(0.0512196, 12e-3, True, 1e-3, 730.0)],
    "40 mA, 5 mA of it at 50 Hz": [Segment(0.0534591, 40e-3, True, 5e-3, 50.0)],
    "bursts of 8, 25 and 14 mA": [Segment(duration_s, level_a, marker=True) for duration_s, level_a in LAYERS],
}


def measure(meter: Meter, player: Player, window: list[Segment]) -> tuple[Scripted, Trace]:
    """Play a window between two quiet times while the meter samples."""
    script = Scripted([Segment(0.02, QUIET_A), *window, Segment(0.05, QUIET_A)], time.monotonic() + LEAD_S)
    player.waveform = script
    meter.start(meter.max_rate_hz, VOLTAGE_V)
    player.wait_for(lambda: player.sampled_until_s() >= script.bounds_s(-1)[1])
    return script, meter.stop()


def errors(meter: Meter, player: Player, window: list[Segment]) -> tuple[float, float]:
    """Of the energy, as a share of the true one; of the distance of the edges, in samples."""
    script, trace = measure(meter, player, window)
    true = Window(script.bounds_s(1)[0], script.bounds_s(-2)[1])
    true_s = true.end_s - true.begin_s
    (piece,) = trace.pieces
    if meter.has_marker:
        (found,) = trace.windows()
        seen_s = found.end_s - found.begin_s
    else:  # the trace begins with the window, and the current shows its end
        found = Window(piece.begin_s, piece.begin_s + true_s)
        seen_s = (np.flatnonzero(piece.current_a > 2 * QUIET_A)[-1] + 1) / piece.rate_hz
    energy_j = VOLTAGE_V * script.charge_c(*true)
    return abs(trace.energy_j(*found) / energy_j - 1), abs(seen_s - true_s) * piece.rate_hz


def main() -> None:
    print_conditions()
    for kind in PLAYERS:
        with (
            play(kind, Scripted([Segment(1.0, QUIET_A)])) as player,
            open_meter(MeterEntry(kind, player.port, VOLTAGE_V)) as meter,
        ):
            meter.power(VOLTAGE_V)
            name = f"{kind} at {meter.max_rate_hz:,} Hz"
            edges: list[float] = []
            for words, window in WINDOWS.items():
                found = [errors(meter, player, window) for _ in range(REPEATS)]
                worst = max(energy for energy, _ in found)
                edges += [samples for _, samples in found]
                print_figure(f"{name}: energy, {words}", f"{worst:.4%}", "< 0.5 %", worst < 0.005)
            print_figure(f"{name}: edges, samples", f"{max(edges):.2f}", "<= 1", max(edges) <= 1)


if __name__ == "__main__":
    main()
