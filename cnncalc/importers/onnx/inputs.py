"""What enters an ONNX graph: pictures, whose channels have to be found, and weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeAlias

from cnncalc.errors import UsageError
from cnncalc.importers.onnx.opaque import captured
from cnncalc.importers.onnx.pointwise import OF_SEVERAL, UNARY
from cnncalc.importers.onnx.proto import Node, ValueInfo
from cnncalc.importers.onnx.run import Run
from cnncalc.importers.onnx.tensors import dtype_name
from cnncalc.importers.onnx.values import Atom, Constant, Feature
from cnncalc.ir.shapes import Sizes, axis_name
from cnncalc.source.printable import printable, quoted

_Dims: TypeAlias = list[int | str | None]

# the places at which an operation reads weights
_WEIGHTS = {
    "BatchNormalization": (1, 2, 3, 4),
    "Conv": (1, 2),
    "ConvTranspose": (1, 2),
    "Gemm": (1, 2),
    "GroupNormalization": (1, 2),
    "InstanceNormalization": (1, 2),
    "LayerNormalization": (1, 2),
    "MatMul": (1,),
    "PRelu": (1,),
    "ScatterND": (2,),
}
_MAPS = {
    *(
        "AveragePool",
        "BatchNormalization",
        "Conv",
        "ConvTranspose",
        "DepthToSpace",
        "GlobalMaxPool",
    ),
    *("GlobalAveragePool", "GroupNormalization", "InstanceNormalization", "LRN", "MaxPool"),
    *("SpaceToDepth",),
}
_KEEPS_AXES = {
    *(UNARY | OF_SEVERAL),
    *("Cast", "DequantizeLinear", "Dropout", "Expand", "Identity", "Mean", "Pad", "QuantizeLinear"),
    *("Resize", "Slice", "Softmax", "Split", "Sum", "Upsample", "PRelu", "ReduceMean", "ReduceMax"),
}
_SECOND = {"Add", "Div", "Mul", "Pow", "Sub"}


class Axes(NamedTuple):
    """Which axes of an input are the batch's and the channels'; None where there is no batch."""

    batch: int | None
    channels: int


def place_inputs(run: Run, nodes: Sequence[Node], given: Mapping[str, Sizes]) -> dict[str, Sizes]:
    """Make values of what enters a graph.

    Args:
        run: The import.
        nodes: The nodes that matter.
        given: Shapes that take the place of the file's, channels last and without the batch, by
            name, or under `input` for the only one.

    Returns:
        The network's inputs: pictures and vectors, but not weights.

    Raises:
        UsageError: A size is open, or a shape was given that does not suit.
    """
    readers = _readers(run, nodes)
    entering = [
        info
        for info in run.graph.inputs
        if info.name not in run.graph.initializers and info.name in readers
    ]
    is_open = any(info.dims and not isinstance(info.dims[0], int) for info in entering)
    data = []
    for info in entering:
        is_other = is_open and len(entering) > 1
        if _is_weight(info, readers[info.name], is_open=is_other, is_own=run.is_own):
            sizes = tuple(size for size in info.dims or () if isinstance(size, int))
            dtype = dtype_name(info.data_type)
            run.values[info.name] = Constant(sizes, dtype, None, is_parameter=True)
        else:
            data.append(info)
    return _place(run, data, readers, _by_name(data, given))


def _readers(run: Run, nodes: Sequence[Node]) -> dict[str, list[tuple[Node, int]]]:
    """The nodes that read a value, and at which place."""
    readers: dict[str, list[tuple[Node, int]]] = {}
    for node in nodes:
        for index, name in enumerate((*node.inputs, *captured(run, node))):
            readers.setdefault(name, []).append((node, index))
    return readers


def _is_weight(
    info: ValueInfo, readers: list[tuple[Node, int]], *, is_open: bool, is_own: bool
) -> bool:
    """Whether an input of fixed size is read as a weight only."""
    if info.dims is None or not all(isinstance(size, int) for size in info.dims):
        return False
    if is_own and is_open:  # cnncalc leaves the batch of everything else open
        return True
    certain = [index in _WEIGHTS.get(node.op, ()) for node, index in readers]
    likely = [index == 1 and node.op in _SECOND and is_open for node, index in readers]
    return all(a or b for a, b in zip(certain, likely, strict=True)) and (any(certain) or is_open)


def _by_name(data: list[ValueInfo], given: Mapping[str, Sizes]) -> dict[str, Sizes]:
    if set(given) == {"input"} and len(data) == 1:
        return {data[0].name: given["input"]}
    names = {info.name for info in data}
    for name in given:
        if name not in names:
            known = ", ".join(map(printable, sorted(names)[:8])) or "none"
            raise UsageError(f"the model has no input {quoted(name)}; its inputs are {known}")
    return dict(given)


def _place(
    run: Run,
    data: list[ValueInfo],
    readers: dict[str, list[tuple[Node, int]]],
    given: dict[str, Sizes],
) -> dict[str, Sizes]:
    inputs: dict[str, Sizes] = {}
    found = []
    for info in data:
        dims: _Dims = list(info.dims or ())
        shape = given.get(info.name)
        if info.dims is None and shape is None:
            raise UsageError(_demand(info.name, [None] * 4, Axes(0, 1), len(data)))
        if info.dims is None:
            dims = [None] * (len(shape or ()) + 1)
        axes = _axes(run, info.name, dims, readers)
        if shape is not None:
            dims = _filled(run, info.name, dims, axes, shape)
        found.append((info, dims, axes))
    sizes = {dims[a.batch] for _, dims, a in found if a.batch is not None}
    batches = [size for size in sizes if isinstance(size, int)]
    if len(batches) == 1 and batches[0] > 1:
        run.batch = Atom(batches[0])
    for info, dims, axes in found:
        resolved = _resolved(run, info, dims, axes, len(data))
        feature = _feature(run, info.name, resolved, axes)
        run.values[info.name] = feature
        run.entering.append(feature)
        inputs[feature.layer] = feature.shape
    return inputs


def _filled(run: Run, name: str, dims: _Dims, axes: Axes, shape: Sizes) -> _Dims:
    """The sizes of an input with those that were given, which have the channels last."""
    own = [k for k in range(len(dims)) if k not in (axes.batch, axes.channels)]
    own = [*own, axes.channels] if len(dims) > (axes.batch is not None) else own
    if len(shape) != len(own):
        wanted = f"{len(own)} sizes, not {len(shape)}"
        raise UsageError(f"--input: the model's input {quoted(name)} takes {wanted}")
    dims = list(dims)
    for k, size in zip(own, shape, strict=True):
        symbol = dims[k]
        if isinstance(symbol, str):
            run.symbols[symbol] = size
        dims[k] = size
    return dims


def _resolved(run: Run, info: ValueInfo, dims: _Dims, axes: Axes, n_inputs: int) -> Sizes:
    """All sizes as numbers; the batch is 1 where it is open."""
    sizes: list[int] = []
    for k, declared in enumerate(dims):
        size = run.symbols.get(declared) if isinstance(declared, str) else declared
        if k == axes.batch:
            size = 1 if run.batch is None else run.batch.size
        if not isinstance(size, int):
            raise UsageError(_demand(info.name, dims, axes, n_inputs))
        if size < 1:
            raise UsageError(f"the input {quoted(info.name)} has an axis of size {size}")
        sizes.append(size)
    return tuple(sizes)


def _demand(name: str, dims: _Dims, axes: Axes, n_inputs: int) -> str:
    """What to say of sizes that the model leaves open."""
    order = [k for k in range(len(dims)) if k not in (axes.batch, axes.channels)] + [axes.channels]
    rank = len(order) - 1
    words = [*(axis_name(rank, axis) for axis in range(rank)), "channels"]
    called = ", ".join(
        word if dims[k] is None or dims[k] == "?" else f"{word} {printable(str(dims[k]))}"
        for k, word in zip(order, words, strict=True)
        if not isinstance(dims[k], int)
    )
    example = "x".join(
        str(dims[k] if isinstance(dims[k], int) else 3 if k == axes.channels else 224)
        for k in order
    )
    of_name = f"{printable(name)}=" if n_inputs > 1 else ""
    return (
        f"the model leaves sizes of its input {quoted(name)} open ({called}); give them, "
        f"channels last: --input {of_name}{example}"
    )


def _axes(run: Run, name: str, dims: _Dims, readers: dict[str, list[tuple[Node, int]]]) -> Axes:
    """Where the batch and the channels are, by what reads the input, or else by the sizes."""
    rank = len(dims)
    if run.is_own and rank > 1:
        return Axes(0, 1)
    seen: set[str] = set()
    pending: list[tuple[str, list[int | None]]] = [(name, list(range(rank)))]
    while pending and len(seen) < 200:
        value, labels = pending.pop(0)
        if value in seen:
            continue
        seen.add(value)
        for node, index in readers.get(value, ()):
            if node.op in _MAPS and index == 0 and len(labels) > 2:
                channels = labels[1]
                if channels is not None:
                    return Axes(labels[0], channels)
            moved = _moved(node, index, labels)
            if moved is not None and node.outputs:
                pending.append((node.outputs[0], moved))
    return _by_sizes(dims)


def _moved(node: Node, index: int, labels: list[int | None]) -> list[int | None] | None:
    """Where the axes are after a node; None if they cannot be followed."""
    if node.op in _KEEPS_AXES and node.attributes.get("keepdims", 1):
        return labels
    if index != 0:
        return None
    if node.op == "Transpose":
        order = node.attributes.get("perm") or list(range(len(labels)))[::-1]
        if sorted(order) == list(range(len(labels))):
            return [labels[k] for k in order]
    if node.op == "Unsqueeze":
        axes = node.attributes.get("axes", [0])
        if axes == [0]:
            return [None, *labels]
    return None


def _by_sizes(dims: _Dims) -> Axes:
    rank = len(dims)
    if rank < 2:
        return Axes(None, 0)
    if rank in (4, 5) and not (dims[-1] in (1, 3, 4) and dims[1] not in (1, 3, 4)):
        return Axes(0, 1)
    return Axes(0, rank - 1)


def _feature(run: Run, name: str, dims: Sizes, axes: Axes) -> Feature:
    layer = run.builder.name(name)
    order = [k for k in range(len(dims)) if k not in (axes.batch, axes.channels)]
    if len(dims) > (axes.batch is not None):
        order.append(axes.channels)
    shape = tuple(dims[k] for k in order) or (1,)
    places: list[int | None] = [order.index(k) if k in order else -1 for k in range(len(dims))]
    value = run.fresh(layer, shape, places)
    if not isinstance(value, Feature):
        raise UsageError(f"the input {quoted(name)} is larger than is allowed")
    return value
