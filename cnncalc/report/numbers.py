"""Figures in words: exact with thousands separators, and short enough to say aloud."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from cnncalc.ir.shapes import Size

UNKNOWN = "?"
_DECIMAL = ("", "k", "M", "G", "T", "P", "E")
_BINARY = ("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB")


def exact(count: Size) -> str:
    """Every digit: `25,557,032`; `?` for what is not known.

    Example:
        >>> exact(25557032)
        '25,557,032'
    """
    return UNKNOWN if count is None else f"{count:,}"


def human(count: Size) -> str:
    """Three digits and a power of ten: `25.6 M`.

    Example:
        >>> human(25557032), human(999999), human(760)
        ('25.6 M', '1 M', '760')
    """
    return _scaled(count, 1000, _DECIMAL)


def human_bytes(size: Size) -> str:
    """Three digits and a power of two: `9.19 MiB`.

    Example:
        >>> human_bytes(9633792)
        '9.19 MiB'
    """
    return _scaled(size, 1024, _BINARY)


def _scaled(count: Size, base: int, units: tuple[str, ...]) -> str:
    if count is None:
        return UNKNOWN
    power = 0
    while power + 1 < len(units) and count >= base ** (power + 1):
        power += 1
    # 999 999 would read 1000 k: what rounds up to the base belongs to the next unit
    if power and power + 1 < len(units) and _three_digits(count, base**power) >= base:
        power += 1
    if power == 0:
        return f"{count} {units[0]}".rstrip()
    digits = _three_digits(count, base**power)
    if digits >= 10**6:  # beyond the last unit
        return f"{count:.2e}"
    return f"{digits:g} {units[power]}"


def _three_digits(count: int, unit: int) -> float:
    quotient = count / unit
    return round(quotient, 2 if quotient < 10 else 1 if quotient < 100 else 0)


def at_least(text: str, partial: bool) -> str:
    """A figure that leaves something out, marked as such: `≥ 1,200`."""
    return f"≥ {text}" if partial else text


def per_axis(values: Iterable[int | Fraction]) -> str:
    """One number if all axes agree, else one per axis: `7`, `1×7`."""
    texts = [str(value) for value in values]
    return texts[0] if len(set(texts)) == 1 else "×".join(texts)
