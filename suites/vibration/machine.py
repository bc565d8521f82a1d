"""A machine that turns, as its accelerometer hears it, and the features of what it hears.

One rolling bearing carries the shaft. What a fault adds follows Randall and Antoni, "Rolling element bearing
diagnostics - a tutorial", Mechanical Systems and Signal Processing 25 (2011), 485-520: each time a roller meets the
damage it rings a resonance of the housing; imbalance shows at the shaft's frequency, misalignment at its double,
looseness at many multiples and halves of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE_HZ = 8_192
SAMPLES = 8_192
BLOCK_SAMPLES = 256  # of one spectrum: bands are 32 Hz wide
BANDS = BLOCK_SAMPLES // 2
FEATURE_STEPS = 256  # features lie on multiples of 1/256, so that float16 holds them exactly
FEATURE_DECADES = 4.0  # of power, from 1 up, that the range 0 … 1 covers

FAULTS = ("imbalance", "misalignment", "looseness", "outer race", "inner race")

ROLLERS = 9
PITCH_RATIO = 0.31  # a roller's diameter over the bearing's pitch diameter; contact angle 0
OUTER_RACE_ORDER = ROLLERS / 2 * (1 - PITCH_RATIO)  # rollers that pass a point of it, per turn of the shaft
INNER_RACE_ORDER = ROLLERS / 2 * (1 + PITCH_RATIO)


@dataclass(frozen=True)
class Machine:
    """What stays the same from one recording of a machine to the next.

    Attributes:
        shaft_hz: its nominal speed.
        harmonics: amplitudes at multiples 1, 2, … of the shaft's frequency.
        teeth: of the gear on the shaft.
        mesh: amplitude at the frequency at which teeth meet.
        resonance_hz: of the housing.
        damping: of that resonance, as a fraction of critical.
        noise: amplitude of the broadband noise.
    """

    shaft_hz: float
    harmonics: NDArray[np.float64]
    teeth: int
    mesh: float
    resonance_hz: float
    damping: float
    noise: float


def draw_machine(generator: np.random.Generator) -> Machine:
    """A healthy machine."""
    return Machine(
        shaft_hz=generator.uniform(24, 30),
        harmonics=generator.uniform(0.7, 1.3, 6) * [0.5, 0.2, 0.1, 0.06, 0.04, 0.03],
        teeth=int(generator.integers(19, 24)),
        mesh=generator.uniform(0.1, 0.3),
        resonance_hz=generator.uniform(2_400, 3_000),
        damping=generator.uniform(0.03, 0.06),
        noise=generator.uniform(0.15, 0.3),
    )


def record(machine: Machine, fault: str | None, severity: float, generator: np.random.Generator) -> NDArray[np.float64]:
    """A second of acceleration, `SAMPLES` values in g; `severity` is 0 … 1."""
    load = generator.uniform(0.9, 1.1)
    turns = _turns(machine.shaft_hz * generator.uniform(0.97, 1.03), generator)
    sound = load * _harmonics(turns, machine.harmonics, generator)
    sound += load * machine.mesh * _harmonics(turns * machine.teeth, np.array([1.0, 0.4, 0.2]), generator)
    sound += machine.noise * _housing_noise(machine, generator)
    if fault is not None:
        sound += severity * _fault(fault, machine, turns, generator)
    return sound


def _turns(shaft_hz: float, generator: np.random.Generator) -> NDArray[np.float64]:
    """How far the shaft has turned at each sample; its speed wanders a little."""
    wander = np.cumsum(generator.standard_normal(SAMPLES)) / np.sqrt(SAMPLES)
    return np.cumsum(shaft_hz * (1 + 0.002 * wander)) / SAMPLE_RATE_HZ


def _harmonics(
    turns: NDArray[np.float64], amplitudes: NDArray[np.float64], generator: np.random.Generator
) -> NDArray[np.float64]:
    """Sines at multiples 1, 2, … of the turns, in random phases."""
    phases = generator.uniform(0, 2 * np.pi, len(amplitudes))
    orders = np.arange(1, len(amplitudes) + 1)
    return np.asarray(amplitudes @ np.sin(2 * np.pi * np.outer(orders, turns) + phases[:, np.newaxis]))


def _housing_noise(machine: Machine, generator: np.random.Generator) -> NDArray[np.float64]:
    """Broadband noise, a part of it coloured by the housing's resonance."""
    white = generator.standard_normal(SAMPLES)
    return white + 0.5 * _ringing(machine, generator.standard_normal(SAMPLES))


def _fault(
    fault: str, machine: Machine, turns: NDArray[np.float64], generator: np.random.Generator
) -> NDArray[np.float64]:
    """What a fault of full severity adds."""
    match fault:
        case "imbalance":
            return 4.0 * _harmonics(turns, np.array([1.0]), generator)
        case "misalignment":
            return _harmonics(turns, np.array([0.2, 1.0, 0.4]), generator)
        case "looseness":
            return _harmonics(turns / 2, np.full(24, 0.15), generator)
        case "outer race":
            return 3.0 * _impacts(machine, turns, OUTER_RACE_ORDER, np.ones(SAMPLES), generator)
        case "inner race":  # the damage turns with the shaft, through the loaded side and out of it
            loaded = 1 + np.cos(2 * np.pi * turns)
            return 3.0 * _impacts(machine, turns, INNER_RACE_ORDER, loaded, generator)
    raise ValueError(f"no such fault: {fault}")


def _impacts(
    machine: Machine,
    turns: NDArray[np.float64],
    per_turn: float,
    strength: NDArray[np.float64],
    generator: np.random.Generator,
) -> NDArray[np.float64]:
    """The housing ringing each time that a roller meets the damage; rollers slip, so that no two gaps are equal."""
    slip = 0.02 * np.cumsum(generator.standard_normal(SAMPLES)) / np.sqrt(SAMPLES)
    met = np.floor(turns * per_turn + slip + generator.uniform())
    return _ringing(machine, strength * (np.diff(met, prepend=met[0]) > 0))


def _ringing(machine: Machine, force: NDArray[np.float64]) -> NDArray[np.float64]:
    """The response of the housing, a damped oscillator, to a force; its impulse response starts with slope 1."""
    seconds = np.arange(SAMPLES) / SAMPLE_RATE_HZ
    radians = 2 * np.pi * machine.resonance_hz * seconds
    response = np.exp(-machine.damping * radians) * np.sin(radians)
    padded = 2 * SAMPLES
    return np.asarray(np.fft.irfft(np.fft.rfft(force, padded) * np.fft.rfft(response, padded), padded)[:SAMPLES])


def features(sound: NDArray[np.float64]) -> NDArray[np.float32]:
    """The logarithm of the power in each of `BANDS` bands, averaged over half-overlapping blocks (Welch): 0 … 1."""
    step = BLOCK_SAMPLES // 2
    blocks = np.lib.stride_tricks.sliding_window_view(sound, BLOCK_SAMPLES)[::step] * np.hanning(BLOCK_SAMPLES)
    power = (np.abs(np.fft.rfft(blocks)) ** 2).mean(axis=0)[1:]
    level = np.clip(np.log10(power) / FEATURE_DECADES, 0, 1)
    return (np.rint(level * FEATURE_STEPS) / FEATURE_STEPS).astype(np.float32)
