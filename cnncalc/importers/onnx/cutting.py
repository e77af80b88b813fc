"""Parts of a value: splits, slices and cells by their numbers."""

from __future__ import annotations

from typing import Any

from cnncalc.importers.onnx.joining import joined
from cnncalc.importers.onnx.proto import Node
from cnncalc.importers.onnx.run import Inexpressible, Run
from cnncalc.importers.onnx.sliding import short
from cnncalc.importers.onnx.values import Atom, Constant, Feature, Group

_MOST_PIECES = 64


def split(run: Run, node: Node) -> None:
    """Parts of one axis."""
    x = run.lazy(node)
    rank = len(x.axes)
    axis = node.attributes.get("axis", 0)
    if not -rank <= axis < rank:
        raise Inexpressible(f"it has no axis {axis}")
    axis %= rank
    sizes = run.integers(node, 1, "split")
    total, parts = x.dims[axis], len(node.outputs)
    if sizes is None:
        part = -(-total // parts)
        sizes = [part] * (parts - 1) + [total - part * (parts - 1)]
    if sum(sizes) != total or min(sizes) < 1 or len(sizes) != parts:
        raise Inexpressible(f"its parts {sizes} do not fill {total} cells")
    start = 0
    for index, size in enumerate(sizes):
        label = node.outputs[index] or node.label
        run.give(node, sliced(run, label, x, axis, start, start + size, 1), index)
        start += size


def slice_(run: Run, node: Node) -> None:
    """Ranges of cells of some axes."""
    x: Feature = run.lazy(node)
    rank = len(x.axes)
    starts = run.integers(node, 1, "starts") or []
    ends = run.integers(node, 2, "ends") or []
    axes = run.integers(node, 3, "axes")
    strides = run.integers(node, 4)
    axes = list(range(len(starts))) if axes is None else axes
    strides = [1] * len(starts) if strides is None else strides
    if not len(starts) == len(ends) == len(axes) == len(strides):
        raise Inexpressible("its starts, ends and axes are not equally many")
    if not all(-rank <= axis < rank for axis in axes):
        raise Inexpressible(f"it has no axes {axes}")
    for start, end, axis, stride in zip(starts, ends, axes, strides, strict=True):
        size = x.dims[axis % rank]
        if stride == 0:
            raise Inexpressible("its step is 0")
        cells = range(size)[start:end:stride]
        if cells.step < 0:
            x = taken(run, node, x, axis % rank, list(cells))
        elif len(cells):
            stop = cells[-1] + 1
            x = sliced(run, node.label, x, axis % rank, cells.start, stop, cells.step)
        else:
            raise Inexpressible("it leaves nothing")
    run.give(node, x)


def sliced(
    run: Run, label: str, x: Feature, axis: int, start: int, stop: int, stride: int
) -> Feature:
    """Every so many cells of one axis of the ONNX tensor."""
    size = x.dims[axis]
    if (start, stop, stride) == (0, size, 1):
        return x
    if run.batch is not None and run.batch in x.axes[axis]:
        raise Inexpressible("it cuts the batch")
    x, place = run.separated(x, axis, label)
    if stop - start < size:
        arguments: dict[str, Any] = {"start": start} if start else {}
        if stop < size:
            arguments["stop"] = stop
        if place != len(x.shape) - 1:
            arguments["axis"] = place
        x = _resized(run, "slice", label, x, axis, place, arguments)
    if stride > 1 and stop - start > 1:
        x = _strided(run, label, x, axis, stride)
    return x


def _strided(run: Run, label: str, x: Feature, axis: int, stride: int) -> Feature:
    """Every so many cells: the maximum of windows of one cell."""
    others = [g for k, g in enumerate(x.axes) if k != axis and g and not run.is_batch(g)]
    tail = run.natural(x)[-1]
    if tail is x.axes[axis]:
        tail = others[-1] if others else ()
    rest = [group for group in run.in_order(x, others) if group is not tail]
    merged = tuple(atom for group in (*rest, tail) for atom in group)
    groups = [x.axes[axis], *rest, tail] if len(rest) < 3 else [x.axes[axis], merged]
    groups = [*run.in_order(x, groups[:-1]), groups[-1]]
    x = run.arrange(x, groups, label)
    place = groups.index(x.axes[axis])
    steps = [stride if k == place else 1 for k in range(len(groups) - 1)]
    arguments = {"size": 1, "stride": short(tuple(steps))}
    return _resized(run, "max_pool", label, x, axis, place, arguments)


def _resized(
    run: Run, op: str, label: str, x: Feature, axis: int, place: int, arguments: dict[str, Any]
) -> Feature:
    """A layer that changes the size of one axis, which it has by itself."""
    name, shape = run.add(op, label, [x], arguments)
    if shape is None:
        raise Inexpressible(f"{op} leaves nothing")
    old = x.axes[axis]
    new: Group = (Atom(shape[place]),) if shape[place] > 1 else ()
    start = x.order.index(old[0])
    order = (*x.order[:start], *new, *x.order[start + len(old) :])
    axes = (*x.axes[:axis], new, *x.axes[axis + 1 :])
    return Feature(name, shape, order, axes)


def taken(run: Run, node: Node, x: Feature, axis: int, cells: list[int]) -> Feature:
    """Some cells of one axis in any order: ranges of them behind one another."""
    runs: list[list[int]] = []
    for cell in cells:
        if runs and cell == runs[-1][1]:
            runs[-1][1] += 1
        else:
            runs.append([cell, cell + 1])
    if len(runs) > _MOST_PIECES:
        raise Inexpressible(f"it takes cells in {len(runs)} pieces")
    parts = [sliced(run, f"{node.label}/{k}", x, axis, a, b, 1) for k, (a, b) in enumerate(runs)]
    if len(parts) == 1:
        return parts[0]
    result = joined(run, node, [run.written(part) for part in parts], axis)
    if not isinstance(result, Feature):
        raise Inexpressible("what it takes cannot be put together")
    return result


def gather(run: Run, node: Node) -> None:
    """Cells of one axis by their constant numbers."""
    data = run.value(node, 0)
    if isinstance(data, Constant):
        axis = node.attributes.get("axis", 0) % len(data.shape)
        dims = (*data.shape[:axis], *run.lazy(node, 1).dims, *data.shape[axis + 1 :])
        raise Inexpressible("it looks up rows of a table", dims)
    x = run.lazy(node)
    rank = len(x.axes)
    axis = node.attributes.get("axis", 0)
    if not -rank <= axis < rank:
        raise Inexpressible(f"it has no axis {axis}")
    axis %= rank
    indices, size = run.needed(node, 1), x.dims[axis]
    cells = run.integers(node, 1) or []
    if not cells or not all(-size <= cell < size for cell in cells):
        raise Inexpressible("its indices are no list of cells")
    cells = [cell % size for cell in cells]
    x = _gathered(run, node, x, axis, cells)
    if len(indices.shape) == 1:
        run.give(node, x)
        return
    # an axis for every one of the indices, and none for a single number
    dims = (*x.dims[:axis], *indices.shape, *x.dims[axis + 1 :])
    run.give(node, run.reshape(x, dims, node.label))


def _gathered(run: Run, node: Node, x: Feature, axis: int, cells: list[int]) -> Feature:
    step = cells[1] - cells[0] if len(cells) > 1 else 1
    if step > 0 and cells == list(range(cells[0], cells[-1] + 1, step)):
        return sliced(run, node.label, x, axis, cells[0], cells[-1] + 1, step)
    return taken(run, node, x, axis, cells)


def gather_nd(run: Run, node: Node) -> None:
    """Cells of the first axis by their constant numbers."""
    x, indices = run.lazy(node), run.needed(node, 1)
    cells = run.integers(node, 1) or []
    is_list = len(indices.shape) == 2 and indices.shape[1] == 1
    if node.attributes.get("batch_dims") or not is_list or not cells:
        raise Inexpressible("its indices are no list of cells")
    size = x.dims[0]
    if not all(-size <= cell < size for cell in cells):
        raise Inexpressible("its indices lie outside")
    run.give(node, _gathered(run, node, x, 0, [cell % size for cell in cells]))
