"""Convolutions and transposed convolutions."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from cnncalc.importers.onnx.builder import Weight
from cnncalc.importers.onnx.proto import Node
from cnncalc.importers.onnx.run import Inexpressible, Run
from cnncalc.importers.onnx.values import Array, Constant, Feature
from cnncalc.ir.shapes import Pair, Sizes
from cnncalc.ir.windows import same_padding

_MOST_SPREAD = 1_000_000


def convolution(run: Run, node: Node) -> None:
    """A convolution; one whose groups are its channels is depthwise."""
    x, kernel = run.map(node), run.needed(node, 1)
    rank, channels = len(x.shape) - 1, x.shape[-1]
    groups = node.attributes.get("group", 1)
    _check(kernel, rank, groups)
    geometry = Geometry(node, kernel.shape[2:], x.shape)
    x, padding = geometry.padded(run, x)
    arguments: dict[str, Any] = {}
    op = "conv"
    if groups == channels > 1 and kernel.shape[0] % channels == 0:
        op = "depthwise_conv"
        if kernel.shape[0] != channels:
            arguments["multiplier"] = kernel.shape[0] // channels
    else:
        arguments["filters"] = kernel.shape[0]
    arguments |= geometry.arguments(padding)
    if op == "conv" and groups != 1:
        arguments["groups"] = groups
    table = _table(run, node) if op == "conv" and groups == 1 else None
    if table is None:
        weights = {"kernel": Weight(kernel, _filters_last)}
    else:
        arguments["connections"], small = table
        weights = {"kernel": Weight(small, _connections_last)}
    _add_bias(run, node, arguments, weights)
    name, shape = run.add(op, node.label, [x], arguments, weights)
    run.give(node, run.fresh_map(name, shape))


def _table(run: Run, node: Node) -> tuple[list[list[int]], Constant] | None:
    """Which channels every filter sees, where small kernels are scattered over zeros; and these."""
    source = run.producers.get(node.inputs[1])
    if source is None or source.op != "ScatterND" or source.domain:
        return None
    zeros, indices, small = (run.needed(source, index) for index in range(3))
    places = run.integers(source, 1) or []
    filters, *rest = zeros.shape
    is_plain = indices.shape[1:] == (2,) and source.attributes.get("reduction", "none") == "none"
    if not is_plain or zeros.make is None or zeros.size > _MOST_SPREAD or zeros.array().any():
        return None
    pairs = list(zip(places[::2], places[1::2], strict=True))
    seen: list[list[int]] = [[] for _ in range(filters)]
    for filter_, channel in pairs:
        if not (0 <= filter_ < filters and 0 <= channel < rest[0]):
            return None
        seen[filter_].append(channel)
    is_sorted = all(a[0] <= b[0] for a, b in pairwise(pairs))
    if not is_sorted or len(set(pairs)) < len(pairs) or not all(seen) or not small.is_parameter:
        return None
    return seen, small


def _connections_last(array: Array) -> Array:
    """(connections, *kernel axes) as (*kernel axes, connections)."""
    import numpy as np

    return np.moveaxis(array, 0, -1)


def _check(kernel: Constant, rank: int, groups: object) -> None:
    if len(kernel.shape) != rank + 2 or 0 in kernel.shape:
        raise Inexpressible(f"its kernel has the shape {list(kernel.shape)}")
    if type(groups) is not int or groups < 1:
        raise Inexpressible(f"it has {groups!r} groups")
    if not 1 <= rank <= 3:
        raise Inexpressible(f"it slides along {rank} axes")


def _add_bias(run: Run, node: Node, arguments: dict[str, Any], weights: dict[str, Weight]) -> None:
    bias = run.constant(node, 2)
    if bias is None:
        arguments["bias"] = False
    else:
        weights["bias"] = Weight(bias, lambda array: array.reshape(-1))


def _filters_last(array: Array) -> Array:
    """(out, in, *kernel axes) as (*kernel axes, in, out)."""
    import numpy as np

    return np.moveaxis(array, (0, 1), (-1, -2))


def transposed_convolution(run: Run, node: Node) -> None:
    """A transposed convolution, whose padding may be given as the size that comes out."""
    x, kernel = run.map(node), run.needed(node, 1)
    rank = len(x.shape) - 1
    groups = node.attributes.get("group", 1)
    _check(kernel, rank, groups)
    geometry = Geometry(node, kernel.shape[2:], x.shape)
    more = integers(node, "output_padding", rank, 0)
    padding = _cut_off(node, geometry, x.shape, more)
    if any(side < 0 for pair in padding for side in pair):
        raise Inexpressible("its padding is negative")
    arguments: dict[str, Any] = {"filters": kernel.shape[1] * groups}
    arguments |= geometry.arguments(padding)
    if any(more):
        arguments["output_padding"] = short(more)
    if groups != 1:
        arguments["groups"] = groups
    weights = {"kernel": Weight(kernel, lambda array: _stamps(array, groups), str(groups))}
    _add_bias(run, node, arguments, weights)
    name, shape = run.add("conv_transpose", node.label, [x], arguments, weights)
    run.give(node, run.fresh_map(name, shape))


def _cut_off(node: Node, geometry: Geometry, shape: Sizes, more: Sizes) -> tuple[Pair, ...]:
    """What the padding cuts off the result along every axis."""
    wanted = node.attributes.get("output_shape")
    auto = node.attributes.get("auto_pad", "NOTSET")
    if wanted:
        wanted = wanted[-len(more) :]
    elif auto.startswith("SAME"):
        wanted = [size * step for size, step in zip(shape, geometry.stride, strict=False)]
    else:
        return ((0, 0),) * len(more) if auto == "VALID" else geometry.explicit(node)
    if len(wanted) != len(more):
        raise Inexpressible(f"its output_shape has {len(wanted)} sizes")
    pairs = []
    for k, size in enumerate(wanted):
        reach = geometry.dilation[k] * (geometry.kernel[k] - 1) + 1
        total = geometry.stride[k] * (shape[k] - 1) + more[k] + reach - size
        half = total // 2
        pairs.append((half, total - half) if auto == "SAME_UPPER" else (total - half, half))
    return tuple(pairs)


def _stamps(array: Array, groups: int) -> Array:
    """(in, out/groups, *kernel axes) as (*kernel axes, in/groups, out)."""
    import numpy as np

    channels, within, *kernel = array.shape
    split = array.reshape(groups, channels // groups, within, *kernel)
    last = np.moveaxis(split, (1, 0, 2), (-3, -2, -1))
    return last.reshape(*kernel, channels // groups, groups * within)


class Geometry:
    """Kernel, stride, dilation and padding of a window, read from a node's attributes.

    Args:
        node: The node.
        kernel: Size of its window.
        shape: The map that it reads, channels last.
        beyond: Cells that an operation before has added around the map.
    """

    def __init__(
        self, node: Node, kernel: Sizes, shape: Sizes, beyond: tuple[Pair, ...] = ()
    ) -> None:
        rank = len(kernel)
        self.kernel = kernel
        if len(shape) != rank + 1:
            raise Inexpressible(f"its window has {rank} axes, and what it reads {len(shape) - 1}")
        self.stride = integers(node, "strides", rank, 1)
        self.dilation = integers(node, "dilations", rank, 1)
        if min((*kernel, *self.stride, *self.dilation)) < 1:
            raise Inexpressible("its window has a size, stride or dilation below 1")
        grown = [size + sum(pair) for size, pair in zip(shape, beyond, strict=False)]
        self.padding = self._padding(node, (*grown, *shape[len(grown) :]))
        if beyond:
            pairs = zip(self.padding, beyond, strict=True)
            self.padding = tuple((a + c, b + d) for (a, b), (c, d) in pairs)

    def _padding(self, node: Node, shape: Sizes) -> tuple[Pair, ...]:
        auto = node.attributes.get("auto_pad", "NOTSET")
        if auto == "VALID":
            return ((0, 0),) * len(self.kernel)
        if auto not in ("SAME_UPPER", "SAME_LOWER"):
            return self.explicit(node)
        pairs = tuple(map(same_padding, shape, self.kernel, self.stride, self.dilation))
        return pairs if auto == "SAME_UPPER" else tuple((end, begin) for begin, end in pairs)

    def explicit(self, node: Node) -> tuple[Pair, ...]:
        """The padding as pairs, one per axis."""
        rank = len(self.kernel)
        pads = integers(node, "pads", 2 * rank, 0)
        return tuple(zip(pads[:rank], pads[rank:], strict=True))

    def padded(self, run: Run, x: Feature) -> tuple[Feature, tuple[Pair, ...]]:
        """What the window slides over, with cells cut off where the padding is negative."""
        cut = tuple((max(-begin, 0), max(-end, 0)) for begin, end in self.padding)
        if any(map(any, cut)):
            name, shape = run.add("crop", f"{x.layer}/crop", [x], {"amount": pairs_of(cut)})
            if shape is None:
                raise Inexpressible("its negative padding leaves nothing")
            x = Feature(name, shape, x.order, x.axes)
        return x, tuple((max(begin, 0), max(end, 0)) for begin, end in self.padding)

    def arguments(self, padding: tuple[Pair, ...], kernel: str = "kernel") -> dict[str, Any]:
        """The arguments of a layer, without those that are the default."""
        arguments: dict[str, Any] = {kernel: short(self.kernel)}
        if set(self.stride) != {1} or kernel == "size":
            arguments["stride"] = short(self.stride)
        if any(map(any, padding)):
            arguments["padding"] = pairs_of(padding)
        if set(self.dilation) != {1}:
            arguments["dilation"] = short(self.dilation)
        return arguments


def integers(node: Node, name: str, count: int, default: int) -> Sizes:
    """A list of so many integers among the attributes.

    Raises:
        Inexpressible: It has another number of them.
    """
    values = node.attributes.get(name) or (default,) * count
    if not isinstance(values, (list, tuple)) or len(values) != count:
        raise Inexpressible(f"its {name} should be {count} integers")
    if not all(isinstance(value, int) for value in values):
        raise Inexpressible(f"its {name} should be {count} integers")
    return tuple(values)


def short(sizes: Sizes) -> int | list[int]:
    """One number where all are the same."""
    return sizes[0] if len(set(sizes)) == 1 else list(sizes)


def pairs_of(padding: tuple[Pair, ...]) -> int | list[int] | list[list[int]]:
    """A padding in the shortest form of a spec."""
    if any(begin != end for begin, end in padding):
        return [list(pair) for pair in padding]
    return short(tuple(begin for begin, _ in padding))
