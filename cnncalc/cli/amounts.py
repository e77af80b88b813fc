"""Amounts of memory as they are written on a command line."""

from __future__ import annotations

import re

from cnncalc.errors import UsageError
from cnncalc.source.printable import quoted

_AMOUNT = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,6})?) ?(?:([kmgt])(i?))?b?", re.IGNORECASE)
_POWERS = "kmgt"


def in_bytes(text: str | None) -> int | None:
    """The bytes of an amount: `2GiB`, `500 MB`, `1.5G` or a plain number; None for None.

    Units with an i are powers of 1024, the others of 1000.

    Raises:
        UsageError: It is no amount.

    Example:
        >>> in_bytes("2GiB"), in_bytes("1.5k"), in_bytes("7")
        (2147483648, 1500, 7)
    """
    if text is None:
        return None
    amount = _AMOUNT.fullmatch(text.strip())
    if amount is None:
        raise UsageError(f"--max-memory takes an amount such as 2GiB or 500MB, not {quoted(text)}")
    base = 1024 if amount[3] else 1000
    power = _POWERS.index(amount[2].lower()) + 1 if amount[2] else 0
    return int(float(amount[1]) * base**power)
