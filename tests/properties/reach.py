"""Which input cells an output cell sees, found by walking through every window.

Two walks. `Endless` follows windows over maps without borders, where a cell of the padding is a
position like any other; it gives the first and the last cell per axis. `Bounded` follows the cells
that exist, of all axes together, as sets, and notes which outputs were touched by a border.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from itertools import product
from math import ceil, floor, gcd, prod
from typing import NamedTuple, TypeAlias

from cnncalc.ir import primitives as p
from cnncalc.ir.graph import Graph, Node
from cnncalc.ir.shapes import Shape

Path: TypeAlias = tuple[int, ...]


def known(shape: Shape | None) -> tuple[int, ...]:
    assert shape is not None
    sizes = tuple(size for size in shape if size is not None)
    assert len(sizes) == len(shape)
    return sizes


def taps(primitive: p.Primitive, axis: int, before: int, after: int, u: int) -> list[int]:
    """Cells of the map before that cell `u` of the map after reads along one axis."""
    match primitive:
        case p.Convolution() | p.Pooling():
            window = primitive.kernel if isinstance(primitive, p.Convolution) else primitive.size
            start = u * primitive.stride[axis] - primitive.padding[axis][0]
            return [start + tap * primitive.dilation[axis] for tap in range(window[axis])]
        case p.TransposedConvolution():
            reach = primitive.dilation[axis] * primitive.kernel[axis]
            stamped = u + primitive.padding[axis][0]
            lowest = (stamped - reach) // primitive.stride[axis]
            return [
                v
                for v in range(lowest, lowest + reach + 2)  # more than enough
                if any(
                    v * primitive.stride[axis] + tap * primitive.dilation[axis] == stamped
                    for tap in range(primitive.kernel[axis])
                )
            ]
        case p.AdaptivePooling():
            first, last = Fraction(u * before, after), Fraction((u + 1) * before, after)
            return list(range(floor(first), ceil(last)))
        case p.Resize(mode="nearest"):
            return [floor(Fraction(u * before, after))]
        case p.Resize(align_corners=aligned):
            if before == after:
                return [u]
            if aligned and after > 1 and before > 1:
                place = Fraction(u * (before - 1), after - 1)
            else:
                place = Fraction(2 * u + 1, 2) * Fraction(before, after) - Fraction(1, 2)
            return sorted({floor(place), ceil(place)})
        case p.DepthToSpace(factor=factor):
            return [floor(Fraction(u, factor))]
        case p.SpaceToDepth(factor=factor):
            return [u * factor + i for i in range(factor)]
        case p.Pad(amount=amount):
            return [u - amount[axis][0]]
        case p.Crop(amount=amount):
            return [u + amount[axis][0]]
        case p.Slice(axis=cut, start=start):
            return [u + start * (cut == axis)]
        case _:
            return [u]


def sees_everything(primitive: p.Primitive) -> bool:
    """Whether every output sees every cell, and no place of its own remains."""
    match primitive:
        case p.AdaptivePooling(size=size):
            return prod(size) == 1
        case p.Reshape(shape=shape):
            return len(shape) == 1
        case _:
            return False


def mixes_everything(primitive: p.Primitive) -> bool:
    """Whether statistics of the whole map come in, while places remain."""
    return isinstance(primitive, p.Normalization) and (
        primitive.kind in ("group", "instance", "response") or len(primitive.axes) > 1
    )


class Span(NamedTuple):
    """First and last cell."""

    first: int
    last: int

    @property
    def size(self) -> int:
        return self.last - self.first + 1


class Endless:
    """Spans along one axis on maps without borders; one input."""

    def __init__(self, graph: Graph, axis: int) -> None:
        self.graph = graph
        self._axis = axis
        self._spans: dict[tuple[Path | int, int, int], Span | None] = {}

    @cache  # noqa: B019  # lives as long as one example
    def local(self, index: int) -> bool:
        """Whether some path to a node keeps a place."""
        node = self.graph.nodes[index]
        if not node.inputs:
            return True
        keeps = not any(map(sees_everything, node.lowered.primitives))
        return keeps and any(self.local(source) for source in node.inputs)

    @cache  # noqa: B019
    def whole(self, index: int) -> bool:
        """Whether some path to a node sees everything."""
        node = self.graph.nodes[index]
        primitives = node.lowered.primitives
        return any(
            sees_everything(primitive) or mixes_everything(primitive) for primitive in primitives
        ) or any(self.whole(source) for source in node.inputs)

    @cache  # noqa: B019
    def period(self, index: int) -> int:
        """So many outputs after which the picture surely repeats."""
        node = self.graph.nodes[index]
        below = max((self.period(source) for source in node.inputs), default=1)
        for source in node.inputs:
            other = self.period(source)
            below = below * other // gcd(below, other)
        shapes = [*node.lowered.inputs[:1], *node.lowered.shapes]
        for primitive, before, after in zip(
            node.lowered.primitives, shapes, shapes[1:], strict=False
        ):
            match primitive:
                case p.TransposedConvolution(stride=stride):
                    below *= stride[self._axis]
                case p.DepthToSpace(factor=factor):
                    below *= factor
                case p.Resize() | p.AdaptivePooling() if self._axis < len(known(before)) - 1:
                    inputs, outputs = known(before)[self._axis], known(after)[self._axis]
                    if isinstance(primitive, p.Resize) and primitive.align_corners:
                        if inputs > 1 and outputs > 1:
                            inputs, outputs = inputs - 1, outputs - 1
                    below *= outputs // gcd(inputs, outputs)
        return below

    @cache  # noqa: B019
    def strides(self, index: int) -> frozenset[Fraction]:
        """The effective strides of all paths to a node."""
        node = self.graph.nodes[index]
        if not node.inputs:
            return frozenset({Fraction(1)})
        found: set[Fraction] = set()
        for source in node.inputs:
            if self.local(source):
                step = 0 if self._place(node, source, 1) == 0 else 1
                found |= {stride * step for stride in self.strides(source)}
        shapes = [node.lowered.inputs[0], *node.lowered.shapes]
        for primitive, before, after in zip(
            node.lowered.primitives, shapes, shapes[1:], strict=False
        ):
            rate = self._rate(primitive, known(before), known(after))
            found = {stride * rate for stride in found}
        return frozenset(found)

    def _rate(self, primitive: p.Primitive, before: Path, after: Path) -> Fraction:
        """Cells of the map before per cell of the map after."""
        axis = self._axis
        match primitive:
            case p.Convolution(stride=stride) | p.Pooling(stride=stride):
                return Fraction(stride[axis])
            case p.TransposedConvolution(stride=stride):
                return Fraction(1, stride[axis])
            case p.DepthToSpace(factor=factor):
                return Fraction(1, factor)
            case p.SpaceToDepth(factor=factor):
                return Fraction(factor)
            case p.Resize(align_corners=True) if before[axis] > 1 and after[axis] > 1:
                return Fraction(before[axis] - 1, after[axis] - 1)
            case p.Resize() | p.AdaptivePooling():
                return Fraction(before[axis], after[axis])
            case _:
                return Fraction(1)

    def span(self, index: int, u: int) -> Span | None:
        """What output `u` of a node sees over all paths; None for nothing."""
        node = self.graph.nodes[index]
        if not node.inputs:
            return Span(u, u)
        return self._through(node, len(node.lowered.primitives), u, None)

    def span_of_path(self, path: Path, u: int) -> Span | None:
        """The same along one path, a sequence of nodes from the input on."""
        if len(path) == 1:
            return Span(u, u)
        node = self.graph.nodes[path[-1]]
        return self._through(node, len(node.lowered.primitives), u, path)

    def _through(self, node: Node, count: int, u: int, path: Path | None) -> Span | None:
        """After the first `count` primitives of a node."""
        key = (node.index if path is None else path, count, u)
        if key not in self._spans:
            self._spans[key] = self._walk(node, count, u, path)
        return self._spans[key]

    def _walk(self, node: Node, count: int, u: int, path: Path | None) -> Span | None:
        if count == 0:
            if path is not None:
                return self.span_of_path(path[:-1], self._place(node, path[-2], u))
            sources = [source for source in node.inputs if self.local(source)]
            return hull([self.span(source, self._place(node, source, u)) for source in sources])
        lowered = node.lowered
        primitive, after = lowered.primitives[count - 1], known(lowered.shapes[count - 1])
        if isinstance(primitive, p.Merge):
            return self._through(node, count - 1, u, path)
        before = known(lowered.shapes[count - 2] if count > 1 else lowered.inputs[0])
        axis = self._axis
        cells = taps(primitive, axis, before[axis], after[axis], u)
        return hull([self._through(node, count - 1, cell, path) for cell in cells])

    def _place(self, node: Node, source: int, u: int) -> int:
        """Where a node reads its source: at the same place, or at the only cell of a gate."""
        if len(node.inputs) > 1:
            before, after = known(self.graph.shape_of(source)), known(node.lowered.shapes[0])
            if before[:-1] != after[:-1]:
                return 0
        return u

    def paths(self, index: int, most: int = 64) -> list[Path] | None:
        """Every path that keeps its place; None if they are too many."""
        node = self.graph.nodes[index]
        if not node.inputs:
            return [(index,)]
        found: list[Path] = []
        for source in dict.fromkeys(node.inputs):
            if self.local(source):
                before = self.paths(source, most)
                if before is None or len(found) + len(before) > most:
                    return None
                found += [(*path, index) for path in before]
        return found


def hull(spans: list[Span | None]) -> Span | None:
    seen = [span for span in spans if span is not None]
    if not seen:
        return None
    return Span(min(span.first for span in seen), max(span.last for span in seen))


class Cell(NamedTuple):
    """What one output sees: input cells as bits, and whether a border had a part in it."""

    bits: int
    touched: bool


class Bounded:
    """Sets of cells that exist, all axes together; one input, no global pooling."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self.input = known(graph.shape_of(0))[:-1]
        self.maps: list[dict[Path, Cell]] = []
        for node in graph.nodes:
            self.maps.append(self._node(node))

    def _node(self, node: Node) -> dict[Path, Cell]:
        if not node.inputs:
            places = product(*map(range, self.input))
            return {place: Cell(1 << i, False) for i, place in enumerate(places)}
        sources = [self.maps[index] for index in node.inputs]
        merged = {
            place: Cell(
                union([source[place].bits for source in sources]),
                any(source[place].touched for source in sources),
            )
            for place in sources[0]
        }
        before = known(node.lowered.inputs[0])[:-1]
        for primitive, shape in zip(node.lowered.primitives, node.lowered.shapes, strict=True):
            after = known(shape)[:-1]
            merged = self._apply(primitive, before, after, merged)
            before = after
        return merged

    def _apply(
        self, primitive: p.Primitive, before: Path, after: Path, cells: dict[Path, Cell]
    ) -> dict[Path, Cell]:
        reads = [
            [taps(primitive, axis, n, m, u) for u in range(m)]
            for axis, (n, m) in enumerate(zip(before, after, strict=True))
        ]
        result = {}
        for place in product(*map(range, after)):
            read = list(product(*(reads[axis][u] for axis, u in enumerate(place))))
            inside = [cells[cell] for cell in read if cell in cells]
            touched = len(inside) < len(read) or any(cell.touched for cell in inside)
            result[place] = Cell(union([cell.bits for cell in inside]), touched)
        return result

    def spans(self, bits: int) -> list[Span] | None:
        """First and last cell along every axis; None for an output that sees nothing."""
        places = [
            place for i, place in enumerate(product(*map(range, self.input))) if bits >> i & 1
        ]
        if not places:
            return None
        return [Span(min(column), max(column)) for column in zip(*places, strict=True)]


def union(sets: list[int]) -> int:
    bits = 0
    for one in sets:
        bits |= one
    return bits
