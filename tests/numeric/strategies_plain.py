"""Single primitives that slide nothing, with inputs that suit them, for hypothesis to draw."""

from __future__ import annotations

from math import prod

from hypothesis import assume
from hypothesis import strategies as st

from cnncalc.ir import primitives as p
from cnncalc.ir.shapes import Sizes
from tests.numeric.strategies import MANY, Case, Drawing

FUNCTIONS = (
    *("relu", "relu6", "selu", "gelu", "sigmoid", "hard_sigmoid", "hard_swish", "hard_tanh"),
    *("silu", "mish", "softplus", "softsign", "tanh", "scaled_tanh", "softmax", "log_softmax"),
    *("log_sigmoid", "exponential", "leaky_relu", "elu", "celu", "prelu"),
)
VARIANTS = {
    "gelu": (None, "tanh"),
    "hard_sigmoid": (None, "keras2"),
    "prelu": (None, "shared"),
}


@st.composite
def adaptive_pools(draw: st.DrawFn) -> Case:
    """Any adaptive pooling, global and enlarging ones too."""
    drawing = Drawing(draw)
    shape = drawing.map()
    kind: p.PoolKind = drawing.pick("max", "average")
    is_global = drawing.flag()
    size = tuple(1 if is_global else drawing.integer(1, 8) for _ in shape[1:-1])
    return drawing.case(p.AdaptivePooling(kind, size), shape)


@st.composite
def dense(draw: st.DrawFn) -> Case:
    """A matrix product, of vectors most often."""
    drawing = Drawing(draw)
    shape = drawing.map() if drawing.pick(True, False, False) else (drawing.integer(1, 9),)
    channels = drawing.pick(drawing.integer(1, 9), *MANY, 200)
    layer = p.Dense(drawing.pick(1, 3, 10, 65), drawing.flag())
    return drawing.case(layer, (*(shape[:-1] or (1,)), channels))


@st.composite
def normalizations(draw: st.DrawFn) -> Case:
    """Any normalisation, of vectors where it has a meaning."""
    drawing = Drawing(draw)
    kind: p.NormKind = drawing.pick(
        "batch", "layer", "group", "instance", "response", "l2", "input"
    )
    shape = drawing.map(1 if kind in ("instance", "response") else drawing.pick(0, 1))
    learned = (True, True) if kind == "response" else (drawing.flag(), drawing.flag())
    if kind in ("l2", "input"):
        learned = (False, False)
    axes: Sizes = ()
    groups = 1
    if kind == "layer":
        n = len(shape) - 1
        axes = tuple(sorted(draw(st.sets(st.integers(0, n - 1), min_size=1))))
        axes = drawing.pick((n - 1,), axes)
    if kind == "group":
        groups = drawing.integer(1, 4)
        shape = (*shape[:-1], groups * drawing.integer(1, 4))
    norm = p.Normalization(kind, drawing.pick(1e-3, 1e-5), *learned, axes, groups)
    assume(n_averaged(norm, shape) > 1)  # 0 over 0, were it not for epsilon
    return drawing.case(norm, shape)


def n_averaged(norm: p.Normalization, shape: Sizes) -> int:
    """How many values every mean is taken of, in training."""
    match norm.kind:
        case "batch":
            return prod(shape[:-1])
        case "layer":
            return prod(shape[axis + 1] for axis in norm.axes)
        case "group":
            return prod(shape[1:]) // norm.groups
        case "instance":
            return prod(shape[1:-1])
        case _:
            return 2  # no mean is subtracted


@st.composite
def pointwise(draw: st.DrawFn) -> Case:
    """What computes every value, or every position's channels, by itself."""
    drawing = Drawing(draw)
    shape = drawing.map(0)
    kind = drawing.pick("response", "maxout", "scale", "rescale", "none")
    if kind == "response":
        size = drawing.integer(1, 12)
        numbers = drawing.pick((1e-4, 0.75, 1.0), (0.5, 0.75, 2.0), (0.1, 0.6, 1.5))
        return drawing.case(p.LocalResponseNormalization(size, *numbers), shape)
    if kind == "maxout":
        pieces = drawing.integer(1, 4)
        return drawing.case(p.Maxout(pieces), (*shape[:-1], pieces * drawing.integer(1, 4)))
    if kind == "scale":
        bias, factor = drawing.pick((True, True), (True, False), (False, True))
        return drawing.case(p.ChannelScale(bias, factor), shape)
    if kind == "rescale":
        one, many = (0.3,), tuple(0.5 + channel for channel in range(shape[-1]))
        rescale = p.Rescale(drawing.pick(one, many), drawing.pick((0.0,), one, many))
        return drawing.case(rescale, shape)
    nothing: tuple[p.Primitive, ...] = (p.Identity(), p.Dropout("path", 0.2))
    return drawing.case(drawing.pick(*nothing), shape)


