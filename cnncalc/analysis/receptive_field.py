"""Receptive fields: one pass over the graph in topological order, from an input to every layer.

Reference:
    Araujo, Norris, Sim, Computing receptive fields of convolutional neural networks, 2019
    (distill.pub); Richter et al. 2021 (arXiv 2106.12307) for the smallest path.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import gcd
from typing import TypeVar, assert_never

from cnncalc.analysis import fields
from cnncalc.analysis.facts import ReceptiveField
from cnncalc.analysis.fields import Axis, Budget, Piece, Unavailable
from cnncalc.ir import primitives as p
from cnncalc.ir.graph import Graph, Node
from cnncalc.ir.shapes import Shape, Size, Sizes
from cnncalc.ir.windows import adaptive_bins

T = TypeVar("T")


class _Seen:
    """What the outputs of a layer see of one input.

    `axes` is None where all of it is seen and nothing less, as after global pooling. `smallest` is
    what the narrowest paths see, of which one will be the narrowest in the end; it is the very
    `axes` until paths of different width merge.
    """

    __slots__ = ("axes", "facts", "smallest", "whole")

    def __init__(
        self, axes: tuple[Axis, ...] | None, smallest: tuple[Axis, ...] | None, whole: bool
    ):
        self.axes = axes
        self.smallest = smallest
        self.whole = whole
        self.facts: ReceptiveField | None = None


_EVERYTHING = _Seen(None, None, True)

# most layers by far: what they compute from a cell stays in it, so the match need not say so
_CELL_BY_CELL = frozenset((p.Activation, p.Dropout, p.Identity, p.ChannelScale))


def receptive_fields(graph: Graph) -> list[ReceptiveField | None]:
    """The field of every node, inputs included; None where it is not known.

    A layer that depends on several inputs has the field on the first of them.
    """
    found: list[ReceptiveField | None] = [None] * len(graph.nodes)
    for position in range(graph.n_inputs):
        for index, field in enumerate(FieldPass(graph, position).run()):
            if found[index] is None:
                found[index] = field
    return found


class FieldPass:
    """The fields on one input. A node that it does not reach has no entry in `seen`."""

    def __init__(self, graph: Graph, position: int) -> None:
        self._graph = graph
        self._position = position
        self._budget = Budget()
        self._input: Sizes | None = None
        self.seen: list[_Seen | None] = [None] * len(graph.nodes)
        self._reached = [False] * len(graph.nodes)

    def run(self) -> list[ReceptiveField | None]:
        """The field of every node's output on the input, None where it is not known."""
        nodes = self._graph.nodes
        shape = nodes[self._position].lowered.output
        fields_: list[ReceptiveField | None] = [None] * len(nodes)
        if shape is None or None in shape:
            return fields_
        self._input = tuple(size for size in shape[:-1] if size is not None)
        axes = (fields.START,) * len(self._input)
        self.seen[self._position] = _Seen(axes, axes, False)
        self._reached[self._position] = True
        for node in nodes[self._graph.n_inputs :]:
            sources = [index for index in node.inputs if self._reached[index]]
            if not sources:
                continue
            self._reached[node.index] = True
            try:
                seen = self._node(node, sources)
                fields_[node.index] = self._publish(seen, node, sources) if seen else None
            except Unavailable:
                seen = None
            self.seen[node.index] = seen
        return fields_

    def _node(self, node: Node, sources: list[int]) -> _Seen | None:
        lowered = node.lowered
        if lowered.output is None or len(lowered.shapes) < len(lowered.primitives):
            return None
        if not lowered.primitives:
            return None
        shapes = [shape for shape in lowered.inputs if shape is not None]
        seen = self.seen[sources[0]]
        for primitive, shape in zip(lowered.primitives, lowered.shapes, strict=True):
            if isinstance(primitive, p.Merge):
                seen = self._merge(primitive, sources, shape)
            elif seen is not None and type(primitive) not in _CELL_BY_CELL:
                seen = self._through(primitive, seen, shapes[0], shape)
            if seen is None:
                return None
            shapes = [shape]
        return seen

    def _through(
        self, primitive: p.Primitive, seen: _Seen, shape: Shape, output: Shape
    ) -> _Seen | None:
        if seen.axes is None:
            return None if isinstance(primitive, p.Opaque) else seen
        axes = _transfer(primitive, seen.axes, shape, output, self._budget)
        if axes is seen.axes:
            if not seen.whole and _sees_map(primitive, len(shape)):
                return _Seen(seen.axes, seen.smallest, True)
            return seen
        if axes is None:
            return _EVERYTHING
        smallest = axes
        if seen.smallest is not seen.axes and seen.smallest is not None:
            small = _transfer(primitive, seen.smallest, shape, output, self._budget)
            smallest = axes if small is None else small
        return _Seen(axes, smallest, seen.whole)

    def _merge(self, merge: p.Merge, sources: list[int], output: Shape) -> _Seen | None:
        paths = [self.seen[index] for index in sources]
        known = [path for path in paths if path is not None]
        if len(known) < len(paths):
            return None
        first = known[0]
        if all(path is first for path in known):
            return first
        if merge.kind == "concat" and merge.axis < len(output) - 1:
            raise Unavailable  # along a spatial axis a cell's path depends on where it is
        whole = any(path.whole for path in known)
        local = [
            self._broadcast(path, index, output)
            for path, index in zip(known, sources, strict=True)
            if path.axes is not None
        ]
        if not local:
            return _EVERYTHING
        columns = list(zip(*(path.axes for path in local if path.axes), strict=True))
        axes = _each(lambda *column: fields.merge(list(column), self._budget), columns)
        small = list(zip(*(path.smallest for path in local if path.smallest), strict=True))
        smallest = _each(lambda *column: fields.narrowest(list(column)), small)
        return _Seen(axes, _smallest(smallest, axes), whole)

    def _broadcast(self, path: _Seen, index: int, output: Shape) -> _Seen:
        """A channel gate computed by ordinary windows looks at one place from everywhere."""
        shape = self._graph.shape_of(index)
        if path.axes is None or shape is None or shape[:-1] == output[:-1]:
            return path
        if any(size != 1 for size in shape[:-1]):
            return path  # no gate: the paths do not fit
        axes = tuple(map(fields.fixed, path.axes))
        smallest = tuple(
            fields.narrowest([fields.fixed((piece,)) for piece in axis])
            for axis in path.smallest or ()
        )
        return _Seen(axes, _smallest(smallest, axes), path.whole)

    def _publish(self, seen: _Seen, node: Node, sources: list[int]) -> ReceptiveField:
        aligned = self._aligned(node, sources)
        facts = seen.facts
        if facts is None:
            facts = self._facts(seen, node.lowered.output)
            # paths of different slopes depend on the size of the map, which may change after them
            if seen.axes is not None and all(len(axis) == 1 for axis in seen.axes):
                seen.facts = facts
        return facts if aligned is None else facts._replace(aligned=aligned)

    def _aligned(self, node: Node, sources: list[int]) -> bool | None:
        if len(node.inputs) < 2:
            return None
        paths = [self.seen[index] for index in sources]
        local = [path.axes for path in paths if path is not None and path.axes]
        if len(local) < 2:
            return None
        return all(fields.aligned(list(column)) for column in zip(*local, strict=True))

    def _facts(self, seen: _Seen, output: Shape | None) -> ReceptiveField:
        assert self._input is not None
        if seen.axes is None:
            return ReceptiveField(self._input, None, (0,) * len(self._input), self._input, True)
        lengths: Shape = (output or ())[: len(seen.axes)]
        lengths = (*lengths, *(None,) * (len(seen.axes) - len(lengths)))
        size = smallest = _known(_each(fields.size, list(zip(seen.axes, lengths, strict=True))))
        if seen.smallest is not seen.axes and seen.smallest is not None:
            smallest = _each(fields.narrowest_size, [(axis,) for axis in seen.smallest])
        start = _known(_each(fields.start, [(axis,) for axis in seen.axes]))
        return ReceptiveField(size, _strides(seen.axes), start, smallest, seen.whole)


