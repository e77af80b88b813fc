"""A layer graph rebuilt in Keras, primitive by primitive, for its shapes and weights only.

Keras computes nothing: the variables of a `StatelessScope` get no values. It says `same` where the
spec does, so that TensorFlow's uneven padding is Keras's own; numeric padding is a layer before.
Pools that round up, which Keras lacks, get so much padding at the end that every window is whole.
"""

from __future__ import annotations

from math import prod
from typing import Any

from cnncalc.ir import primitives as p
from cnncalc.ir.graph import Graph, Node
from cnncalc.ir.shapes import Pair, Sizes
from tests.properties.naive import window_starts

Tensor: Any = Any


class Unsupported(Exception):
    """Keras has no such layer."""


def weight_counts(layers: list[Any]) -> tuple[int, int]:
    """Parameters and statistics of Keras layers: what it trains, and what it keeps."""
    trainable = sum(prod(v.shape) for layer in layers for v in layer.trainable_weights)
    kept = sum(prod(v.shape) for layer in layers for v in layer.non_trainable_weights)
    return trainable, kept


class KerasBuilder:
    """Builds the nodes of a graph one after the other."""

    def __init__(self, keras: Any, graph: Graph) -> None:
        self._keras = keras
        self._graph = graph
        self.tensors: list[Any] = []

    def build(self, node: Node) -> list[Any]:
        """Add a node; returns the Keras layers that it is made of."""
        if not node.inputs:
            self.tensors.append(self._keras.Input(shape=node.lowered.output))
            return []
        layers: list[Any] = []
        tensors = [self.tensors[index] for index in node.inputs]
        padding = getattr(node.layer, "padding", None)
        for primitive in node.lowered.primitives:
            same = padding == "same" and hasattr(primitive, "padding")
            for layer in self._layers(primitive, tensors, same):
                layers.append(layer)
                tensors = [layer(tensors if len(tensors) > 1 else tensors[0])]
        self.tensors.append(tensors[0])
        return layers

    def _ranked(self, name: str, rank: int) -> Any:
        return getattr(self._keras.layers, name.format(rank))

    def _lambda(self, function: Any) -> Any:
        return self._keras.layers.Lambda(function)

    def _pad(self, pads: tuple[Pair, ...]) -> list[Any]:
        if not any(map(any, pads)):
            return []
        amount = pads[0] if len(pads) == 1 else pads
        return [self._ranked("ZeroPadding{}D", len(pads))(amount)]

    def _crop(self, cuts: tuple[Pair, ...]) -> list[Any]:
        if not any(map(any, cuts)):
            return []
        amount = cuts[0] if len(cuts) == 1 else cuts
        return [self._ranked("Cropping{}D", len(cuts))(amount)]

    def _layers(self, primitive: p.Primitive, tensors: list[Any], same: bool) -> list[Any]:
        layers = self._keras.layers
        shape: Sizes = tuple(tensors[0].shape[1:])
        match primitive:
            case p.Convolution(connections=tuple()):
                return [self._connected(primitive)]
            case p.Convolution():
                if max(primitive.stride) > 1 and max(primitive.dilation) > 1:
                    raise Unsupported("dilation where something strides")
                conv = self._ranked("Conv{}D", len(primitive.kernel))(
                    primitive.filters,
                    primitive.kernel,
                    strides=primitive.stride,
                    dilation_rate=primitive.dilation,
                    groups=primitive.groups,
                    use_bias=primitive.bias,
                    padding="same" if same else "valid",
                )
                return [conv] if same else [*self._pad(primitive.padding), conv]
            case p.TransposedConvolution():
                return self._transposed(primitive, same)
            case p.Pooling():
                return self._pooling(primitive, shape, same)
            case p.AdaptivePooling(kind=kind, size=size):
                name = "AdaptiveMaxPooling{}D" if kind == "max" else "AdaptiveAveragePooling{}D"
                return [self._ranked(name, len(size))(size if len(size) > 1 else size[0])]
            case p.Dense(units=units, bias=bias):
                return [layers.Dense(units, use_bias=bias)]
            case p.Normalization():
                return [self._normalization(primitive)]
            case p.Activation(function="prelu"):
                return [layers.PReLU(shared_axes=list(range(1, len(shape))) or None)]
            case p.Activation(function=function):
                return [layers.Activation(function)]
            case p.ChannelScale(bias=bias):
                letters = "abcde"[: len(shape)]
                sums = f"{letters},{letters[-1]}->{letters}"
                return [
                    layers.EinsumDense(
                        f"z{sums.replace('->', '->z')}",
                        output_shape=shape,
                        bias_axes=letters[-1] if bias else None,
                    )
                ]
            case p.Rescale(scale=scale, offset=offset):
                return [layers.Rescaling(list(scale), list(offset))]
            case p.Merge():
                return [self._merge(primitive)]
            case p.Reshape(shape=target):
                return [layers.Reshape(target)]
            case p.Permute(order=order):
                return [layers.Permute([axis + 1 for axis in order])]
            case p.ChannelShuffle(groups=groups):
                split = (*shape[:-1], groups, shape[-1] // groups)
                n = len(shape)
                swapped = [*range(1, n), n + 1, n]
                return [layers.Reshape(split), layers.Permute(swapped), layers.Reshape(shape)]
            case p.Pad(amount=amount):
                return self._pad(amount)
            case p.Crop(amount=amount):
                return self._crop(amount)
            case p.Slice(axis=axis, start=start, stop=stop):
                before = (slice(None),) * (axis + 1)
                return [self._lambda(lambda x: x[(*before, slice(start, stop))])]
            case p.Resize(size=size, mode=mode) if len(size) == 2:
                return [layers.Resizing(*size, interpolation=mode)]
            case p.Dropout(rate=rate):
                return [layers.Dropout(rate)]
            case p.Identity() | p.LocalResponseNormalization():
                return [layers.Identity()]
            case _:
                raise Unsupported(type(primitive).__name__)

    def _connected(self, conv: p.Convolution) -> Any:
        """LeNet-5's C3: a small convolution for every filter, of the channels that it sees."""
        keras = self._keras
        parts = [
            keras.layers.Conv2D(1, conv.kernel, strides=conv.stride, use_bias=conv.bias)
            for _ in conv.connections or ()
        ]

        class Connected(keras.layers.Layer):  # type: ignore[name-defined,misc]
            def build(self, shape: Any) -> None:
                self.parts = parts
                for part, seen in zip(parts, conv.connections or (), strict=True):
                    part.build((*shape[:-1], len(seen)))
                self.built = True

            def call(self, x: Any) -> Any:
                maps = [
                    part(keras.ops.take(x, list(seen), axis=-1))
                    for part, seen in zip(parts, conv.connections or (), strict=True)
                ]
                return keras.ops.concatenate(maps, axis=-1)

        return Connected()

    def _transposed(self, conv: p.TransposedConvolution, same: bool) -> list[Any]:
        if conv.groups > 1:
            raise Unsupported("groups of a transposed convolution")
        if max(conv.stride) > 1 and max(conv.dilation) > 1:
            raise Unsupported("dilation where something strides")
        layer = self._ranked("Conv{}DTranspose", len(conv.kernel))(
            conv.filters,
            conv.kernel,
            strides=conv.stride,
            dilation_rate=conv.dilation,
            use_bias=conv.bias,
            padding="same" if same else "valid",
        )
        if same:
            return [layer]
        columns = zip(
            conv.kernel, conv.stride, conv.dilation, conv.padding, conv.output_padding, strict=True
        )
        cuts = []
        for kernel, stride, dilation, (begin, end), added in columns:
            # Keras's valid gives W·S + max(F_eff - S, 0)
            spare = max(stride - (dilation * (kernel - 1) + 1), 0)
            cuts.append((begin, end + spare - added))
        if any(end < 0 for _, end in cuts):
            raise Unsupported("output padding beyond the padding")
        return [layer, *self._crop(tuple(cuts))]

    def _pooling(self, pool: p.Pooling, shape: Sizes, same: bool) -> list[Any]:
        if any(rate > 1 for rate in pool.dilation):
            raise Unsupported("dilated pooling")
        name = "MaxPooling{}D" if pool.kind == "max" else "AveragePooling{}D"
        padding = "same" if same and not pool.ceil else "valid"
        layer = self._ranked(name, len(pool.size))(pool.size, pool.stride, padding=padding)
        if padding == "same":
            return [layer]
        pads = list(pool.padding)
        if pool.ceil:
            for axis, (size, stride) in enumerate(zip(pool.size, pool.stride, strict=True)):
                begin, end = pads[axis]
                starts = window_starts(shape[axis], size, stride, 1, begin, end, ceil=True)
                pads[axis] = (begin, max(0, starts[-1] + size - shape[axis]))
        return [*self._pad(tuple(pads)), layer]

    def _normalization(self, norm: p.Normalization) -> Any:
        layers = self._keras.layers
        options = {"scale": norm.scale, "center": norm.center}
        match norm.kind:
            case "batch":
                return layers.BatchNormalization(**options)
            case "layer":
                return layers.LayerNormalization(axis=[axis + 1 for axis in norm.axes], **options)
            case "group":
                return layers.GroupNormalization(norm.groups, **options)
            case "instance":
                return layers.GroupNormalization(-1, **options)
            case "input":
                return layers.Normalization()
            case _:
                raise Unsupported(norm.kind)

    def _merge(self, merge: p.Merge) -> Any:
        layers = self._keras.layers
        if merge.kind == "concat":
            return layers.Concatenate(axis=merge.axis + 1)
        return getattr(layers, merge.kind.capitalize())()