@st.composite
def activations(draw: st.DrawFn) -> Case:
    """Any activation function."""
    drawing = Drawing(draw)
    name = drawing.pick(*FUNCTIONS)
    alpha = drawing.pick(0.1, 1.0, 2.5) if name in ("leaky_relu", "elu", "celu") else None
    function = p.Activation(name, alpha, drawing.pick(*VARIANTS.get(name, (None,))))
    return drawing.case(function, drawing.map(0))


@st.composite
def merges(draw: st.DrawFn) -> Case:
    """Any merge; vectors and 1×1×C among the inputs of sums and products."""
    drawing = Drawing(draw)
    shape = drawing.map(0)
    kind: p.MergeKind = drawing.pick(
        "add", "add", "multiply", "subtract", "maximum", "average", "concat", "concat"
    )
    shapes = [shape] * drawing.integer(2, 4)
    if kind == "concat":
        axis = drawing.pick(len(shape) - 2, drawing.integer(0, len(shape) - 2))
        joined = axis + 1
        shapes = [
            (*shape[:joined], drawing.integer(1, 5), *shape[joined + 1 :]) for shape in shapes
        ]
        return drawing.case(p.Merge("concat", axis), *shapes)
    if kind in ("add", "multiply"):
        gate = drawing.pick((shape[0], shape[-1]), (shape[0], *(1,) * (len(shape) - 2), shape[-1]))
        for position in draw(st.sets(st.integers(0, len(shapes) - 1), max_size=len(shapes) - 1)):
            shapes[position] = drawing.pick(shape, gate)
    return drawing.case(p.Merge(kind), *shapes)


@st.composite
def rearrangements(draw: st.DrawFn) -> Case:
    """What only moves values."""
    drawing = Drawing(draw)
    shape = drawing.map(1)
    batch, *sizes, channels = shape
    kind = drawing.pick("reshape", "permute", "shuffle", "up", "down", "pad", "crop", "slice")
    factor = drawing.integer(1, 3 if len(sizes) < 3 else 2)
    match kind:
        case "reshape":
            n = prod(shape[1:])
            halves = [(first, n // first) for first in range(1, n + 1) if n % first == 0]
            return drawing.case(
                p.Reshape(drawing.pick((n,), (*sizes, channels, 1), *halves)), shape
            )
        case "permute":
            return drawing.case(
                p.Permute(tuple(draw(st.permutations(range(len(sizes) + 1))))), shape
            )
        case "shuffle":
            groups = drawing.integer(1, 4)
            shape = (batch, *sizes, groups * drawing.integer(1, 4))
            return drawing.case(p.ChannelShuffle(groups), shape)
        case "up":
            shape = (batch, *sizes, factor ** len(sizes) * drawing.integer(1, 3))
            return drawing.case(p.DepthToSpace(factor), shape)
        case "down":
            shape = (batch, *(factor * min(size, 6) for size in sizes), channels)
            return drawing.case(p.SpaceToDepth(factor), shape)
        case "pad":
            return drawing.case(padding(drawing, tuple(sizes)), shape)
        case "crop":
            begins = [drawing.integer(0, size - 1) for size in sizes]
            columns = zip(sizes, begins, strict=True)
            amount = tuple((a, drawing.integer(0, size - 1 - a)) for size, a in columns)
            return drawing.case(p.Crop(amount), shape)
        case _:
            axis = drawing.integer(0, len(sizes))
            start = drawing.integer(0, shape[axis + 1] - 1)
            return drawing.case(
                p.Slice(axis, start, drawing.integer(start + 1, shape[axis + 1])), shape
            )


def padding(drawing: Drawing, sizes: Sizes) -> p.Pad:
    """Cells around a map; fewer than it has, where they mirror it."""
    mode: p.PadMode = drawing.pick("zero", "reflect", "edge")
    limits = [size - 1 if mode == "reflect" else 4 for size in sizes]
    amount = tuple((drawing.integer(0, n), drawing.integer(0, n)) for n in limits)
    return p.Pad(amount, mode)


@st.composite
def resizes(draw: st.DrawFn) -> Case:
    """Any resizing, smaller and larger."""
    drawing = Drawing(draw)
    shape = drawing.map()
    if drawing.flag():
        factor = drawing.integer(1, 4 if len(shape) < 5 else 2)
        size = tuple(factor * n for n in shape[1:-1])
    else:
        size = tuple(drawing.integer(1, 20 if len(shape) < 5 else 9) for _ in shape[1:-1])
    mode: p.ResizeMode = drawing.pick("nearest", "bilinear")
    corners = mode == "bilinear" and drawing.flag()
    return drawing.case(p.Resize(size, mode, corners), shape)
