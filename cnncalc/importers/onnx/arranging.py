"""What moves values and computes none."""

from __future__ import annotations

from math import prod
from typing import Any

from cnncalc.importers.onnx.merging import aligned
from cnncalc.importers.onnx.proto import Node
from cnncalc.importers.onnx.run import Inexpressible, Run
from cnncalc.importers.onnx.sliding import pairs_of, short
from cnncalc.importers.onnx.values import Atom, Constant, Feature, Group, Value
from cnncalc.importers.onnx.views import transposed

_MODES = {"constant": "zero", "reflect": "reflect", "edge": "edge"}
_MOST_PIECES = 64


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


def concat(run: Run, node: Node) -> None:
    """Values behind one another along one axis."""
    values = [run.value(node, k) for k, name in enumerate(node.inputs) if name]
    if any(isinstance(value, Constant) for value in values):
        reason = "it joins a constant to what is computed"
        raise Inexpressible(reason, _joined_dims(values, node.attributes.get("axis", 1)))
    features = [run.feature(node, k) for k, name in enumerate(node.inputs) if name]
    rank = len(features[0].axes)
    axis = node.attributes.get("axis", 1)
    if any(len(x.axes) != rank for x in features) or not -rank <= axis < rank:
        raise Inexpressible("what it reads has several ranks")
    axis %= rank
    total = sum(x.dims[axis] for x in features)
    dims = (*features[0].dims[:axis], total, *features[0].dims[axis + 1 :])
    if any((*x.dims[:axis], total, *x.dims[axis + 1 :]) != dims for x in features):
        raise Inexpressible("the sizes of what it reads differ along other axes, too")
    if len(features) == 1:
        run.give(node, features[0])
        return
    run.give(node, joined(run, node, features, axis))


def _joined_dims(values: list[Value | None], axis: int) -> tuple[int, ...] | None:
    """The shape that values have behind one another along one axis, if it is known."""
    shapes = []
    for value in values:
        if not isinstance(value, (Constant, Feature)):
            return None
        shapes.append(value.shape if isinstance(value, Constant) else value.dims)
    dims = list(shapes[0])
    dims[axis] = sum(shape[axis] for shape in shapes)
    return tuple(dims)


def joined(run: Run, node: Node, features: list[Feature], axis: int) -> Value:
    """A concatenation of values along one axis of the ONNX tensor."""
    if any(run.batch in x.axes[axis] for x in features if run.batch is not None):
        raise Inexpressible("it joins batches")
    placed, place, pattern = aligned(run, node.label, features, axis)
    rank = len(placed[0].shape)
    arguments: dict[str, Any] = {} if place == rank - 1 else {"axis": place}
    name, shape = run.add("concat", node.label, placed, arguments)
    if shape is None:
        raise Inexpressible("the shapes of what it reads do not fit")
    places: list[int | None] = [None] * len(features[0].axes)
    for where, k in enumerate(pattern):
        places[k] = where
    if run.is_batch(features[0].axes[0]) and places[0] is None and axis != 0:
        places[0] = -1
    return run.fresh(name, shape, places)


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
        raise Inexpressible("it looks up rows of a table")
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


def pad(run: Run, node: Node) -> None:
    """Cells around the map."""
    x = run.lazy(node)
    rank = len(x.axes)
    pads = run.integers(node, 1, "pads" if "pads" in node.attributes else "paddings") or []
    axes = run.integers(node, 3)
    axes = list(range(len(pads) // 2)) if axes is None else axes
    if len(pads) != 2 * len(axes) or not all(-rank <= axis < rank for axis in axes):
        raise Inexpressible(f"its {len(pads)} amounts do not suit {rank} axes")
    amounts = {axis % rank: (pads[k], pads[k + len(axes)]) for k, axis in enumerate(axes)}
    amounts = {axis: pair for axis, pair in amounts.items() if any(pair)}
    mode = node.attributes.get("mode", "constant")
    if mode not in _MODES or (mode == "constant" and _padding_value(run, node) != 0):
        raise Inexpressible("it pads with something else than zeros, copies or a mirror image")
    if any(run.is_batch(x.axes[k]) and k == 0 for k in amounts):
        raise Inexpressible("it pads the batch")
    run.give(node, _padded(run, node, run.written(x), amounts, _MODES[mode]) if amounts else x)


def _padding_value(run: Run, node: Node) -> float | None:
    if "value" in node.attributes:
        return float(node.attributes["value"])
    constant = run.constant(node, 2)
    return 0.0 if constant is None or not constant.size else constant.number()


def _padded(
    run: Run, node: Node, x: Feature, amounts: dict[int, tuple[int, int]], mode: str
) -> Feature:
    """Padding, with an axis that is not padded as the channels."""
    places = [k for k, g in enumerate(x.axes) if k in amounts or (g and not run.is_batch(g))]
    tail = run.natural(x)[-1]
    free = [k for k in places if k not in amounts]
    last = next((k for k in free if x.axes[k] is tail), free[-1] if free else None)
    space = [k for k in places if k != last]
    if len(space) > 3:
        raise Inexpressible(f"it pads a map of {len(space)} axes")
    channels = () if last is None else x.axes[last]
    x = run.arrange(x, [*(x.axes[k] for k in space), channels], node.label)
    pairs = [amounts.get(k, (0, 0)) for k in space]
    for op, sign in (("crop", -1), ("pad", 1)):
        amount = tuple((max(sign * begin, 0), max(sign * end, 0)) for begin, end in pairs)
        if not any(map(any, amount)):
            continue
        arguments: dict[str, Any] = {"amount": pairs_of(amount)}
        if op == "pad" and mode != "zero":
            arguments["mode"] = mode
        x = grown(run, op, node.label, x, arguments, [*space, last])
    return x


def grown(
    run: Run,
    op: str,
    label: str,
    x: Feature,
    arguments: dict[str, Any],
    places: list[int | None],
) -> Feature:
    """A layer that changes the sizes of some axes, where every axis is one of the ONNX tensor.

    Args:
        run: The import.
        op: The layer's op.
        label: Its name.
        x: What it reads.
        arguments: Its arguments.
        places: The ONNX axis of every axis of the layer's shape; None for one of size 1 that is
            none of them.
    """
    name, shape = run.add(op, label, [x], arguments)
    if shape is None:
        raise Inexpressible(f"{op} does not suit what it reads")
    axes = list(x.axes)
    order: list[Atom] = []
    for place, before, after in zip(places, x.shape, shape, strict=True):
        if place is None:
            continue
        if before != after:
            axes[place] = (Atom(after),) if after > 1 else ()
        order += axes[place]
    return Feature(name, shape, tuple(order), tuple(axes))
