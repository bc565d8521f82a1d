"""How figures and their differences are written. Nothing here knows of a table."""

from __future__ import annotations

EQUAL = "equal"
_NEAR = 2.0  # below this ratio per cent say more, and "1.1x more" can be misread


def whole(value: float) -> str:
    """`7,201,334`."""
    return f"{value:,.0f}"


def counted(number: int | str, noun: str) -> str:
    """`1 vector`, `2 vectors`, `0/397 vectors`."""
    return f"{number} {noun}" if str(number) == "1" else f"{number} {noun}s"


def decimal(value: float) -> str:
    """`7,201`, or `72.01` below a thousand."""
    return f"{value:,.0f}" if value >= 1000 else f"{value:.2f}"


def points(fraction: float, reference: float) -> str:
    """The difference of two fractions in percentage points: `-0.25 points`."""
    difference = (fraction - reference) * 100
    return EQUAL if fraction == reference else f"{difference:+.2f} points"


def signed(value: float, reference: float) -> str:
    """The difference of two small numbers: `-0.0025`."""
    return EQUAL if value == reference else f"{value - reference:+.4f}"


def ratio(value: float, reference: float, less: str, more: str) -> str:
    """`2.4x fewer` where `less` is "fewer"; per cent where the two are near; empty where one is 0."""
    if value == reference:
        return EQUAL
    if value <= 0 or reference <= 0:
        return ""
    word = less if value < reference else more
    factor = max(value, reference) / min(value, reference)
    if factor < _NEAR:
        change = abs(value - reference) / reference
        return f"{change:.1%} {word}" if change >= 0.01 else f"{change:.2%} {word}"
    return f"{factor:,.0f}x {word}" if factor >= 100 else f"{factor:.1f}x {word}"


def bytes_change(value: float, reference: float) -> str:
    """`-74%`, or `+12 bytes` where that is less than a per cent."""
    change = value - reference
    if change == 0:
        return EQUAL
    if abs(change) * 100 < abs(reference) or reference == 0:
        return f"{change:+,.0f} bytes"
    return f"{change / reference:+,.0%}"


def clock_frequency(hertz: int) -> str:
    """`80 MHz`."""
    return f"{hertz / 1e6:g} MHz"


def printable(text: str) -> str:
    """One line without control characters: names and messages come from files and tools."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else " " if char.isspace() else "?" for char in text)


def amount(value: float, unit: str) -> str:
    """Three digits and the prefix that suits them: `9.16 ms`, `27.9 µJ`."""
    for factor, prefix in ((1.0, ""), (1e-3, "m")):
        if value >= factor:
            return f"{digits(value / factor)} {prefix}{unit}"
    return f"{digits(value * 1e6)} µ{unit}"


def duration(seconds: float) -> str:
    """As `amount`, but minutes where they say more."""
    return f"{digits(seconds / 60)} min" if seconds >= 120 else amount(seconds, "s")


def digits(value: float) -> str:
    """Three of them at least: `1,660`, `99.1`, `3.98`, `0.012`."""
    decimals = 0 if value >= 100 else 1 if value >= 10 else 2 if value >= 1 else 3
    return f"{value:,.{decimals}f}"
