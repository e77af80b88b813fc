"""The definitions again, by enumeration and as slowly as one likes: nothing here divides."""

from __future__ import annotations

from collections.abc import Iterator


def effective(kernel: int, dilation: int) -> int:
    """Cells from the first to the last of a window."""
    return len(range(dilation * (kernel - 1) + 1))


def window_starts(
    size: int, kernel: int, stride: int, dilation: int, begin: int, end: int, *, ceil: bool = False
) -> list[int]:
    """Where the windows start, in cells of the input: a negative start lies in the padding."""
    span = effective(kernel, dilation)
    starts = []
    start = -begin
    while start + span <= size + end:  # the whole window lies on the map and its padding
        starts.append(start)
        start += stride
    if ceil:
        if starts and starts[-1] + span < size + end:  # cells are left: one window more, in part
            starts.append(start)
        if starts and starts[-1] >= size:  # that would start in the end padding
            starts.pop()
    return starts


def lost_cells(size: int, starts: list[int], span: int) -> int:
    """Cells of the input beyond the last window; those that a stride jumps over are not lost."""
    return sum(cell >= starts[-1] + span for cell in range(size)) if starts else 0


def transposed_cells(
    size: int, kernel: int, stride: int, dilation: int, begin: int, end: int, added: int
) -> int:
    """Cells that the stamps of all input cells reach, less what padding cuts off."""
    reached = {cell * stride + tap * dilation for cell in range(size) for tap in range(kernel)}
    return len(range(begin, max(reached) + 1 - end + added))


def bins(size: int, output: int) -> Iterator[tuple[int, int]]:
    """First cell and first cell after, of every bin of an adaptive pooling."""
    for i in range(output):
        first = max(cell for cell in range(size) if cell * output <= i * size)
        last = max(cell for cell in range(size) if cell * output < (i + 1) * size)
        yield first, last + 1