def _smallest(smallest: tuple[Axis, ...], axes: tuple[Axis, ...]) -> tuple[Axis, ...]:
    """The very `axes` where they are one path's: then the narrowest path sees just that."""
    return axes if smallest == axes and all(len(axis) == 1 for axis in axes) else smallest


def _each(function: Callable[..., T], arguments: Sequence[tuple[object, ...]]) -> tuple[T, ...]:
    """A function of every axis; maps are mostly square, so equal arguments are computed once."""
    results: list[T] = []
    for position, given in enumerate(arguments):
        if position and given == arguments[position - 1]:
            results.append(results[-1])
        else:
            results.append(function(*given))
    return tuple(results)


def _known(values: tuple[int | None, ...]) -> Sizes | None:
    return None if None in values else tuple([value for value in values if value is not None])


def _strides(axes: tuple[Axis, ...]) -> tuple[int | Fraction, ...] | None:
    if any(len(axis) > 1 for axis in axes):
        return None
    return _each(_stride, axes)


def _stride(piece: Piece) -> int | Fraction:
    if len(piece.first) == 1:
        return piece.advance
    slope = piece.slope
    return int(slope) if slope.denominator == 1 else slope


def _sees_map(primitive: p.Primitive, rank: int) -> bool:
    """Whether a primitive keeps positions but mixes in statistics of the whole map."""
    match primitive:
        case p.Normalization(kind="group" | "instance" | "response"):
            return True
        case p.Normalization(kind="layer", axes=axes):
            return any(axis < rank - 1 for axis in axes)
        case _:
            return False


