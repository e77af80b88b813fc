"""Numbers of single precision as people write them."""

from __future__ import annotations

from struct import pack, unpack


def shortest(value: float) -> float:
    """The shortest decimal that is the same number in single precision: 1e-5, not 9.9999997e-06.

    A number that is none of single precision stays as it is.
    """
    try:
        (single,) = unpack("<f", pack("<f", value))
        for digits in range(6, 10):
            decimal = float(f"{value:.{digits}g}")
            if unpack("<f", pack("<f", decimal))[0] == single:
                return decimal
    except OverflowError:
        pass
    return value
