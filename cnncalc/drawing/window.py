"""A window on the grid that it slides over: its first places, its last, what is left out."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from cnncalc.analysis.facts import NetworkFacts
from cnncalc.drawing.cells import View, extent, outputs, state
from cnncalc.drawing.grids import both, lines, painted
from cnncalc.drawing.legend import Sample, legend
from cnncalc.drawing.palette import Role, role_of
from cnncalc.drawing.scene import Area, Box, Group, Line, Mark, Scene, Words, bounds, rectangle
from cnncalc.drawing.sliding import Sliding, described, sliding, worked
from cnncalc.drawing.words import shortened, width_of
from cnncalc.ir.shapes import axis_name
from cnncalc.ir.windows import Window
from cnncalc.source.printable import printable

_MARGIN = 18.0
_LEFT, _TOP = 62.0, 84.0  # of the grid, with room for the arrows
_GRID, _OUTPUT = 300.0, 150.0  # the longer sides at most, in points
_CELL = 22.0
_GAP = 56.0
_PLAIN, _SMALL = 8.0, 7.5
_ROW = 20.0  # of a window on a line of its own, over an input with one axis


def window_scene(facts: NetworkFacts, layer: str) -> Scene:
    """How a layer's window slides over its input, padding hatched, with the sum that says how far.

    Shown are the window at its first two places and the last, the cells that it takes there, and
    the cells that a misfit leaves out: as many as the facts count. Of a long axis the two ends are
    drawn, of three axes the last two; at most 32 cells along an axis. A transposed convolution is
    drawn on its output, where every input cell stamps the kernel.

    Args:
        facts: The network.
        layer: Name of the layer.

    Raises:
        KeyError: There is no such layer.
        UsageError: It slides no window, or its sizes are not known.

    Reference:
        Dumoulin, Visin, A guide to convolution arithmetic for deep learning, 2016.
    """
    one = facts.layer(layer)
    slides = sliding(one)
    page = _Grid if len(slides.windows) > 1 else _Row
    return page(slides, one.name, one.op).scene()


class _Page:
    """What a picture with one axis and a picture with two have in common."""

    def __init__(self, slides: Sliding, name: str, op: str) -> None:
        self.slides, self.name, self.op = slides, name, op
        self.role: Role = role_of(op)
        self.windows = slides.windows[-2:]

    def scene(self) -> Scene:
        """The page."""
        body, right, bottom = self.body()
        notes = self._notes()
        key = list(self._key())
        widths = [width_of(note, _PLAIN) for note in notes]
        widths += [sum(width_of(text, _SMALL) + 36 for _, text in key)]
        width = min(max(right, _LEFT + 300, *(_MARGIN + w for w in widths)) + _MARGIN, 900)
        marks: list[Mark] = [Group(tuple(body), self.name)]
        for note in notes:
            bottom += 13
            marks.append(Words((_MARGIN, bottom), shortened(note, _PLAIN, width - 36), _PLAIN))
        bottom += 20
        marks += legend(key, _MARGIN, bottom)
        room = width - 2 * _MARGIN
        title = shortened(f"Window of {printable(self.name)}", 11, room, bold=True)
        text = f"{printable(self.op)} {described(self.slides)}"
        heading = (
            Words((_MARGIN, 24), title, 11, bold=True),
            Words((_MARGIN, 39), shortened(text, _PLAIN, room), _PLAIN, role="faint"),
        )
        return Scene(width, bottom + _MARGIN, (*heading, *marks), title, text)

    def body(self) -> tuple[list[Mark], float, float]:
        """The picture itself, and where it ends on the right and below."""
        raise NotImplementedError

    def _notes(self) -> list[str]:
        notes = list(worked(self.slides))
        rank = len(self.slides.windows)
        if rank > 2:
            shown = " and ".join(axis_name(rank, axis) for axis in (rank - 2, rank - 1))
            notes.append(f"Drawn are {shown}; along the other axes the window moves likewise.")
        return [*notes, *filter(None, [self.slides.channels])]

    def _key(self) -> Iterator[tuple[Sample, str]]:
        found = {
            state(window, cell)
            for window in self.windows
            for cell in extent(window).view(0, 1).shown()
        }
        stamps = self.slides.stamps
        yield "input", "output" if stamps else "input"
        if found & {"padding", "lost padding"}:
            yield "padding", "cut off" if stamps else "padding"
        yield self.role, "the kernel's cells" if stamps else "taken by the window"
        if "lost" in found:
            yield "lost", "no stamp reaches it" if stamps else "in no window: lost"
        elif "lost padding" in found:
            yield "lost", "no stamp reaches it" if stamps else "padding in no window"
        if "gap" in found:
            yield "gap", "reached by none" if stamps else "jumped over"


class _Grid(_Page):
    """Two axes."""

    def body(self) -> tuple[list[Mark], float, float]:
        """The grid, the window on it, the arrows, and the output beside it."""
        rows, columns = (extent(window) for window in self.windows)
        cell = min(_CELL, _GRID / max(rows.n_cells, columns.n_cells))
        down, across = rows.view(_TOP, cell), columns.view(_LEFT, cell)
        marks = [*self._cells(down, across), *self._windows(down, across)]
        marks += self._arrows(down, across)
        made = self._made(down, across)
        return [*marks, *made], bounds(made).right, down.end + 12

    def _cells(self, down: View, across: View) -> Iterator[Mark]:
        states = [state(self.windows[1], column) for column in across.shown()]
        for row in down.shown():
            of_row = state(self.windows[0], row)
            line = zip(across.shown(), (both(of_row, one) for one in states), strict=True)
            for what, run in groupby(line, lambda pair: (pair[1], pair[0] >= across.tail)):
                cells = [column for column, _ in run]
                left, right = across.at(cells[0]), across.at(cells[-1]) + across.cell
                box = Box(left, down.at(row), right, down.at(row) + down.cell)
                yield from painted(what[0], box, across.cell)
        yield from lines(down, across)

    def _windows(self, down: View, across: View) -> Iterator[Mark]:
        last = [(window.output or 1) - 1 for window in self.windows]
        second = [min(1, last[0]) if last[1] < 1 else 0, min(1, last[1])]
        yield from self._taps((0, 0), down, across)
        if last != [0, 0]:
            yield from self._taps((last[0], last[1]), down, across)
        for row, column in dict.fromkeys([(0, 0), (second[0], second[1]), (last[0], last[1])]):
            box = self._outline((row, column), down, across)
            dashed = [row, column] == second and second not in ([0, 0], last)
            corners = rectangle(box)
            yield Line((*corners, corners[0]), "field", 1.4, dashed=dashed)

    def _outline(self, place: tuple[int, int], down: View, across: View) -> Box:
        edges = []
        for window, index, view in zip(self.windows, place, (down, across), strict=True):
            start = index * window.stride - window.begin
            edges.append((view.at(start), view.at(start + window.effective_kernel)))
        (top, bottom), (left, right) = edges
        return Box(left, top, right, bottom)

    def _taps(self, place: tuple[int, int], down: View, across: View) -> Iterator[Mark]:
        columns = list(_taken(self.windows[1], place[1], across))
        for row in _taken(self.windows[0], place[0], down):
            for column in columns:
                left, top = across.at(column), down.at(row)
                box = Box(left + 0.8, top + 0.8, left + across.cell - 0.8, top + down.cell - 0.8)
                yield Area(rectangle(box), self.role, stroke=None, opacity=0.75)

    def _arrows(self, down: View, across: View) -> Iterator[Mark]:
        """From the first window to the next, along both axes."""
        rows, columns = self.windows
        word = f"stride {columns.stride}"
        if (columns.output or 0) > 1:
            y = _TOP - 8
            start, end = (across.at(k * columns.stride - columns.begin) for k in (0, 1))
            yield Line(((start, y), (end, y)), "field", 1.1, arrow=True)
            yield Words((start, y - 6), word, _SMALL, role="faint")
        if (rows.output or 0) > 1:
            x = _LEFT - 8
            start, end = (down.at(k * rows.stride - rows.begin) for k in (0, 1))
            yield Line(((x, start), (x, end)), "field", 1.1, arrow=True)
            yield Words((x - 5, (start + end) / 2 + 2.5), str(rows.stride), _SMALL, "end", "faint")

    def _made(self, down: View, across: View) -> list[Mark]:
        """The map on the other side: a cell for each place of the window."""
        counts = [window.output or 0 for window in self.windows]
        rows, columns = (outputs(count) for count in counts)
        cell = min(across.cell, _OUTPUT / max(rows.n_cells, columns.n_cells))
        left = across.end + _GAP
        height = rows.view(0, cell).end
        top = max(_TOP, (_TOP + down.end - height) / 2)
        here, there = rows.view(top, cell), columns.view(left, cell)
        marks: list[Mark] = []
        middle = min(max((_TOP + down.end) / 2, top), top + height)
        ends = ((across.end + 14, middle), (left - 14, middle))
        marks.append(Line(ends[::-1] if self.slides.stamps else ends, "line", 1.1, arrow=True))
        for one in here.parts:
            for other in there.parts:
                box = Box(
                    there.at(other[0]),
                    here.at(one[0]),
                    there.at(other[-1]) + cell,
                    here.at(one[-1]) + cell,
                )
                marks.append(Area(rectangle(box), "input", stroke=None))
        for row, column in dict.fromkeys([(0, 0), (counts[0] - 1, counts[1] - 1)]):
            x, y = there.at(column), here.at(row)
            box = Box(x + 0.8, y + 0.8, x + cell - 0.8, y + cell - 0.8)
            marks.append(Area(rectangle(box), self.role, "field", 0.9, 0.75))
        marks += lines(here, there)
        what = "input" if self.slides.stamps else "output"
        size = f"{what} {counts[0]}×{counts[1]}"
        marks.append(Words((left, top - 6), size, _SMALL, role="faint"))
        return marks


class _Row(_Page):
    """One axis: the cells in a row, and below them every window in a row of its own."""

    def body(self) -> tuple[list[Mark], float, float]:
        """The row of cells and the windows."""
        (window,) = self.windows
        cells = extent(window)
        across = cells.view(_LEFT, min(_CELL, 2 * _GRID / cells.n_cells))
        top = _TOP - 20
        marks: list[Mark] = []
        for cell in across.shown():
            box = Box(across.at(cell), top, across.at(cell) + across.cell, top + _CELL)
            marks += painted(state(window, cell), box, across.cell)
        down = View(0, 1, 1, 1, top, _CELL)
        marks += lines(down, across)
        top += _CELL + 8
        count = window.output or 0
        for index in dict.fromkeys([*range(min(3, count)), count - 1]):
            if index == count - 1 and count > 4:
                marks.append(Words((_LEFT - 8, top + 8), "…", _SMALL, "end", "faint"))
                top += _ROW - 6
            start = index * window.stride - window.begin
            edges = across.at(start), across.at(start + window.effective_kernel)
            for cell in _taken(window, index, across):
                left = across.at(cell)
                box = Box(left + 0.8, top, left + across.cell - 0.8, top + 12)
                marks.append(Area(rectangle(box), self.role, stroke=None))
            corners = rectangle(Box(edges[0], top, edges[1], top + 12))
            marks.append(Line((*corners, corners[0]), "field", 1.1))
            said = f"{'in' if self.slides.stamps else 'out'} {index}"
            if width_of(said, _SMALL) > _LEFT - _MARGIN - 8:
                said = "the last"
            marks.append(Words((_LEFT - 8, top + 9), said, _SMALL, "end", "faint"))
            top += _ROW
        return marks, across.end, top + 2


def _taken(window: Window, index: int, view: View) -> Iterator[int]:
    """The cells that a window takes at one of its places, of those that are drawn."""
    start = index * window.stride - window.begin
    for cell in view.shown():
        tap, rest = divmod(cell - start, window.dilation)
        if rest == 0 and 0 <= tap < window.kernel:
            yield cell
