"""Which input cells to perturb, so that few of them decide where every receptive field ends.

A field ends at its first cell if that cell is seen and the one before it is not. In a picture the
cell `(row, column)` in the corner of a field and the cells `(row - 1, column)` and
`(row, column - 1)` beside it decide both ends that meet there, often for many layers at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cnncalc.analysis.fields import Axis, size
from cnncalc.ir.shapes import Pair, Sizes

Positions = NDArray[np.int64]
_NOWHERE = 2**61


class Intact(NamedTuple):
    """The input cells to which an end of a field gets unharmed: not through padding, nor cut off.

    Attributes:
        begin: First and last cell with which a field can be seen to begin.
        end: First and last cell with which it can be seen to end.
    """

    begin: Pair
    end: Pair


class Line(NamedTuple):
    """What the outputs of a layer see along one axis.

    Attributes:
        first: Per output the first cell, negative in the padding.
        last: Per output the last cell; less than the first for an output that sees nothing.
        begins: Cells of which each decides where the fields begin.
        ends: Cells of which each decides where they end.
        is_cut: Whether the input is too small to show where they begin, and where they end.
        nominal: Size of the largest field on a map without end.
        intact: To which cells the ends of the fields get unharmed.
    """

    first: Positions
    last: Positions
    begins: frozenset[int]
    ends: frozenset[int]
    is_cut: tuple[bool, bool]
    nominal: int
    intact: Intact

    @property
    def size(self) -> int:
        """Cells of the largest field that an output has."""
        return max(int((self.last - self.first).max(initial=-1)) + 1, 0)


def line(axis: Axis, outputs: int, inputs: int, arriving: Intact) -> Line:
    """What so many outputs see of so many input cells.

    Args:
        axis: The field as a function of the output's place.
        outputs: How many outputs there are.
        inputs: How many input cells.
        arriving: What of the input gets unharmed to what feeds the layer.
    """
    first, last = _hull(axis, outputs)
    sees = first <= last
    intact = Intact(_within(arriving.begin, first[sees]), _within(arriving.end, last[sees]))
    sizes = np.where(sees, last - first, -1)
    # where upsampling makes fields differ, the largest is the one that the facts tell of
    largest = sees & (sizes == sizes.max(initial=-1)) if len(axis) == 1 else sees
    begins, begin_cut = _deciding(first[largest], intact.begin, (1, inputs - 1), 0)
    ends, end_cut = _deciding(last[largest], intact.end, (0, inputs - 2), inputs - 1)
    nominal = size(axis, outputs) or 0
    return Line(first, last, begins, ends, (begin_cut, end_cut), nominal, intact)


def _within(allowed: Pair, cells: Positions) -> Pair:
    if not len(cells):
        return 1, 0
    return max(allowed[0], int(cells.min())), min(allowed[1], int(cells.max()))


def _hull(axis: Axis, outputs: int) -> tuple[Positions, Positions]:
    first = np.full(outputs, _NOWHERE, np.int64)
    last = np.full(outputs, -_NOWHERE, np.int64)
    for piece in axis:
        for u in range(outputs):
            if seen := piece.at(u):
                first[u] = min(first[u], seen[0])
                last[u] = max(last[u], seen[1])
    return first, last


def _deciding(
    cells: Positions, intact: Pair, beside: Pair, border: int
) -> tuple[frozenset[int], bool]:
    """The cells with a neighbour beyond the field, or else the border of the input."""
    good = cells[(cells >= intact[0]) & (cells <= intact[1])]
    inside = good[(good >= beside[0]) & (good <= beside[1])]
    if len(inside):
        return frozenset(inside.tolist()), False
    return frozenset((border,)), border not in good


def cover(targets: Sequence[frozenset[int]], near: int) -> list[int | None]:
    """For every set one of its members, few different ones in all, close to `near`."""
    chosen: list[int | None] = [None] * len(targets)
    open_ = {number for number, target in enumerate(targets) if target}
    while open_:
        counts = Counter(cell for number in open_ for cell in targets[number])
        best = max(counts, key=lambda cell: (counts[cell], -abs(cell - near), cell))
        for number in [number for number in open_ if best in targets[number]]:
            chosen[number] = best
            open_.discard(number)
    return chosen


def deciding_cells(fields: Iterable[Sequence[Line]], shape: Sizes) -> list[Sizes]:
    """Cells to perturb that decide all ends of fields, those that decide most of them first.

    Args:
        fields: What layers see, a line per axis.
        shape: Sizes of the input's axes, without channels.
    """
    known = list({id(field): field for field in fields}.values())
    counts: Counter[Sizes] = Counter()
    for toward in (-1, 1):
        per_axis = [
            cover(
                [field[axis].begins if toward < 0 else field[axis].ends for field in known],
                # far from the border where cells may have been cut off on the way
                cells * (2 if toward < 0 else 1) // 3,
            )
            for axis, cells in enumerate(shape)
        ]
        for corner in zip(*per_axis, strict=True):
            counts.update(_around(corner, toward, shape))
    return [cell for cell, _ in counts.most_common()] or [tuple(cells // 2 for cells in shape)]


def _around(corner: tuple[int | None, ...], toward: int, shape: Sizes) -> list[Sizes]:
    """The corner of a field, and beside it the cells outside."""
    inner = tuple(
        cells // 2 if place is None else place for place, cells in zip(corner, shape, strict=True)
    )
    outer = [
        (*inner[:axis], place + toward, *inner[axis + 1 :])
        for axis, place in enumerate(corner)
        if place is not None and 0 <= place + toward < shape[axis]
    ]
    return [inner, *outer]


def middle_lines(shape: Sizes) -> list[Sizes]:
    """All cells of the lines along the axes through the middle of the input."""
    middle = tuple(cells // 2 for cells in shape)
    cells: dict[Sizes, Any] = {
        (*middle[:axis], place, *middle[axis + 1 :]): None
        for axis, cells in enumerate(shape)
        for place in range(cells)
    }
    return list(cells)
