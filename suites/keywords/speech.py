"""Spoken words from espeak-ng, each a clip of one second in noise, and their features."""

from __future__ import annotations

import io
import subprocess
import wave
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pymicro_features import MicroFrontend
from scipy.signal import resample_poly

SAMPLE_RATE_HZ = 16_000
ESPEAK_RATE_HZ = 22_050
CLIP_SAMPLES = SAMPLE_RATE_HZ
FRAME_STEP = 2  # of the front end's frames, one every 10 ms, every second one is kept
FRAMES = 49
BANDS = 40
FEATURE_STEPS = 256  # features lie on multiples of 1/256, so that float16 holds them exactly
FEATURE_LIMIT = 32.0  # the front end's logarithms stay below


@dataclass(frozen=True)
class Clip:
    """How one clip is spoken. Two clips with equal fields are equal, sample by sample.

    Attributes:
        voice: espeak-ng's name of an accent, e.g. en-us.
        speaker: espeak-ng's name of a variant of it: who speaks.
        pitch: 0 … 99, 50 is the speaker's own.
        words_per_minute: how fast.
        start: where in the clip the word begins, as a fraction of the silence that it leaves.
        noise_db: the noise's power below the word's.
        seed: draws the noise.
    """

    word: str
    voice: str
    speaker: str
    pitch: int
    words_per_minute: int
    start: float
    noise_db: float
    seed: int


def features_of(clips: Sequence[Clip]) -> NDArray[np.float32]:
    """The features of each clip: float32, N x `FRAMES` x `BANDS` x 1, in 0 … 1."""
    with ThreadPoolExecutor() as pool:
        return np.stack(list(pool.map(lambda clip: features(record(clip)), clips)))


def record(clip: Clip) -> NDArray[np.int16]:
    """The clip's samples, at `SAMPLE_RATE_HZ`."""
    voice = _trimmed(_spoken(clip))[:CLIP_SAMPLES]
    samples = np.zeros(CLIP_SAMPLES)
    begin = round(clip.start * (CLIP_SAMPLES - len(voice)))
    samples[begin : begin + len(voice)] = voice
    level = np.sqrt(np.mean(voice**2)) * 10 ** (-clip.noise_db / 20)
    samples += level * draw_noise(np.random.default_rng(clip.seed))
    return (samples * (0.5 * np.iinfo(np.int16).max / np.abs(samples).max())).astype(np.int16)


def _spoken(clip: Clip) -> NDArray[np.float64]:
    """What espeak-ng says, at `SAMPLE_RATE_HZ`."""
    voice = f"{clip.voice}+{clip.speaker}"
    options = ["-v", voice, "-p", str(clip.pitch), "-s", str(clip.words_per_minute), "--stdout"]
    spoken = subprocess.run(["espeak-ng", *options, clip.word], capture_output=True, check=True).stdout
    with wave.open(io.BytesIO(spoken)) as file:
        samples = np.frombuffer(file.readframes(-1), np.int16)
    return np.asarray(resample_poly(samples.astype(np.float64), SAMPLE_RATE_HZ, ESPEAK_RATE_HZ))


def _trimmed(samples: NDArray[np.float64]) -> NDArray[np.float64]:
    """Without the silence before and after."""
    (loud,) = np.nonzero(np.abs(samples) > 0.01 * np.abs(samples).max())
    return samples[loud[0] : loud[-1] + 1]


def draw_noise(generator: np.random.Generator) -> NDArray[np.float64]:
    """A second of noise of power 1 whose spectrum falls with a random power of the frequency: white … brown."""
    spectrum = np.fft.rfft(generator.standard_normal(CLIP_SAMPLES))
    spectrum *= np.arange(1, len(spectrum) + 1) ** -generator.uniform(0, 1)
    noise = np.fft.irfft(spectrum, CLIP_SAMPLES)
    return np.asarray(noise / np.sqrt(np.mean(noise**2)))


def features(samples: NDArray[np.int16]) -> NDArray[np.float32]:
    """TensorFlow Lite Micro's audio front end: per frame of 30 ms the logarithms of `BANDS` bands, noise subtracted."""
    front_end = MicroFrontend()
    data = samples.tobytes()
    frames = []
    while data:
        answer = front_end.process_samples(data)
        data = data[answer.samples_read * samples.itemsize :]
        if answer.features:
            frames.append(answer.features)
        elif not answer.samples_read:
            break
    kept = np.array(frames[::FRAME_STEP], np.float64)[:FRAMES, :, np.newaxis]
    return (np.rint(kept / FEATURE_LIMIT * FEATURE_STEPS) / FEATURE_STEPS).astype(np.float32)
