"""The closed set of primitives that every layer lowers to.

Each concern (shapes, weights, operations, receptive field, memory, …) is one exhaustive `match`
over `Primitive`, so the type checker lists every place that a new one must reach. Rank comes from
the number of entries per axis: 1-D, 2-D and 3-D convolution are one primitive, and depthwise and
grouped convolution differ in numbers only.

They are named tuples and not dataclasses because twenty dataclasses cost 15 ms of a cold start.
Numbers are resolved: `same` has become pairs, ratios have become sizes.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

from cnncalc.ir.shapes import Pair, Shape, Sizes

PoolKind: TypeAlias = Literal["max", "average", "sum"]
NormKind: TypeAlias = Literal["batch", "layer", "group", "instance", "response", "l2", "input"]
MergeKind: TypeAlias = Literal["add", "multiply", "subtract", "maximum", "average", "concat"]
PadMode: TypeAlias = Literal["zero", "reflect", "edge"]
ResizeMode: TypeAlias = Literal["nearest", "bilinear"]
DropKind: TypeAlias = Literal["element", "channel", "path"]


class Convolution(NamedTuple):
    """A sliding dot product; `groups` splits the channels, `connections` picks them per filter."""

    filters: int
    kernel: Sizes
    stride: Sizes
    dilation: Sizes
    padding: tuple[Pair, ...]
    groups: int = 1
    bias: bool = True
    connections: tuple[Sizes, ...] | None = None
    weight_name: str = "kernel"


class TransposedConvolution(NamedTuple):
    """The gradient of a convolution: every input cell stamps the kernel on the output."""

    filters: int
    kernel: Sizes
    stride: Sizes
    dilation: Sizes
    padding: tuple[Pair, ...]
    output_padding: Sizes
    groups: int = 1
    bias: bool = True


class Pooling(NamedTuple):
    """Maximum, mean or sum of a sliding window, channel by channel."""

    kind: PoolKind
    size: Sizes
    stride: Sizes
    dilation: Sizes
    padding: tuple[Pair, ...]
    ceil: bool = False
    count_padding: bool = False


class AdaptivePooling(NamedTuple):
    """Pooling to a given size: the windows follow from the input."""

    kind: PoolKind
    size: Sizes


class Dense(NamedTuple):
    """A matrix product along the last axis."""

    units: int
    bias: bool = True


class Normalization(NamedTuple):
    """Subtract a mean, divide by a deviation, then scale and shift.

    `axes` are those that a layer normalisation spans, `groups` those of a group normalisation.
    """

    kind: NormKind
    epsilon: float
    scale: bool = True
    center: bool = True
    axes: Sizes = ()
    groups: int = 1


class LocalResponseNormalization(NamedTuple):
    """AlexNet's normalisation over `size` neighbouring channels."""

    size: int
    alpha: float
    beta: float
    bias: float


class Activation(NamedTuple):
    """A function of each value (softmax: of each position's channels).

    `alpha` is the function's one number, a leaky slope, say; `variant` tells spellings of a
    function apart that give different numbers.
    """

    function: str
    alpha: float | None = None
    variant: str | None = None


class Maxout(NamedTuple):
    """The largest of `pieces` neighbouring channels."""

    pieces: int


class ChannelScale(NamedTuple):
    """A trainable factor, a trainable offset, or both, per channel."""

    bias: bool = False
    factor: bool = True


class Rescale(NamedTuple):
    """A fixed factor and offset."""

    scale: tuple[float, ...]
    offset: tuple[float, ...]


class Merge(NamedTuple):
    """Several feature maps become one; `axis` is that of a concat, counted from 0."""

    kind: MergeKind
    axis: int = -1


class Reshape(NamedTuple):
    """The same values in another shape."""

    shape: Shape


class Permute(NamedTuple):
    """The axes in another order."""

    order: Sizes


class ChannelShuffle(NamedTuple):
    """Channels dealt out over groups, as ShuffleNet does between grouped convolutions."""

    groups: int


class DepthToSpace(NamedTuple):
    """Blocks of channels become blocks of cells."""

    factor: int


class SpaceToDepth(NamedTuple):
    """Blocks of cells become channels."""

    factor: int


class Pad(NamedTuple):
    """Cells added around the map, a (begin, end) pair per spatial axis."""

    amount: tuple[Pair, ...]
    mode: PadMode = "zero"


class Crop(NamedTuple):
    """Cells cut off around the map, a (begin, end) pair per spatial axis."""

    amount: tuple[Pair, ...]


class Slice(NamedTuple):
    """The cells from `start` up to `stop` of one axis."""

    axis: int
    start: int
    stop: int


class Resize(NamedTuple):
    """The map sampled at another size."""

    size: Shape
    mode: ResizeMode
    align_corners: bool = False
    by_factor: bool = True


class Dropout(NamedTuple):
    """Values, channels or paths switched off at random in training; nothing at inference."""

    kind: DropKind
    rate: float


class Identity(NamedTuple):
    """What comes in goes out."""


class Opaque(NamedTuple):
    """What no primitive covers: the shape is declared, the figures where they are known."""

    output: Sizes
    params: int | None
    macs: int | None


Primitive: TypeAlias = (
    Convolution
    | TransposedConvolution
    | Pooling
    | AdaptivePooling
    | Dense
    | Normalization
    | LocalResponseNormalization
    | Activation
    | Maxout
    | ChannelScale
    | Rescale
    | Merge
    | Reshape
    | Permute
    | ChannelShuffle
    | DepthToSpace
    | SpaceToDepth
    | Pad
    | Crop
    | Slice
    | Resize
    | Dropout
    | Identity
    | Opaque
)
