"""Cells around a map, and layers that change the sizes of several axes."""

from __future__ import annotations

from typing import Any

from cnncalc.importers.onnx.proto import Node
from cnncalc.importers.onnx.run import Inexpressible, Run
from cnncalc.importers.onnx.sliding import pairs_of
from cnncalc.importers.onnx.values import Atom, Feature

_MODES = {"constant": "zero", "reflect": "reflect", "edge": "edge"}


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
        grown = tuple(size + sum(amounts.get(k, (0, 0))) for k, size in enumerate(x.dims))
        reason = "it pads with something else than zeros, copies or a mirror image"
        raise Inexpressible(reason, grown)
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
