"""The integer arithmetic against exact arithmetic in Python; its bits against the official interpreter are tested
through the ops."""

from __future__ import annotations

import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from firmware.engine.native import feed

INT32_MIN, INT32_MAX = -(2**31), 2**31 - 1


def round_half_up(value: Fraction) -> int:
    return math.floor(value + Fraction(1, 2))


def round_half_away(value: Fraction) -> int:
    return round_half_up(value) if value >= 0 else -round_half_up(-value)


def scaled(x: int, multiplier: int, shift: int) -> int:
    """x * multiplier * 2^(shift - 31), rounded after the product and again after a shift to the right."""
    shifted = (x * 2 ** max(shift, 0) - INT32_MIN) % 2**32 + INT32_MIN
    high = round_half_up(Fraction(shifted * multiplier, 2**31))
    return round_half_away(Fraction(high, 2 ** max(-shift, 0)))


def test_scale(arithmetic: Path) -> None:
    rng = np.random.default_rng(0)
    edges = [INT32_MIN, INT32_MIN + 1, -(2**30), -1, 0, 1, 2**30, INT32_MAX]
    cases = [(x, m, s) for x in edges for m in (2**30, 2**30 + 1, INT32_MAX) for s in range(-31, 32)]
    for _ in range(5000):
        magnitude = 2 ** int(rng.integers(1, 32))
        cases.append(
            (int(rng.integers(-magnitude, magnitude)), int(rng.integers(2**30, 2**31)), int(rng.integers(-31, 8)))
        )
    answers = feed(arithmetic, [f"scale {x} {m} {s}" for x, m, s in cases])
    assert [int(answer) for answer in answers] == [scaled(*case) for case in cases]


def wide_scaled(x: int, multiplier: int, shift: int) -> int:
    """x * multiplier * 2^(shift - 31), the multiplier rounded to a multiple of 2^16, the product rounded once."""
    short = min(round_half_up(Fraction(multiplier, 2**16)), 2**15 - 1)
    wide = round_half_up(Fraction(x * short, 2 ** (15 - shift)))
    return (wide - INT32_MIN) % 2**32 + INT32_MIN


def test_scale_wide(arithmetic: Path) -> None:
    rng = np.random.default_rng(0)
    edges = [-(2**47), -(2**47) + 1, -1, 0, 1, 2**46, 2**47 - 1]
    multipliers = [0, 2**30, 2**30 + 2**15 - 1, 2**30 + 2**15, 0x7FFEFFFF, 0x7FFF0000, INT32_MAX]
    cases = [(x, m, s) for x in edges for m in multipliers for s in range(-31, 8)]
    for _ in range(5000):
        magnitude = 2 ** int(rng.integers(1, 48))
        cases.append(
            (int(rng.integers(-magnitude, magnitude)), int(rng.integers(2**30, 2**31)), int(rng.integers(-31, 8)))
        )
    answers = feed(arithmetic, [f"scale_wide {x} {m} {s}" for x, m, s in cases])
    assert [int(answer) for answer in answers] == [wide_scaled(*case) for case in cases]


def test_scale_factor_is_the_nearest(arithmetic: Path) -> None:
    rng = np.random.default_rng(0)
    factors = [float(factor) for factor in 2.0 ** rng.uniform(-31, 30, 2000)]
    factors += [2.0**-32, 1.0, 0.5, 1 - 2.0**-53, 2.0**30, math.nextafter(2.0**31, 0) * 0.999]
    for factor, answer in zip(factors, feed(arithmetic, [f"scale_factor {f!r}" for f in factors]), strict=True):
        made, multiplier, shift = map(int, answer.split())
        assert made == 1
        assert 2**30 <= multiplier < 2**31
        assert abs(multiplier * 2.0 ** (shift - 31) / factor - 1) <= 2.0**-31


@pytest.mark.parametrize(
    ("factor", "answer"),
    [
        ("0", "1 0 0"),
        ("1e-300", "1 0 0"),
        ("1e-320", "1 0 0"),
        ("-1", "0 0 0"),
        ("nan", "0 0 0"),
        ("inf", "0 0 0"),
        ("4294967296", "0 0 0"),
    ],
)
def test_scale_factor_out_of_range(arithmetic: Path, factor: str, answer: str) -> None:
    assert feed(arithmetic, [f"scale_factor {factor}"]) == [answer]


def test_exp(arithmetic: Path) -> None:
    inputs = [0, -1, -(2**24), -(2**24) - 1, -(2**26), INT32_MIN + 1]
    inputs += [int(x) for x in np.random.default_rng(0).integers(-(2**31), 0, 3000)]
    answers = [int(answer) for answer in feed(arithmetic, [f"exp {x}" for x in inputs])]
    np.testing.assert_allclose(np.array(answers) / 2**31, np.exp(np.array(inputs) / 2**26), rtol=0, atol=1e-6)
    assert answers[0] == INT32_MAX


def test_reciprocal(arithmetic: Path) -> None:
    inputs = [0, 1, 2**30, INT32_MAX, *(int(x) for x in np.random.default_rng(0).integers(0, 2**31, 3000))]
    answers = [int(answer) for answer in feed(arithmetic, [f"reciprocal {x}" for x in inputs])]
    np.testing.assert_allclose(np.array(answers) / 2**31, 1 / (1 + np.array(inputs) / 2**31), rtol=0, atol=1e-7)
