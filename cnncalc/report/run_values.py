"""Figures that were measured or computed in floating point: four digits, and times."""

from __future__ import annotations

from math import isfinite


def figure(value: float | None) -> str:
    """Four digits; `-` for what there is not.

    Example:
        >>> figure(0.25), figure(-12345.6), figure(1e-7)
        ('0.2500', '-1.235e+04', '1.000e-07')
    """
    if value is None:
        return "-"
    if not isfinite(value):
        return str(value)
    return f"{value:#.4g}".removesuffix(".")


def seconds(value: float) -> str:
    """Three digits and a unit.

    Example:
        >>> seconds(0.0123), seconds(75.31), seconds(2e-6)
        ('12.3 ms', '75.3 s', '0.00200 ms')
    """
    figure, unit = (value, "s") if value >= 1 else (value * 1000, "ms")
    digits = f"{figure:#.3g}" if figure < 999.5 else f"{figure:,.0f}"
    return f"{digits.removesuffix('.')} {unit}"


def milliseconds(value: float) -> str:
    """Three decimals, so that the figures of a column stand below each other.

    Example:
        >>> milliseconds(0.0123)
        '12.300'
    """
    return f"{value * 1000:,.3f}"