def _transfer(
    primitive: p.Primitive, axes: tuple[Axis, ...], shape: Shape, output: Shape, budget: Budget
) -> tuple[Axis, ...] | None:
    """The field after a primitive: the same object where it does not change, None for everything.

    Raises:
        Unavailable: It cannot be known.
    """
    match primitive:
        case p.Convolution(kernel=kernel) | p.Pooling(size=kernel):
            return _slide(primitive, kernel, axes, budget)
        case p.TransposedConvolution():
            return _transposed(primitive, axes, budget)
        case p.AdaptivePooling(size=size):
            if all(n == 1 for n in size):
                return None
            return tuple(
                _adaptive(axis, n, o, budget) for axis, n, o in zip(axes, shape, size, strict=False)
            )
        case p.Resize():
            return tuple(
                _resize(primitive, axis, n, o, budget)
                for axis, n, o in zip(axes, shape, primitive.size, strict=False)
            )
        case p.DepthToSpace(factor=r):
            return tuple(fields.resample(axis, r, 1, lambda u: [u // r], budget) for axis in axes)
        case p.SpaceToDepth(factor=r):
            return tuple(fields.slide(axis, r, r, 1, 0, budget) for axis in axes)
        case p.Pad(amount=amount):
            return _shift(axes, [begin for begin, _ in amount], budget)
        case p.Crop(amount=amount):
            return _shift(axes, [-begin for begin, _ in amount], budget)
        case p.Slice(axis=axis, start=start):
            if axis >= len(axes):
                return axes
            return _shift(axes, [-start * (k == axis) for k in range(len(axes))], budget)
        case p.Permute(order=order):
            return _permute(order, axes)
        case p.Reshape():
            return _reshape(shape, output, axes)
        case p.Opaque():
            raise Unavailable
        case p.Dense():
            return axes or None  # a vector has no axes: it is seen as a whole
        case (
            p.Normalization()
            | p.LocalResponseNormalization()
            | p.Activation()
            | p.Maxout()
            | p.ChannelScale()
            | p.Rescale()
            | p.Merge()
            | p.ChannelShuffle()
            | p.Dropout()
            | p.Identity()
        ):
            return axes
        case _:
            assert_never(primitive)


def _slide(
    primitive: p.Convolution | p.Pooling, kernel: Sizes, axes: tuple[Axis, ...], budget: Budget
) -> tuple[Axis, ...]:
    stride, dilation = primitive.stride, primitive.dilation
    begins = [begin for begin, _ in primitive.padding]
    if all(k == s == 1 and b == 0 for k, s, b in zip(kernel, stride, begins, strict=True)):
        return axes
    arguments = list(zip(axes, kernel, stride, dilation, begins, strict=True))
    return _each(lambda axis, k, s, d, b: fields.slide(axis, k, s, d, b, budget), arguments)


def _transposed(
    conv: p.TransposedConvolution, axes: tuple[Axis, ...], budget: Budget
) -> tuple[Axis, ...]:
    """Output `u` gets from every input `v` with `u = v·S - P + j·D`."""

    def one(axis: Axis, kernel: int, stride: int, dilation: int, begin: int) -> Axis:
        if kernel > 100_000:
            raise Unavailable

        def taps(u: int) -> list[int]:
            offsets = range(dilation * (kernel - 1), -1, -dilation)
            return [(u + begin - j) // stride for j in offsets if (u + begin - j) % stride == 0]

        budget.spend(kernel * stride)
        return fields.resample(axis, stride, 1, taps, budget)

    begins = [begin for begin, _ in conv.padding]
    return tuple(map(one, axes, conv.kernel, conv.stride, conv.dilation, begins))


def _adaptive(axis: Axis, size: Size, output: int, budget: Budget) -> Axis:
    if size is None:
        raise Unavailable
    common = gcd(size, output)
    outputs, inputs = output // common, size // common
    if outputs > 512:
        raise Unavailable
    bins = adaptive_bins(inputs, outputs)

    def taps(u: int) -> range:
        periods, i = divmod(u, outputs)
        return range(periods * inputs + bins[i][0], periods * inputs + bins[i][1])

    return fields.resample(axis, outputs, inputs, taps, budget)


def _resize(resize: p.Resize, axis: Axis, size: Size, output: Size, budget: Budget) -> Axis:
    if size is None or output is None:
        raise Unavailable
    if size == output:
        return axis
    if resize.mode == "bilinear" and resize.align_corners and output > 1 and size > 1:
        size, output, offset = size - 1, output - 1, Fraction(0)
    else:
        offset = Fraction(1, 2) if resize.mode == "bilinear" else Fraction(0)
    common = gcd(size, output)
    outputs, inputs = output // common, size // common
    scale = Fraction(inputs, outputs)

    def taps(u: int) -> list[int]:
        source = (u + offset) * scale - offset
        cell = source.numerator // source.denominator
        blends = resize.mode == "bilinear" and source.denominator > 1
        return [cell, cell + 1] if blends else [cell]

    return fields.resample(axis, outputs, inputs, taps, budget)


def _shift(axes: tuple[Axis, ...], begins: list[int], budget: Budget) -> tuple[Axis, ...]:
    shifted = zip(axes, begins, strict=True)
    return tuple(
        fields.slide(axis, 1, 1, 1, begin, budget) if begin else axis for axis, begin in shifted
    )


def _permute(order: Sizes, axes: tuple[Axis, ...]) -> tuple[Axis, ...]:
    if order[-1] != len(axes):
        raise Unavailable  # channels became an axis of the map
    return tuple(axes[k] for k in order[:-1])


def _reshape(shape: Shape, output: Shape, axes: tuple[Axis, ...]) -> tuple[Axis, ...] | None:
    if shape[:-1] == output[:-1] and None not in shape[:-1]:
        return axes
    if len(output) == 1:
        return None
    raise Unavailable
