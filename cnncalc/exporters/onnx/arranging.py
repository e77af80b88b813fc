"""What moves values and computes none: reshapes, permutations, padding, crops and resizing."""

from __future__ import annotations

from cnncalc.exporters.onnx.graph import Graph, Tensor, onnx_axis, onnx_shape
from cnncalc.ir import primitives as p
from cnncalc.ir.shapes import Pair, Sizes

_MODES = {"zero": "constant", "reflect": "reflect", "edge": "edge"}


def channels_last(graph: Graph, x: Tensor) -> str:
    """A transposition into cnncalc's own order, (N, *space, channels)."""
    axes = range(2, len(x.shape) + 1)
    return graph.node("Transpose", x.name, perm=[0, *axes, 1])


def channels_first(graph: Graph, name: str, shape: Sizes) -> str:
    """The way back: (N, *space, channels) of this shape becomes (N, channels, *space)."""
    n_axes = len(shape)
    return graph.node("Transpose", name, perm=[0, n_axes, *range(1, n_axes)])


def reshape_to(graph: Graph, name: str, sizes: Sizes) -> str:
    """The same values, in the order in which the tensor holds them, in another shape."""
    if len(sizes) == 1:
        return graph.node("Flatten", name, axis=1)
    return graph.node("Reshape", name, graph.integers("shape", (0, *sizes)))


def reshape(graph: Graph, x: Tensor, shape: Sizes) -> str:
    """The same values in cnncalc's order, in which the channels of a cell are together."""
    name = x.name if _is_one_order(x.shape) else channels_last(graph, x)
    if _is_one_order(shape):
        return reshape_to(graph, name, onnx_shape(shape))
    return channels_first(graph, reshape_to(graph, name, shape), shape)


def _is_one_order(shape: Sizes) -> bool:
    """Whether channels first and channels last are the same order: one cell, or one channel."""
    return shape[-1] == 1 or all(size == 1 for size in shape[:-1])


def permute(graph: Graph, order: Sizes, x: Tensor) -> str:
    """One transposition, its axes counted as the tensor has them."""
    first = (order[-1], *order[:-1])
    return graph.node("Transpose", x.name, perm=[0, *(onnx_axis(k, len(order)) for k in first)])


def channel_shuffle(graph: Graph, groups: int, x: Tensor) -> str:
    """Groups and members of a group change places."""
    split = reshape_to(graph, x.name, (groups, x.channels // groups, *x.space))
    n_axes = len(x.shape) + 2
    swapped = graph.node("Transpose", split, perm=[0, 2, 1, *range(3, n_axes)])
    return reshape_to(graph, swapped, onnx_shape(x.shape))


def depth_to_space(graph: Graph, factor: int, x: Tensor, shape: Sizes) -> str:
    """ONNX has it for pictures; for other ranks the block's axes are split off and interleaved."""
    rank = len(x.space)
    if rank == 2:
        return graph.node("DepthToSpace", x.name, blocksize=factor, mode="CRD")
    split = reshape_to(graph, x.name, (shape[-1], *(factor,) * rank, *x.space))
    pairs = [axis for k in range(rank) for axis in (2 + rank + k, 2 + k)]
    interleaved = graph.node("Transpose", split, perm=[0, 1, *pairs])
    return reshape_to(graph, interleaved, onnx_shape(shape))


def space_to_depth(graph: Graph, factor: int, x: Tensor, shape: Sizes) -> str:
    """ONNX has it for pictures; for other ranks every axis is split and the blocks come first."""
    rank = len(x.space)
    if rank == 2:
        return graph.node("SpaceToDepth", x.name, blocksize=factor)
    pairs = [size for cells in shape[:-1] for size in (cells, factor)]
    split = reshape_to(graph, x.name, (x.channels, *pairs))
    cells, blocks = range(2, 2 + 2 * rank, 2), range(3, 3 + 2 * rank, 2)
    gathered = graph.node("Transpose", split, perm=[0, *blocks, 1, *cells])
    return reshape_to(graph, gathered, onnx_shape(shape))


def pad(graph: Graph, amount: tuple[Pair, ...], mode: p.PadMode, x: Tensor) -> str:
    """Cells around the map."""
    return pad_with(graph, x.name, amount, None, _MODES[mode])


def pad_with(
    graph: Graph,
    name: str,
    amount: tuple[Pair, ...],
    value: float | None = None,
    mode: str = "constant",
) -> str:
    """Cells with this value (zero by default) around every map of a tensor."""
    begins, ends = zip(*amount, strict=True)
    pads = graph.integers("pads", (0, 0, *begins, 0, 0, *ends))
    values = [] if value is None else [graph.numbers("padding", value)]
    return graph.node("Pad", name, pads, *values, mode=mode)


def crop(graph: Graph, amount: tuple[Pair, ...], x: Tensor) -> str:
    """Cells cut off around the map."""
    starts = [begin for begin, _ in amount]
    stops = [size - end for size, (_, end) in zip(x.space, amount, strict=True)]
    return _slice(graph, x, starts, stops, list(range(len(amount))))


def cut(graph: Graph, part: p.Slice, x: Tensor) -> str:
    """A range of cells of one axis."""
    return _slice(graph, x, [part.start], [part.stop], [part.axis])


def _slice(graph: Graph, x: Tensor, starts: list[int], stops: list[int], axes: list[int]) -> str:
    placed = [onnx_axis(axis, len(x.shape)) for axis in axes]
    bounds = (("starts", starts), ("ends", stops), ("axes", placed))
    return graph.node("Slice", x.name, *(graph.integers(*bound) for bound in bounds))
