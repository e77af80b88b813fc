"""A layer graph rebuilt in PyTorch on the `meta` device, where tensors have shapes and no values.

Maps are channels first there; every node's tensor keeps PyTorch's layout, and shapes are compared
with the channels moved. Uneven padding, which PyTorch's layers lack, is padding before.
"""

from __future__ import annotations

from typing import Any

from cnncalc.ir import primitives as p
from cnncalc.ir.graph import Graph, Node
from cnncalc.ir.shapes import Pair, Shape, Sizes


class Unsupported(Exception):
    """PyTorch has no such layer, or not with these arguments."""


def weight_counts(modules: list[Any]) -> tuple[int, int]:
    """Parameters, and statistics: buffers but for the batches that batch norm has seen."""
    params = sum(tensor.numel() for module in modules for tensor in module.parameters())
    kept = sum(
        tensor.numel()
        for module in modules
        for name, tensor in module.named_buffers()
        if not name.endswith("num_batches_tracked")
    )
    return params, kept


def even(pads: tuple[Pair, ...]) -> Sizes | None:
    """The padding of both sides, where they agree."""
    return tuple(pair[0] for pair in pads) if all(a == b for a, b in pads) else None


class TorchBuilder:
    """Builds the nodes of a graph one after the other."""

    def __init__(self, torch: Any, graph: Graph) -> None:
        self._torch = torch
        self._graph = graph
        self.tensors: list[Any] = []
        self.modules: list[Any] = []

    def build(self, node: Node) -> list[Any]:
        """Add a node; returns the modules with weights that it is made of."""
        self.modules = []
        if not node.inputs:
            *sizes, channels = node.lowered.output or ()
            self.tensors.append(self._torch.empty(1, channels, *sizes, device="meta"))
            return []
        tensors = [self.tensors[index] for index in node.inputs]
        for primitive in node.lowered.primitives:
            tensors = [self._apply(primitive, tensors)]
        self.tensors.append(tensors[0])
        return self.modules

    def shape(self, index: int = -1) -> Shape:
        """Shape of a node's tensor, channels last and without the batch."""
        _, channels, *sizes = self.tensors[index].shape
        return (*sizes, channels)

    def _module(self, name: str, *args: Any, **kwargs: Any) -> Any:
        module = getattr(self._torch.nn, name)(*args, device="meta", **kwargs)
        self.modules.append(module)
        return module

    def _last(self, x: Any) -> Any:
        return self._torch.movedim(x, 1, -1)

    def _first(self, x: Any) -> Any:
        return self._torch.movedim(x, -1, 1)

    def _pad(self, x: Any, pads: tuple[Pair, ...], mode: str = "constant") -> Any:
        if not any(map(any, pads)):
            return x
        flat = [cells for pair in reversed(pads) for cells in pair]
        return self._torch.nn.functional.pad(x, flat, mode=mode)

    def _apply(self, primitive: p.Primitive, tensors: list[Any]) -> Any:
        torch, x = self._torch, tensors[0]
        f = torch.nn.functional
        rank = x.ndim - 2
        channels = x.shape[1]
        match primitive:
            case p.Convolution(connections=tuple(connections)):
                name = f"Conv{rank}d"
                parts = [
                    self._module(name, len(seen), 1, primitive.kernel, bias=primitive.bias)(
                        x[:, list(seen)]
                    )
                    for seen in connections
                ]
                return torch.cat(parts, 1)
            case p.Convolution():
                pads = even(primitive.padding)
                conv = self._module(
                    f"Conv{rank}d",
                    channels,
                    primitive.filters,
                    primitive.kernel,
                    stride=primitive.stride,
                    padding=pads or 0,
                    dilation=primitive.dilation,
                    groups=primitive.groups,
                    bias=primitive.bias,
                )
                return conv(x if pads else self._pad(x, primitive.padding))
            case p.TransposedConvolution():
                return self._transposed(primitive, x)
            case p.Pooling():
                return self._pooling(primitive, x)
            case p.AdaptivePooling(kind=kind, size=size):
                name = "adaptive_max_pool" if kind == "max" else "adaptive_avg_pool"
                return getattr(f, f"{name}{rank}d")(x, size)
            case p.Dense(units=units, bias=bias):
                return self._first(
                    self._module("Linear", channels, units, bias=bias)(self._last(x))
                )
            case p.Normalization():
                return self._normalization(primitive, x)
            case p.LocalResponseNormalization(size=size):
                return x if rank == 0 else f.local_response_norm(x, size)
            case p.Activation(function="prelu"):
                return self._module("PReLU", channels)(x)
            case p.Activation() | p.Identity() | p.Rescale():
                return x
            case p.Dropout(rate=rate):
                return f.dropout(x, rate)
            case p.Maxout(pieces=pieces):
                return x.unflatten(1, (channels // pieces, pieces)).amax(2)
            case p.ChannelScale(bias=bias):
                # PyTorch has no such module: a depthwise 1×1 convolution has the same weights
                cells = x if rank else x[..., None]
                name = f"Conv{max(rank, 1)}d"
                scaled = self._module(name, channels, channels, 1, groups=channels, bias=bias)(
                    cells
                )
                return scaled if rank else scaled[..., 0]
            case p.Merge(kind="concat", axis=axis):
                return self._first(torch.cat([self._last(t) for t in tensors], axis + 1))
            case p.Merge(kind=kind):
                return self._merge(kind, tensors)
            case p.Reshape(shape=shape):
                flat = self._last(x).reshape(1, *shape)
                return self._first(flat) if len(shape) > 1 else flat
            case p.Permute(order=order):
                return self._first(self._last(x).permute(0, *(axis + 1 for axis in order)))
            case p.ChannelShuffle(groups=groups):
                return x if rank == 0 else f.channel_shuffle(x, groups)
            case p.DepthToSpace(factor=factor) if rank == 2:
                return f.pixel_shuffle(x, factor)
            case p.SpaceToDepth(factor=factor) if rank == 2:
                return f.pixel_unshuffle(x, factor)
            case p.Pad(amount=amount, mode=mode):
                return self._pad(
                    x, amount, {"zero": "constant", "edge": "replicate"}.get(mode, mode)
                )
            case p.Crop(amount=amount):
                return self._pad(x, tuple((-begin, -end) for begin, end in amount))
            case p.Slice(axis=axis, start=start, stop=stop):
                return self._first(self._last(x).narrow(axis + 1, start, stop - start))
            case p.Resize(size=size, mode=mode, align_corners=corners):
                name = ("linear", "bilinear", "trilinear")[rank - 1] if mode == "bilinear" else mode
                return f.interpolate(x, size, mode=name, align_corners=corners or None)
            case _:
                raise Unsupported(type(primitive).__name__)

    def _transposed(self, conv: p.TransposedConvolution, x: Any) -> Any:
        pads = even(conv.padding)
        fits = all(
            added < max(stride, dilation)
            for added, stride, dilation in zip(
                conv.output_padding, conv.stride, conv.dilation, strict=True
            )
        )
        if not fits:
            raise Unsupported("such an output padding")
        module = self._module(
            f"ConvTranspose{x.ndim - 2}d",
            x.shape[1],
            conv.filters,
            conv.kernel,
            stride=conv.stride,
            padding=pads or 0,
            output_padding=conv.output_padding,
            dilation=conv.dilation,
            groups=conv.groups,
            bias=conv.bias,
        )
        if pads:
            return module(x)
        return self._pad(module(x), tuple((-begin, -end) for begin, end in conv.padding))

    def _pooling(self, pool: p.Pooling, x: Any) -> Any:
        """PyTorch pads both sides alike, by half a window at most; else the padding goes before."""
        f, rank = self._torch.nn.functional, x.ndim - 2
        pads = even(pool.padding)
        reach = [d * (k - 1) + 1 for k, d in zip(pool.size, pool.dilation, strict=True)]
        if pads is None or any(2 * pad > k for pad, k in zip(pads, reach, strict=True)):
            if pool.ceil:
                raise Unsupported("rounding up with such a padding")
            x, pads = self._pad(x, pool.padding), (0,) * rank
        options = {"stride": pool.stride, "padding": pads, "ceil_mode": pool.ceil}
        if pool.kind == "max":
            return getattr(f, f"max_pool{rank}d")(x, pool.size, dilation=pool.dilation, **options)
        return getattr(f, f"avg_pool{rank}d")(x, pool.size, **options)

    def _normalization(self, norm: p.Normalization, x: Any) -> Any:
        rank, channels = x.ndim - 2, x.shape[1]
        match norm.kind:
            case "batch":
                module = self._torch.nn.BatchNorm2d(channels, device="meta").eval()
                if not norm.scale:
                    del module.weight
                if not norm.center:
                    del module.bias
                self.modules.append(module)
                return x
            case "layer" if norm.scale and norm.center:
                shape = (*x.shape[2:], channels)
                spanned = [shape[axis] for axis in norm.axes]
                if norm.axes != tuple(range(rank + 1))[-len(norm.axes) :]:
                    raise Unsupported("layer norm over such axes")
                return self._first(self._module("LayerNorm", spanned)(self._last(x)))
            case "group" if norm.scale and norm.center:
                return self._module("GroupNorm", norm.groups, channels)(x)
            case "instance" if norm.scale and norm.center:
                self._module(f"InstanceNorm{rank}d", channels, affine=True)
                return x
            case _:
                raise Unsupported(f"{norm.kind} norm")

    def _merge(self, kind: p.MergeKind, tensors: list[Any]) -> Any:
        rank = max(tensor.ndim for tensor in tensors)
        full = [t[(..., *(None,) * (rank - t.ndim))] for t in tensors]  # C gates H×W×C
        merged = full[0]
        for tensor in full[1:]:
            match kind:
                case "multiply":
                    merged = merged * tensor
                case "subtract":
                    merged = merged - tensor
                case "maximum":
                    merged = self._torch.maximum(merged, tensor)
                case _:
                    merged = merged + tensor
        return merged
