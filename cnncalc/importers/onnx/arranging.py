"""What moves values and computes none: other shapes, other orders of the axes."""

from __future__ import annotations

from math import prod

from cnncalc.importers.onnx.proto import Node
from cnncalc.importers.onnx.run import Inexpressible, Run
from cnncalc.importers.onnx.values import Feature
from cnncalc.importers.onnx.views import transposed


def reshape(run: Run, node: Node) -> None:
    """Another shape of the same values in ONNX's order; flattening is a layer right away."""
    x = run.lazy(node)
    wanted = run.integers(node, 1, "shape")
    if wanted is None:
        raise Inexpressible("it has no shape")
    copies = not node.attributes.get("allowzero")
    dims = [
        x.dims[k] if size == 0 and copies and k < len(x.dims) else size
        for k, size in enumerate(wanted)
    ]
    _reshape(run, node, x, dims)


def _reshape(run: Run, node: Node, x: Feature, dims: list[int]) -> None:
    total = prod(x.dims)
    if dims.count(-1) == 1:
        others = prod(size for size in dims if size != -1)
        if others < 1 or total % others:
            raise Inexpressible(f"no size makes {dims} of {total:,} values")
        dims = [total // others if size == -1 else size for size in dims]
    if any(size < 1 for size in dims) or prod(dims) != total:
        raise Inexpressible(f"{total:,} values do not fill the shape {dims}")
    result = run.reshape(x, tuple(dims), node.label)
    if isinstance(result, Feature) and len(dims) == 2 and len(result.shape) > 1:
        result = _flattened(run, node, result)
    run.give(node, result)


def _flattened(run: Run, node: Node, x: Feature) -> Feature:
    """A vector of all values as a layer, in the layer's own order."""
    if not run.is_batch(x.axes[0]) or len(x.axes[1]) != len(x.order):
        return x
    x = run.written(x)
    name, shape = run.add("flatten", node.label, [x], {})
    return x if shape is None else Feature(name, shape, x.order, x.axes)


def flatten(run: Run, node: Node) -> None:
    """A matrix of the axes before one and those from it on."""
    x = run.lazy(node)
    rank = len(x.axes)
    axis = node.attributes.get("axis", 1)
    if not -rank <= axis <= rank:
        raise Inexpressible(f"it has no axis {axis}")
    if axis < 0:
        axis += rank
    _reshape(run, node, x, [prod(x.dims[:axis]), prod(x.dims[axis:])])


def transpose(run: Run, node: Node) -> None:
    """The axes in another order, which is a way to look at the same values."""
    x = run.lazy(node)
    order = node.attributes.get("perm") or list(range(len(x.axes)))[::-1]
    if sorted(order) != list(range(len(x.axes))):
        raise Inexpressible(f"its order {order} does not suit {len(x.axes)} axes")
    run.give(node, transposed(x, tuple(order)))


def squeeze(run: Run, node: Node) -> None:
    """Axes of size 1 go."""
    x = run.lazy(node)
    rank = len(x.axes)
    axes = run.integers(node, 1, "axes")
    if axes is None:
        axes = [k for k, size in enumerate(x.dims) if size == 1]
    gone = {axis % rank for axis in axes}
    if any(x.dims[k] != 1 for k in gone):
        raise Inexpressible(f"its axes {axes} are not all of size 1")
    run.give(node, x.seen(tuple(group for k, group in enumerate(x.axes) if k not in gone)))


def unsqueeze(run: Run, node: Node) -> None:
    """Axes of size 1 come."""
    x = run.lazy(node)
    axes = run.integers(node, 1, "axes") or []
    rank = len(x.axes) + len(axes)
    if not all(-rank <= axis < rank for axis in axes):
        raise Inexpressible(f"it has no axes {axes}")
    new = {axis % rank for axis in axes}
    groups = iter(x.axes)
    run.give(node, x.seen(tuple(() if k in new else next(groups, ()) for k in range(rank))))


def depth_to_space(run: Run, node: Node) -> None:
    """Blocks of channels become blocks of cells."""
    x, factor = run.lazy(node), node.attributes.get("blocksize", 0)
    n, channels, height, width = _picture(x)
    if factor < 1 or channels % factor**2:
        raise Inexpressible(f"blocks of {factor} do not suit {channels} channels")
    rest = channels // factor**2
    if node.attributes.get("mode", "DCR") == "CRD":
        dims, order = (n, rest, factor, factor, height, width), (0, 1, 4, 2, 5, 3)
    else:
        dims, order = (n, factor, factor, rest, height, width), (0, 3, 4, 1, 5, 2)
    _rearrange(run, node, x, dims, order, (n, rest, height * factor, width * factor))


def space_to_depth(run: Run, node: Node) -> None:
    """Blocks of cells become channels."""
    x, factor = run.lazy(node), node.attributes.get("blocksize", 0)
    n, channels, height, width = _picture(x)
    if factor < 1 or height % factor or width % factor:
        raise Inexpressible(f"blocks of {factor} do not suit {height}×{width}")
    height, width = height // factor, width // factor
    dims = (n, channels, height, factor, width, factor)
    after = (n, channels * factor**2, height, width)
    _rearrange(run, node, x, dims, (0, 3, 5, 1, 2, 4), after)


def _picture(x: Feature) -> tuple[int, int, int, int]:
    if len(x.dims) != 4:
        raise Inexpressible("what it reads is no batch of pictures")
    n, channels, height, width = x.dims
    return n, channels, height, width


def _rearrange(
    run: Run,
    node: Node,
    x: Feature,
    dims: tuple[int, ...],
    order: tuple[int, ...],
    after: tuple[int, ...],
) -> None:
    split = run.reshape(x, dims, node.label)
    if not isinstance(split, Feature):
        raise Inexpressible("its blocks cannot be told apart")
    run.give(node, run.reshape(transposed(split, order), after, node.label))
