"""Sums, products and the like of tensors and constants."""

from __future__ import annotations

from typing import Any

from cnncalc.importers.keras import merging
from cnncalc.importers.keras.build import Tensor
from cnncalc.importers.keras.making import Making
from cnncalc.importers.keras.normalization import affine
from cnncalc.importers.keras.reading import is_number, plain

MERGES = {
    "add": "add",
    "subtract": "subtract",
    "multiply": "multiply",
    "maximum": "maximum",
    "minimum": "minimum",
}


def _operands(making: Making) -> list[Any]:
    """The two operands of an arithmetic function."""
    call = making.call
    first = call.args[0] if call.args else None
    if isinstance(first, list) and len(first) == 2 and len(call.args) == 1 and not call.kwargs:
        return first
    if len(call.args) > 1:
        return [first, call.args[1]]
    named = [call.kwargs[key] for key in ("x", "y", "x1", "x2", "b") if key in call.kwargs]
    return ([first, *named] if call.args else named)[:2]


def arithmetic(making: Making, word: str) -> Tensor:
    """A sum, difference, product, quotient, maximum or minimum of two operands."""
    operands = [plain(operand) for operand in _operands(making)]
    if len(operands) == 2 and all(isinstance(operand, Tensor) for operand in operands):
        return _of_tensors(making, word, operands)
    if len(operands) == 2 and len(making.inputs) == 1:
        left, right = operands
        constant = right if isinstance(left, Tensor) else left
        numbers = _constants(making, constant)
        if numbers is not None:
            made = _with_constants(making, word, numbers, is_left=not isinstance(left, Tensor))
            if made is not None:
                return made
    return making.opaque(params=0, macs=0)


def _of_tensors(making: Making, word: str, operands: list[Tensor]) -> Tensor:
    if word == "divide":
        making.inputs = operands
        known = [tensor.model_shape for tensor in operands]
        shape = known[0] if known[0] is not None and known[0] == known[1] else None
        return making.opaque(params=0, macs=0, shape=shape)
    if word == "minimum":
        return merging.minimum(making, operands)
    return merging.merge(making, MERGES[word], operands)


def _constants(making: Making, value: Any) -> list[float] | None:
    """A number, or one per entry of the model's last axis."""
    while isinstance(value, list) and len(value) == 1:
        value = value[0]
    if is_number(value):
        return [float(value)]
    if not isinstance(value, list) or not value or not all(map(is_number, value)):
        return None
    shape = making.x.model_shape
    fits = shape is not None and shape[-1] == len(value)
    return [float(number) for number in value] if fits else None


def _with_constants(
    making: Making, word: str, numbers: list[float], *, is_left: bool
) -> Tensor | None:
    match word:
        case "add":
            return affine(making, [1.0], numbers)
        case "multiply":
            return affine(making, numbers, [0.0])
        case "subtract" if is_left:
            return affine(making, [-1.0], numbers)
        case "subtract":
            return affine(making, [1.0], [-number for number in numbers])
        case "divide" if not is_left and all(numbers):
            return affine(making, [1 / number for number in numbers], [0.0])
        case "maximum" if numbers == [0.0]:
            return making.add("relu")
    return making.unchanged(f"{making.config.kind} with a constant")
