"""What can be wrong with the shapes that meet in one layer.

A fault is raised where it is noticed, short, and caught once, where the layer is lowered; it ends
up in the facts, and the lint rule that its `code` names puts it into words. `shape` is what the
layer gives all the same, as far as that is certain, so that it does not hide the faults after it.
"""

from __future__ import annotations

from typing import ClassVar

from cnncalc.ir.shapes import Shape
from cnncalc.ir.windows import Window


class Fault(Exception):
    """Base of all shape faults."""

    code: ClassVar[str]
    shape: Shape | None = None


class UnknownInput(Exception):
    """Something that the layer needs to know is not known: its output is unknown, not wrong."""


class EmptyOutput(Fault):
    """An output size below 1; `windows` has the arithmetic, where a window is the reason."""

    code = "S101"

    def __init__(self, axis: int, rank: int, size: int, window: Window | None = None) -> None:
        self.axis, self.rank, self.size, self.window = axis, rank, size, window


class MergeMismatch(Fault):
    """Shapes that do not merge, with the axes on which they differ."""

    code = "S111"

    def __init__(self, kind: str, shapes: tuple[Shape, ...], axes: tuple[int, ...]) -> None:
        self.kind, self.shapes, self.axes = kind, shapes, axes


class DeclaredChannels(Fault):
    """`in_channels` or `in_features` say one number and another arrives."""

    code = "S113"

    def __init__(self, field: str, declared: int, actual: int) -> None:
        self.field, self.declared, self.actual = field, declared, actual


class SharedWeights(Fault):
    """A layer shares weights that do not suit what arrives at it."""

    code = "S113"

    def __init__(self, owner: str, expected: tuple[int, ...], needed: tuple[int, ...]) -> None:
        self.owner, self.expected, self.needed = owner, expected, needed


class Indivisible(Fault):
    """A number of channels that a divisor (groups, parts, a squared factor) does not divide."""

    code = "S114"

    def __init__(self, field: str, divisor: int, what: str, dividend: int) -> None:
        self.field, self.divisor, self.what, self.dividend = field, divisor, what, dividend


class ElementCount(Fault):
    """A reshape to a shape with another number of elements."""

    code = "S119"

    def __init__(self, before: Shape, after: Shape) -> None:
        self.before, self.after = before, after


class InputRank(Fault):
    """A layer that needs spatial axes gets a vector, or the other way round."""

    code = "S121"

    def __init__(self, needs: str, received: Shape) -> None:
        self.needs, self.received = needs, received


class BadValue(Fault):
    """An argument that does not suit the rank or the size of what arrives."""

    code = "Y705"

    def __init__(self, field: str, message: str) -> None:
        self.field, self.message = field, message
