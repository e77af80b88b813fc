"""The arrays that every primitive learns or keeps."""

from __future__ import annotations

from math import prod
from typing import NamedTuple, assert_never

from cnncalc.ir import primitives as p
from cnncalc.ir.shapes import Shape, Sizes


class Weight(NamedTuple):
    """One array of a layer, in the layout (*kernel axes, in / groups, out).

    Attributes:
        name: Name within the layer, as Keras has it: `kernel`, `bias`, `gamma`, ….
        shape: Sizes of its axes; `()` for a single number.
        is_statistic: Whether it is a running statistic, which is no parameter.
    """

    name: str
    shape: Sizes
    is_statistic: bool = False

    @property
    def size(self) -> int:
        """Number of values."""
        return prod(self.shape)


def weights(primitive: p.Primitive, shape: Shape) -> tuple[Weight, ...] | None:
    """The arrays of a primitive fed by a map of this shape; None when a size is not known."""
    match primitive:
        case p.Convolution() | p.TransposedConvolution() | p.Dense():
            return _kernel_and_bias(primitive, shape)
        case p.Normalization():
            return _normalization(primitive, shape)
        case p.ChannelScale(bias=bias, factor=factor):
            return _per_channel(shape, *["scale"] * factor, *["bias"] * bias)
        case p.Activation(function="prelu", variant="shared"):
            return (Weight("alpha", (1,)),)
        case p.Activation(function="prelu"):
            return _per_channel(shape, "alpha")
        case p.Opaque(params=params):
            return None if params is None else (Weight("weights", (params,)),)
        case (
            p.Pooling()
            | p.AdaptivePooling()
            | p.LocalResponseNormalization()
            | p.Activation()
            | p.Maxout()
            | p.Rescale()
            | p.Merge()
            | p.Reshape()
            | p.Permute()
            | p.ChannelShuffle()
            | p.DepthToSpace()
            | p.SpaceToDepth()
            | p.Pad()
            | p.Crop()
            | p.Slice()
            | p.Resize()
            | p.Dropout()
            | p.Identity()
        ):
            return ()
        case _:
            assert_never(primitive)


def _per_channel(shape: Shape, *names: str) -> tuple[Weight, ...] | None:
    channels = shape[-1]
    return None if channels is None else tuple(Weight(name, (channels,)) for name in names)


def _kernel_and_bias(
    primitive: p.Convolution | p.TransposedConvolution | p.Dense, shape: Shape
) -> tuple[Weight, ...] | None:
    channels = shape[-1]
    name = "kernel"
    match primitive:
        case p.Convolution(connections=tuple(connections)):
            # one small kernel per connection, so the array has no holes
            kernel: Sizes = (*primitive.kernel, sum(map(len, connections)))
            filters = primitive.filters
        case p.Dense(units=filters):
            if channels is None:
                return None
            kernel = (channels, filters)
        case p.Convolution() | p.TransposedConvolution():
            if (
                channels is None
                or channels % primitive.groups
                or primitive.filters % primitive.groups
            ):
                return None
            filters = primitive.filters
            kernel = (*primitive.kernel, channels // primitive.groups, filters)
            if isinstance(primitive, p.Convolution):
                name = primitive.weight_name
    arrays = (Weight(name, kernel),)
    return (*arrays, Weight("bias", (filters,))) if primitive.bias else arrays


def _normalization(norm: p.Normalization, shape: Shape) -> tuple[Weight, ...] | None:
    match norm.kind:
        case "l2":
            return ()
        case "input":
            moments = _per_channel(shape, "mean", "variance")
            if moments is None:
                return None
            # Keras counts the batches that it has seen in a seventh number
            arrays = (*moments, Weight("count", ()))
            return tuple(array._replace(is_statistic=True) for array in arrays)
        case "layer":
            sizes = tuple(shape[axis] for axis in norm.axes)
            if None in sizes:
                return None
            spanned = tuple(size for size in sizes if size is not None)
            learned: tuple[Weight, ...] | None = (Weight("gamma", spanned), Weight("beta", spanned))
        case "batch" | "group" | "instance" | "response":
            learned = _per_channel(shape, "gamma", "beta")
        case _:
            assert_never(norm.kind)
    if learned is None:
        return None
    chosen = tuple(
        array for array, wanted in zip(learned, (norm.scale, norm.center), strict=True) if wanted
    )
    if norm.kind != "batch":
        return chosen
    running = _per_channel(shape, "moving_mean", "moving_variance") or ()
    return (*chosen, *(array._replace(is_statistic=True) for array in running))
