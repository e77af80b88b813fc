"""Operators that move values and compute none."""

from __future__ import annotations

from typing import Any

from cnncalc.importers.torch.arguments import Call, shape_of
from cnncalc.importers.torch.translation import Translation

_KEEPING = {
    *("alias", "clone", "contiguous", "detach", "lift_fresh_copy", "to", "_to_copy", "dropout"),
    *("feature_dropout", "alpha_dropout", "_assert_tensor_metadata", "positive"),
}
_RESHAPES = {
    *("view", "_unsafe_view", "reshape", "squeeze", "unsqueeze", "unflatten", "flatten"),
}
_PADS = {"constant": "constant", "reflect": "reflect", "replicate": "edge"}


def moving(t: Translation, c: Call) -> bool:
    """Add the nodes of an operator of this family; whether it is one."""
    node = c.node
    x: Any = node.args[0] if node.args else None
    if c.op in _KEEPING and hasattr(x, "name"):
        _keep(t, c, x)
    elif c.op in _RESHAPES and hasattr(x, "name"):
        t.emit("Reshape", [x.name], node, shape=list(c.shape))
    elif c.op == "getitem" and isinstance(node.args[1], int):
        t.emit("Identity", [f"{x.name}#{node.args[1]}"], node)
    elif c.op in ("cat", "concat", "concatenate"):
        names = [tensor.name for tensor in node.args[0]]
        t.emit("Concat", names, node, axis=c["dim"])
    elif c.op == "stack":
        _stack(t, c)
    else:
        return _reorder(t, c) or _take(t, c) or _pad(t, c)
    return True


def _keep(t: Translation, c: Call, x: Any) -> None:
    """Nothing changes; but where a dropout module stands, evaluation has left a copy."""
    part = t.part(c.node)
    if type(part).__name__.endswith(("Dropout", "Dropout1d", "Dropout2d", "Dropout3d")):
        by_channel = type(part).__name__[-1] == "d"
        t.emit("cnncalc.dropout", [x.name], c.node, rate=float(part.p), by_channel=by_channel)
    else:
        t.emit("Identity", [x.name], c.node)


def _stack(t: Translation, c: Call) -> None:
    axis = c["dim"] % len(c.shape)
    names = []
    for number, tensor in enumerate(c.node.args[0]):
        shape = (*c.shape[:axis], 1, *c.shape[axis + 1 :])
        names.append(t.reshaped(tensor.name, shape, c.node, f"part {number}"))
    t.emit("Concat", names, c.node, axis=axis)


def _reorder(t: Translation, c: Call) -> bool:
    node = c.node
    match c.op:
        case "permute":
            rank = len(c.shape)
            t.emit("Transpose", [node.args[0].name], node, perm=[k % rank for k in c["dims"]])
        case "transpose" | "t" | "swapaxes" | "movedim" | "moveaxis":
            _swap(t, c)
        case "pixel_shuffle":
            factor = c["upscale_factor"]
            t.emit("DepthToSpace", [node.args[0].name], node, blocksize=factor, mode="CRD")
        case "pixel_unshuffle":
            _unshuffle(t, c)
        case "channel_shuffle" | "native_channel_shuffle":
            _shuffle(t, c)
        case "expand" | "expand_as":
            _expand(t, c)
        case _:
            return False
    return True


def _swap(t: Translation, c: Call) -> None:
    before = len(c.shape)
    order = list(range(before))
    if c.op in ("movedim", "moveaxis"):
        source, target = c["source"], c["destination"]
        sources = [source] if isinstance(source, int) else list(source)
        targets = [target] if isinstance(target, int) else list(target)
        moved = dict(zip((k % before for k in targets), (k % before for k in sources), strict=True))
        rest = iter(k for k in order if k not in moved.values())
        order = [moved[k] if k in moved else next(rest) for k in order]
    elif before > 1:
        first, second = (0, 1) if c.op == "t" else c.node.args[1:3]
        order[first], order[second] = order[second], order[first]
    t.emit("Transpose", [c.node.args[0].name], c.node, perm=order)


def _shuffle(t: Translation, c: Call) -> None:
    n, channels, *space = c.shape
    groups, x = c["groups"], c.node.args[0].name
    split = [n, groups, channels // groups, *space]
    x = t.emit("Reshape", [x], c.node, "split", shape=split)
    order = [0, 2, 1, *range(3, len(split))]
    x = t.emit("Transpose", [x], c.node, "swap", perm=order)
    t.emit("Reshape", [x], c.node, shape=list(c.shape))


def _unshuffle(t: Translation, c: Call) -> None:
    n, channels, height, width = shape_of(c.node.args[0])
    factor, x = c["downscale_factor"], c.node.args[0].name
    split = [n, channels, height // factor, factor, width // factor, factor]
    x = t.emit("Reshape", [x], c.node, "split", shape=split)
    x = t.emit("Transpose", [x], c.node, "swap", perm=[0, 1, 3, 5, 2, 4])
    t.emit("Reshape", [x], c.node, shape=list(c.shape))


def _expand(t: Translation, c: Call) -> None:
    import numpy as np

    sizes = t.literal(np.array(c.shape, np.int64), c.node)
    t.emit("Expand", [c.node.args[0].name, sizes], c.node)


def _take(t: Translation, c: Call) -> bool:
    import numpy as np

    node = c.node
    match c.op:
        case "split" | "split_with_sizes" | "chunk" | "tensor_split" | "unsafe_split":
            axis = c["dim"]
            sizes = [int(part.shape[axis]) for part in node.meta["val"]]
            outputs = t.outputs(node)
            t.emit("Split", [node.args[0].name], node, outputs=outputs, axis=axis, split=sizes)
        case "slice":
            axis, size = c["dim"], shape_of(node.args[0])[c["dim"]]
            start, stop, step = slice(c["start"], c["end"], c["step"]).indices(size)
            numbers = ([start], [stop], [axis], [step])
            names = [t.literal(np.array(one, np.int64), node) for one in numbers]
            t.emit("Slice", [node.args[0].name, *names], node)
        case "unbind":
            for number, output in enumerate(t.outputs(node)):
                cell = t.literal(np.array(number, np.int64), node)
                inputs = [node.args[0].name, cell]
                t.emit("Gather", inputs, node, outputs=[output], axis=c["dim"])
        case "select":
            cell = t.literal(np.array(c["index"], np.int64), node)
            t.emit("Gather", [node.args[0].name, cell], node, axis=c["dim"])
        case "index_select" if c["index"].name in t.constants:
            t.emit("Gather", [node.args[0].name, c["index"].name], node, axis=c["dim"])
        case _:
            return False
    return True


def _pad(t: Translation, c: Call) -> bool:
    match c.op:
        case "pad":
            mode, value = c["mode"], c.get("value") or 0.0
        case "constant_pad_nd":
            mode, value = "constant", c["value"]
        case "reflection_pad1d" | "reflection_pad2d" | "reflection_pad3d":
            mode, value = "reflect", 0.0
        case "replication_pad1d" | "replication_pad2d" | "replication_pad3d":
            mode, value = "replicate", 0.0
        case _:
            return False
    if mode not in _PADS:
        return False
    amounts = list(c.get("pad") or c["padding"])
    rank = len(c.shape)
    pairs = [(0, 0)] * (rank - len(amounts) // 2)
    pairs += [(amounts[k], amounts[k + 1]) for k in range(len(amounts) - 2, -2, -2)]
    pads = [begin for begin, _ in pairs] + [end for _, end in pairs]
    t.emit("Pad", [c.node.args[0].name], c.node, pads=pads, mode=_PADS[mode], value=float(value))
    return True
