"""What one output of a layer sees of the input, growing layer by layer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.drawing.hatching import frame, hatched
from cnncalc.drawing.ladder import ROW, Ladder
from cnncalc.drawing.legend import Sample, legend
from cnncalc.drawing.rungs import Rungs, rungs
from cnncalc.drawing.scene import Area, Box, Group, Line, Mark, Scene, Words, rectangle
from cnncalc.drawing.series import FieldStep, Span, field_step, sights
from cnncalc.drawing.words import shortened
from cnncalc.errors import UsageError
from cnncalc.ir.shapes import Sizes, axis_name, format_shape
from cnncalc.source.printable import printable, quoted

_MARGIN, _TOP = 18.0, 52.0
_PLANE = 290.0  # the longer side of the plane, in points
_THINNEST = 30.0  # its shorter side at least, which may then have a scale of its own
_GAP = 30.0
_TRACK, _LONG_TRACK = 150.0, 400.0  # for the intervals, with a plane beside them and without
_BEYOND = 4  # so many sizes of the input are shown on either side of it
_MOST_RUNGS = 24
_PLAIN = 8.0
_SMALL = 7.0


def field_scene(facts: NetworkFacts, layer: str) -> Scene:
    """The receptive field of a layer's middle output, on the input and as a ladder of layers.

    The plane is to scale, its padding hatched. Every square is the field of one output of a layer
    on the way, along the path that sees most; the outermost is the layer's own, over all paths. The
    path that sees least is dashed. An input with one axis is drawn as intervals; of one with three
    the first two are drawn. At most 24 layers are shown, those in the middle left out.

    Args:
        facts: The network.
        layer: Name of the layer.

    Raises:
        KeyError: There is no such layer.
        UsageError: It is not known what the layer sees.

    Reference:
        Araujo, Norris, Sim, Computing receptive fields of convolutional neural networks, 2019.
    """
    one = facts.layer(layer)
    sight = sights(facts)[one.node.index]
    step = field_step(facts, one, sight)
    if sight is None or step.span is None or not step.input_sizes:
        raise UsageError(f"the receptive field of {quoted(layer)} {_why_not(facts, step)}")
    steps = rungs(facts, one, sight, step.span, _MOST_RUNGS)
    return _Page(step, steps, _is_branched(facts, one)).scene()


def _why_not(facts: NetworkFacts, step: FieldStep) -> str:
    if any(shape is not None and len(shape) < 2 for shape in facts.inputs.values()):
        return "cannot be drawn: the input has channels only, and no cells that lie side by side"
    if step.size is not None:
        return "cannot be drawn: the size of the layer's output is not known"
    return "is not known, as a layer before it, or the size of the input, is not"


def _is_branched(facts: NetworkFacts, layer: LayerFacts) -> bool:
    nodes = facts.network.graph.nodes
    waiting, met = [layer.node.index], {layer.node.index}
    while waiting:
        sources = set(nodes[waiting.pop()].inputs)
        if len(sources) > 1:
            return True
        waiting += sources - met
        met |= sources
    return False


class _Plane(NamedTuple):
    """Where the cells of two axes are on the page."""

    lows: Sizes
    highs: Sizes
    scales: tuple[float, float]  # points in a cell, of the rows and of the columns
    left: float
    top: float

    def box(self, spans: tuple[Span, ...]) -> Box:
        """The rectangle of some cells, cut off where the plane ends."""
        rows, columns = spans[0], spans[1]
        return Box(
            self._place(1, columns[0]),
            self._place(0, rows[0]),
            self._place(1, columns[1] + 1),
            self._place(0, rows[1] + 1),
        )

    def _place(self, axis: int, cell: int) -> float:
        inside = min(max(cell, self.lows[axis]), self.highs[axis])
        return (self.top, self.left)[axis] + (inside - self.lows[axis]) * self.scales[axis]


class _Page:
    def __init__(self, step: FieldStep, steps: Rungs, branched: bool) -> None:
        self._step, self._branched = step, branched
        self._before, self._n_left_out, self._after = steps
        self._sizes = step.input_sizes or ()
        self._span = step.span or ()
        self._lows = tuple(
            max(min(0, first), -_BEYOND * n)
            for (first, _), n in zip(self._span, self._sizes, strict=True)
        )
        self._highs = tuple(
            min(max(n, last + 1), (_BEYOND + 1) * n)
            for (_, last), n in zip(self._span, self._sizes, strict=True)
        )

    def scene(self) -> Scene:
        """The page."""
        marks: list[Mark] = []
        bottom, left = _TOP, _MARGIN
        if len(self._sizes) > 1:
            plane = self._plane()
            marks += self._on_plane(plane)
            box = plane.box(tuple(zip(self._lows, self._highs, strict=True)))
            left, bottom = _MARGIN + _PLANE + _GAP, box.bottom
        axis = min(1, len(self._sizes) - 1)
        ladder = Ladder(
            left,
            _TOP,
            (self._lows[axis], self._highs[axis]),
            self._sizes[axis],
            axis,
            f"along the {axis_name(len(self._sizes), axis)}",
            _TRACK if len(self._sizes) > 1 else _LONG_TRACK,
        )
        marks += ladder.marks(self._before, self._n_left_out, self._after)
        n_rows = len(self._before) + len(self._after) + bool(self._n_left_out) + 1
        bottom = max(bottom, _TOP + n_rows * ROW) + 20
        width = ladder.right + _MARGIN
        key: list[tuple[Sample, str]] = [("input", f"input, {format_shape(self._sizes)}")]
        if (self._lows, self._highs) != ((0,) * len(self._sizes), self._sizes):
            key.append(("padding", "padding"))
        key.append(("field", "seen by one output of each layer"))
        if self._shows_narrow():
            narrow = format_shape(self._step.smallest)
            key.append(("dashed", f"the path that sees least: {narrow}"))
        marks += legend(key, _MARGIN, bottom)
        for note in self._notes():
            bottom += 12
            text = shortened(note, _SMALL, width - 2 * _MARGIN)
            marks.append(Words((_MARGIN, bottom + 3), text, _SMALL, role="faint"))
        heading = self._heading(width - 2 * _MARGIN)
        return Scene(width, bottom + _MARGIN, (*heading, *marks), heading[0].text, heading[1].text)

    def _heading(self, room: float) -> tuple[Words, Words]:
        step = self._step
        name = shortened(printable(step.name), 11, room * 0.7, bold=True)
        title = f"Receptive field of {name}"
        spans = [last - first + 1 for first, last in self._span]
        where = "" if step.middle is None else f" ({', '.join(map(str, step.middle))})"
        text = f"output{where} sees {format_shape(tuple(spans))} cells"
        seen = [max(0, last - first + 1) for first, last in step.seen_span or ()]
        if step.stride is None and step.whole_input and step.middle is None:
            text = f"every output sees all of the input, {format_shape(self._sizes)} cells"
        elif tuple(seen) == tuple(spans):
            text += f" of the {format_shape(self._sizes)} of the input"
        else:
            text += f", of which {format_shape(tuple(seen))} are input and the others padding"
        if step.stride is not None:
            strides = "×".join(str(stride) for stride in step.stride)
            text += f"; effective stride {strides}"
        return (
            Words((_MARGIN, 24), shortened(title, 11, room, bold=True), 11, bold=True),
            Words((_MARGIN, 39), shortened(text, _PLAIN, room), _PLAIN, role="faint"),
        )

    def _plane(self) -> _Plane:
        rows, columns = (
            high - low for low, high in zip(self._lows[:2], self._highs[:2], strict=True)
        )
        scale = _PLANE / max(rows, columns)
        scales = (max(scale, _THINNEST / rows), max(scale, _THINNEST / columns))
        left = _MARGIN + (_PLANE - columns * scales[1]) / 2
        return _Plane(self._lows, self._highs, scales, left, _TOP)

    def _on_plane(self, plane: _Plane) -> Iterator[Mark]:
        outer = plane.box(tuple(zip(self._lows, self._highs, strict=True)))
        inner = plane.box(tuple((0, n - 1) for n in self._sizes))
        for side in frame(outer, inner):
            yield from hatched(side, 5)
        yield Area(rectangle(inner), "input", stroke="ink", width=0.9)
        yield from self._squares(plane)
        corners = rectangle(inner)
        yield Line((*corners, corners[0]), "ink", 0.9)
        if self._shows_narrow() and self._step.narrow_span is not None:
            corners = rectangle(plane.box(self._step.narrow_span))
            yield Line((*corners, corners[0]), "ink", 0.9, dashed=True)

    def _squares(self, plane: _Plane) -> list[Mark]:
        steps = [*self._before, *self._after]
        boxes: set[Box] = set()
        squares: list[Mark] = []
        numbers: list[Words] = []
        for place, step in reversed(list(enumerate(steps))):
            box = plane.box(step.spans)
            if box in boxes:
                continue  # the same as one around it: cut off, or the whole input
            last, shade = not boxes, min(0.10, 1.2 / len(steps))
            boxes.add(box)
            number = place + self._n_left_out * (place >= len(self._before))
            square = Area(rectangle(box), "field", "field", 1.2 if last else 0.6, shade)
            layer = self._step.name if last else step.name
            squares.append(Group((square,), layer if place else None, f"{number}: {step.name}"))
            text = Words((box.left + 2, box.top + 7.2), str(number), _SMALL)
            clear = not any(text.box.overlaps(other.box) for other in numbers)
            if clear and box.holds(text.box):
                numbers.append(text)
        return [*squares, *numbers]

    def _shows_narrow(self) -> bool:
        narrow = self._step.narrow_span
        return narrow is not None and narrow != self._span and len(self._sizes) > 1

    def _notes(self) -> Iterator[str]:
        step, rank = self._step, len(self._sizes)
        local = step.middle is not None
        sizes = tuple(last - first + 1 for first, last in self._span)
        if rank > 2:
            shown = " and ".join(axis_name(rank, axis) for axis in (0, 1))
            others = ", ".join(
                f"{sizes[axis]} cells of {self._sizes[axis]} along the {axis_name(rank, axis)}"
                for axis in range(2, rank)
            )
            yield f"The plane is that of {shown}; the output also sees {others}."
        if self._branched:
            yield "The squares follow the path that sees most; the outermost is that of all paths."
        if local and step.size is not None and step.size != sizes:
            yield f"The size depends on the place: some output sees {format_shape(step.size)}."
        if local and step.stride is None:
            yield "The effective stride is not one number: merged paths differ in it."
        if local and step.whole_input:
            yield "Beside this, a path sees the whole input."
        if any(
            first < low or last >= high
            for (first, last), low, high in zip(self._span, self._lows, self._highs, strict=True)
        ):
            yield f"The field goes on beyond what is shown, which ends {_BEYOND} inputs away."
        if rank > 1 and len(set(self._plane().scales)) > 1:
            yield "The two axes of the plane are not to the same scale."
