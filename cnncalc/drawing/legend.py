"""What the colours of a picture mean, in one row under it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, TypeAlias

from cnncalc.drawing.hatching import hatched
from cnncalc.drawing.palette import Role
from cnncalc.drawing.scene import Area, Box, Line, Mark, Words, rectangle
from cnncalc.drawing.words import width_of

_SIZE = 7.5
_WIDE, _HIGH = 14.0, 8.0


Sample: TypeAlias = Role | Literal["gap", "dashed"]


def legend(entries: Sequence[tuple[Sample, str]], left: float, base: float) -> Iterator[Mark]:
    """Samples with words beside them.

    Args:
        entries: What each sample shows, and what that means.
        left: Where the row begins.
        base: The baseline of its words.
    """
    for kind, text in entries:
        box = Box(left, base - _HIGH + 1, left + _WIDE, base + 1)
        match kind:
            case "padding":
                yield from hatched(box, 4)
                yield Area(rectangle(box), None, "line", 0.5)
            case "dashed":
                middle = base - _HIGH / 2 + 1
                yield Line(((box.left, middle), (box.right, middle)), "ink", 0.9, dashed=True)
            case "field":
                yield Area(rectangle(box), "field", "field", 0.6, 0.3)
            case "gap":
                yield Area(rectangle(box), "paper", "line", 0.5)
            case _:
                yield Area(rectangle(box), kind, "line", 0.5)
        left = box.right + 5
        yield Words((left, base), text, _SIZE, role="faint")
        left += width_of(text, _SIZE) + 16
