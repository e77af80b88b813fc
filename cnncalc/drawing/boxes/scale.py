"""How large sizes are drawn."""

from __future__ import annotations

from collections.abc import Iterable
from math import log


class Scale:
    """Lengths in points that grow with sizes: in proportion, or with a power of them.

    The largest size gets the length `longest`. Sizes up to `ratio` times apart are drawn to scale,
    `length = longest · n / largest`. Where they are further apart the small ones would vanish, so

        length = longest · (n / largest)^e,   e = log(ratio) / log(largest / smallest)

    which makes the smallest one `longest / ratio`. It still holds that a larger size is drawn
    larger, and that equal ratios of sizes are equal ratios of lengths.

    Attributes:
        exponent: e, 1 for a true scale.
    """

    def __init__(self, sizes: Iterable[int], longest: float, ratio: float) -> None:
        known = [max(size, 1) for size in sizes] or [1]
        self._largest, smallest = max(known), min(known)
        self._longest = longest
        apart = self._largest / smallest
        self.exponent = 1.0 if apart <= ratio else log(ratio) / log(apart)

    def __call__(self, size: int) -> float:
        """The length that a size is drawn with."""
        share: float = (max(size, 1) / self._largest) ** self.exponent
        return self._longest * share
