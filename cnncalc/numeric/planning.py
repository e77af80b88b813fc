"""Where every value lies: one piece of memory, laid out along the lives of the values in it."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from operator import itemgetter
from typing import NamedTuple, TypeAlias

from cnncalc.ir.shapes import Pair
from cnncalc.numeric.kernels.kernel import ALIGNMENT
from cnncalc.numeric.steps import Steps

_Choice: TypeAlias = Callable[[list[Pair]], Pair]

_CHOICES: tuple[_Choice, ...] = (
    min,  # the tightest hole
    max,  # the largest
    lambda holes: min(holes, key=itemgetter(1)),  # the first
    lambda holes: max(holes, key=itemgetter(1)),  # the last
)


class Layout(NamedTuple):
    """Places in one piece of memory.

    Attributes:
        offsets: Per value, where it begins, in bytes; values that share memory have equal ones.
        scratch: Per step, where its working memory begins.
        n_bytes: Size of the piece.
    """

    offsets: list[int]
    scratch: list[int]
    n_bytes: int


def lay_out(steps: Steps, itemsize: int, in_place: list[bool], scratch: list[int]) -> Layout:
    """Give every value a place that no value alive at the same time has.

    A value lives from the step that writes it to the last step that reads it; what is kept lives
    to the end, inputs live from the beginning. Working memory lives during its step.

    Values are placed in the order of the steps. No one rule for the hole to take is always the
    best, so several are tried.

    Args:
        steps: The steps.
        itemsize: Bytes of a number.
        in_place: Per step, whether its output may take its first input's place.
        scratch: Per step, how many bytes of working memory it needs.
    """
    last = _last_reads(steps)
    layouts = [_laid_out(steps, itemsize, in_place, scratch, last, choice) for choice in _CHOICES]
    return min(layouts, key=lambda layout: layout.n_bytes)


def _laid_out(
    steps: Steps,
    itemsize: int,
    in_place: list[bool],
    scratch: list[int],
    last: list[int],
    choice: _Choice,
) -> Layout:
    heap = _Heap(choice)
    offsets = [-1] * len(steps.shapes)
    rooms: list[int] = []
    for value in steps.inputs.values():
        offsets[value] = heap.take(_size(steps, value, itemsize))
    for number, step in enumerate(steps.steps):
        reads = {steps.roots[value] for value in step.inputs}
        first = steps.roots[step.inputs[0]]
        same_size = prod(steps.shapes[first]) == prod(steps.shapes[step.output])
        if in_place[number] and same_size and last[first] == number:
            offsets[step.output] = offsets[first]
            reads.discard(first)
        else:
            offsets[step.output] = heap.take(_size(steps, step.output, itemsize))
        rooms.append(heap.take(scratch[number]) if scratch[number] else 0)
        if scratch[number]:
            heap.release(rooms[-1], scratch[number])
        for root in reads:
            if last[root] == number:
                heap.release(offsets[root], _size(steps, root, itemsize))
        if last[step.output] < number:  # nobody reads it
            heap.release(offsets[step.output], _size(steps, step.output, itemsize))
    for value, root in enumerate(steps.roots):
        offsets[value] = offsets[root]
    return Layout(offsets, rooms, heap.top)


def _size(steps: Steps, value: int, itemsize: int) -> int:
    return max(-(-prod(steps.shapes[value]) * itemsize // ALIGNMENT), 1) * ALIGNMENT


def _last_reads(steps: Steps) -> list[int]:
    """Per root the step that reads it last; beyond all steps for what is kept."""
    last = [-1] * len(steps.shapes)
    for number, step in enumerate(steps.steps):
        for value in step.inputs:
            last[steps.roots[value]] = number
    for value in steps.kept.values():
        last[steps.roots[value]] = len(steps.steps)
    return last


class _Heap:
    """Memory in which a piece goes into a hole that holds it, if there is one."""

    def __init__(self, choice: _Choice) -> None:
        self.top = 0
        self._choice = choice
        self._holes: dict[int, int] = {}  # start → size, no two of them adjacent
        self._starts: dict[int, int] = {}  # end → start

    def take(self, size: int) -> int:
        fitting = [(room, start) for start, room in self._holes.items() if room >= size]
        if not fitting:
            return self._grow(size)
        room, start = self._choice(fitting)
        self._fill(start)
        if room > size:
            self._open(start + size, room - size)
        return start

    def _grow(self, size: int) -> int:
        start = self._starts.get(self.top)  # a hole at the very end need only be made larger
        if start is None:
            start = self.top
        else:
            self._fill(start)
        self.top = start + size
        return start

    def release(self, start: int, size: int) -> None:
        before = self._starts.get(start)
        if before is not None:
            size += self._fill(before)
            start = before
        if start + size in self._holes:
            size += self._fill(start + size)
        self._open(start, size)

    def _open(self, start: int, size: int) -> None:
        self._holes[start] = size
        self._starts[start + size] = start

    def _fill(self, start: int) -> int:
        size = self._holes.pop(start)
        del self._starts[start + size]
        return size
