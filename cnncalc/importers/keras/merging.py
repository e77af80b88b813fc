"""Merges."""

from __future__ import annotations

from typing import Any

from cnncalc.importers.keras.build import Tensor
from cnncalc.importers.keras.making import Making
from cnncalc.ir.shapes import Shape

_GATED = {"add", "multiply"}


def merge(making: Making, op: str, inputs: list[Tensor], *, role: str = "") -> Tensor:
    """Several tensors value by value; what our ops do not broadcast is opaque."""
    if len(inputs) < 2:
        return making.add("identity", {}, inputs, role=role)
    inputs = _alike(making, inputs)
    shapes = [tensor.shape for tensor in inputs]
    if all(shape == shapes[0] for shape in shapes) or (op in _GATED and _is_gate(shapes)):
        return making.add(op, {}, inputs, role=role)
    if any(shape is None or None in shape for shape in shapes):
        return making.add(op, {}, inputs, role=role)
    shape = broadcast([tensor.model_shape or () for tensor in inputs])
    if shape is None:
        return making.add(op, {}, inputs, role=role)  # whose fault the linter reports
    making.inputs = inputs
    return making.opaque(f"{making.config.kind} with broadcasting", params=0, macs=0, shape=shape)


def _alike(making: Making, inputs: list[Tensor]) -> list[Tensor]:
    """The same tensors, all with their axes in one order; maps channels last where they can."""
    if len({tensor.is_first for tensor in inputs}) == 1:
        return inputs
    if len({tensor.rank for tensor in inputs}) == 1 and inputs[0].rank is not None:
        return [making.as_map(tensor, is_first=True) for tensor in inputs]
    return [making.as_model(tensor) for tensor in inputs]


def _is_gate(shapes: list[Shape | None]) -> bool:
    """Whether one is C or 1×1×C against the other's H×W×C, as the merges here have it."""
    known = [shape for shape in shapes if shape is not None]
    if len(known) < len(shapes):
        return False
    full = max(known, key=lambda shape: (len(shape), [size or 0 for size in shape]))
    return all(
        shape == full or (shape[-1] == full[-1] and all(size == 1 for size in shape[:-1]))
        for shape in known
    )


def broadcast(shapes: list[Shape]) -> Shape | None:
    """The shape that NumPy's rules give, or None where they give none."""
    rank = max(map(len, shapes))
    padded = [(1,) * (rank - len(shape)) + tuple(shape) for shape in shapes]
    found: list[Any] = []
    for column in zip(*padded, strict=True):
        sizes = {size for size in column if size != 1}
        if len(sizes) > 1:
            return None
        found.append(sizes.pop() if sizes else 1)
    return tuple(found)


def minimum(making: Making, inputs: list[Tensor]) -> Tensor:
    """Minimum, which has no op."""
    inputs = _alike(making, inputs)
    shapes = [tensor.model_shape for tensor in inputs]
    known = [shape for shape in shapes if shape is not None and None not in shape]
    shape = broadcast(known) if known and len(known) == len(shapes) else None
    making.inputs = inputs
    return making.opaque(params=0, macs=0, shape=shape)


def concatenate(making: Making, inputs: list[Tensor], axis: object) -> Tensor:
    """Concatenate along any axis but the batch."""
    if len(inputs) == 1:
        return making.add("identity", {}, inputs)
    inputs = _alike(making, inputs)
    if making.is_channels(inputs[0], axis):
        return making.add("concat", {}, inputs)
    place = making.axis(inputs[0], axis)
    if place is None:
        making.inputs = inputs
        return making.opaque(f"Concatenate along axis {axis}"[:100], params=0, macs=0)
    return making.add("concat", {"axis": place}, inputs)


def residual_scale(making: Making) -> Tensor:
    """Inception-ResNet's CustomScaleLayer: `x_0 + scale·x_1`."""
    factor = making.config.number("scale")
    first, second = making.inputs
    scaled = making.add("rescale", {"scale": factor}, [second], role="rescale")
    return merge(making, "add", [first, scaled])
