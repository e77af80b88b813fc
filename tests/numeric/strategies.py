"""Single primitives with inputs that suit them, for hypothesis to draw.

What slides over a map; the rest is in `strategies_plain`. Small enough that the naive loops are
quick, and now and then with so many channels that a fast path is worth taking.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar

import numpy as np
from hypothesis import strategies as st

from cnncalc.analysis.weights import weights
from cnncalc.ir import primitives as p
from cnncalc.ir.infer import infer
from cnncalc.ir.shapes import Pair, Sizes
from tests.numeric.arrays import Array
from tests.numeric.graphs import some_array
from tests.properties.naive import transposed_cells

T = TypeVar("T")

LARGEST = {1: 30, 2: 17, 3: 6}
MANY = (16, 32, 64)


@dataclass(frozen=True)
class Case:
    """A primitive, the shapes of its inputs with the batch, and where its values come from."""

    primitive: p.Primitive
    shapes: tuple[Sizes, ...]
    seed: int = field(default=0)

    @property
    def output(self) -> Sizes:
        """Shape that comes out, with the batch."""
        inferred = infer(self.primitive, tuple(shape[1:] for shape in self.shapes))
        return (self.shapes[0][0], *(size or 0 for size in inferred.shape))

    def inputs(self, dtype: str) -> list[Array]:
        """Normal values, the same for every type."""
        rng = np.random.default_rng(self.seed)
        spread = 3 if isinstance(self.primitive, p.Activation) else 1
        return [(spread * rng.standard_normal(shape)).astype(dtype) for shape in self.shapes]

    def arrays(self, dtype: str) -> dict[str, Array]:
        """The weights of the primitive by their names."""
        rng = np.random.default_rng(self.seed + 1)
        found = weights(self.primitive, self.shapes[0][1:]) or ()
        return {w.name: some_array(rng, w.name, w.shape, dtype) for w in found}


class Drawing:
    """Draws numbers; everything else is built from it."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw

    def pick(self, *choices: T) -> T:
        return self.draw(st.sampled_from(choices))

    def integer(self, low: int, high: int) -> int:
        return self.draw(st.integers(low, high))

    def flag(self) -> bool:
        return self.draw(st.booleans())

    def case(self, primitive: p.Primitive, *shapes: Sizes) -> Case:
        return Case(primitive, shapes, self.integer(0, 2**16))

    def batch(self) -> int:
        return self.pick(1, 2, 3)

    def map(self, low: int = 1, high: int = 3) -> Sizes:
        """The shape of a batch of maps, of so many spatial axes."""
        rank = self.integer(low, high)
        sizes = [self.integer(1, LARGEST[rank]) for _ in range(rank)]  # none for a vector
        return (self.batch(), *sizes, self.integer(1, 9))

    def padding(self, most: int) -> Pair:
        return self.pick((0, 0), (1, 1), (self.integer(0, most), self.integer(0, most)))

    def taps(self, reach: int, dilation: int, most: int = 7) -> int:
        """A kernel that fits into `reach` cells."""
        return self.integer(1, min(most, (reach - 1) // dilation + 1))


Window: TypeAlias = tuple[
    Sizes, Sizes, Sizes, tuple[Pair, ...]
]  # kernel, stride, dilation, padding


def _window(drawing: Drawing, sizes: Sizes, *, ceil: bool = False) -> Window:
    """A window that fits at least once, or with `ceil` in part."""
    most = 7 if len(sizes) < 3 else 4
    around = 4 if len(sizes) < 3 else 2
    columns = []
    for size in sizes:
        pair = drawing.padding(around)
        stride, dilation = drawing.integer(1, 4), drawing.integer(1, 3)
        reach = size + sum(pair) + (stride - 1 if ceil else 0)
        columns.append((drawing.taps(reach, dilation, most), stride, dilation, pair))
    kernels, strides, dilations, pads = zip(*columns, strict=True)
    return kernels, strides, dilations, pads


def _seeing(drawing: Drawing, sizes: Sizes, *, ceil: bool) -> Window:
    """A window that sees a cell of the map wherever it stands: a mean of nothing is no number."""
    columns = []
    for size in sizes:
        kernel, stride = drawing.integer(1, 7), drawing.integer(1, 4)
        begin, end = (drawing.integer(0, min(kernel - 1, 4)) for _ in range(2))
        reach = size + begin + end + (stride - 1 if ceil else 0)
        columns.append((min(kernel, reach), stride, 1, (begin, end)))
    kernels, strides, dilations, pads = zip(*columns, strict=True)
    return kernels, strides, dilations, pads


def _channels(drawing: Drawing) -> tuple[int, int, int]:
    """Channels, filters and groups: full, grouped or depthwise."""
    kind = drawing.pick("full", "full", "grouped", "depthwise", "many", "deep")
    if kind == "depthwise":
        channels = drawing.pick(*range(1, 10), *MANY)
        return channels, channels * drawing.integer(1, 3), channels
    if kind == "grouped":
        groups = drawing.integer(2, 4)
        return groups * drawing.integer(1, 3), groups * drawing.integer(1, 3), groups
    if kind == "many":
        return drawing.pick(*MANY), drawing.pick(*MANY), 1
    if kind == "deep":
        return drawing.integer(1, 4), drawing.pick(*MANY), 1
    return drawing.integer(1, 9), drawing.integer(1, 9), 1


@st.composite
def convolutions(draw: st.DrawFn) -> Case:
    """Any convolution."""
    drawing = Drawing(draw)
    rank = drawing.pick(1, 2, 2, 3)
    sizes = tuple(drawing.integer(1, LARGEST[rank]) for _ in range(rank))
    window = _window(drawing, sizes)
    channels, filters, groups = _channels(drawing)
    connections = None
    if groups == 1 and channels < 10 and drawing.pick(True, False, False, False):
        seen = st.lists(st.integers(0, channels - 1), min_size=1, unique=True).map(tuple)
        connections = tuple(draw(seen) for _ in range(filters))
    conv = p.Convolution(
        filters, *window, groups=groups, bias=drawing.flag(), connections=connections
    )
    return drawing.case(conv, (drawing.batch(), *sizes, channels))


@st.composite
def usual_convolutions(draw: st.DrawFn) -> Case:
    """What the layers of well-known networks are, for which there are fast ways."""
    drawing = Drawing(draw)
    kernel, stride = drawing.pick(3, 3, 3, 1, 5, 7), drawing.pick(1, 1, 1, 2)
    around = drawing.pick((kernel // 2, kernel // 2), (0, 0), (0, 1))
    low = max(kernel - sum(around), 1)
    sizes = tuple(drawing.integer(low, LARGEST[2]) for _ in range(2))
    channels, filters, groups = _channels(drawing)
    conv = p.Convolution(
        *(filters, (kernel,) * 2, (stride,) * 2, (1, 1), (around,) * 2, groups, drawing.flag())
    )
    return drawing.case(conv, (drawing.batch(), *sizes, channels))


@st.composite
def transposed(draw: st.DrawFn) -> Case:
    """Any transposed convolution, output padding of a stride and more among them."""
    drawing = Drawing(draw)
    rank = drawing.pick(1, 2, 2, 3)
    sizes = tuple(drawing.integer(1, (12, 7, 3)[rank - 1]) for _ in range(rank))
    columns = []
    for size in sizes:
        k, s, d = drawing.integer(1, 5), drawing.integer(1, 4), drawing.integer(1, 3)
        cells = transposed_cells(size, k, s, d, 0, 0, 0)
        begin = drawing.integer(0, min(3, cells - 1))
        end = drawing.integer(0, min(3, cells - 1 - begin))
        columns.append((k, s, d, (begin, end), drawing.pick(0, 0, drawing.integer(0, 4))))
    kernels, strides, dilations, pads, added = zip(*columns, strict=True)
    channels, filters, groups = _channels(drawing)
    conv = p.TransposedConvolution(
        filters, kernels, strides, dilations, pads, added, groups=groups, bias=drawing.flag()
    )
    return drawing.case(conv, (drawing.batch(), *sizes, channels))


@st.composite
def pools(draw: st.DrawFn) -> Case:
    """Any pooling whose windows all see the map, but for those of a maximum."""
    drawing = Drawing(draw)
    shape = drawing.map()
    kind: p.PoolKind = drawing.pick("max", "max", "average", "average", "sum")
    ceil = drawing.flag()
    draw_window = _window if kind == "max" else _seeing
    window = draw_window(drawing, shape[1:-1], ceil=ceil)
    return drawing.case(p.Pooling(kind, *window, ceil, drawing.flag()), shape)
