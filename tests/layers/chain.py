"""The smallest thing that runs a list of layers of a spec: no blocks, names or defaults."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import yaml

from cnncalc.ir.faults import Fault
from cnncalc.ir.graph import Lowered, lower
from cnncalc.ir.shapes import Shape
from cnncalc.layers import families, find
from cnncalc.layers.base import Layer

OPS = tuple(families())


class Step(NamedTuple):
    """A layer of a chain, and what became of it."""

    layer: Layer
    lowered: Lowered


def layer_type(op: str) -> type[Layer]:
    found = find(op)
    assert found is not None, op
    return found


def make(op: str, argument: object = None) -> Layer:
    """A layer from `op: argument`; no argument is None."""
    kind = layer_type(op)
    if argument is None:
        argument = {}
    elif not isinstance(argument, Mapping):
        assert kind.main is not None, f"{op} has no main argument"
        argument = {kind.main: argument}
    return kind.model_validate({kind.canonical(key) or key: argument[key] for key in argument})


def run(layers: Sequence[object], shape: Shape | None) -> list[Step]:
    """Lower layers one after the other, paths of merges too; the last one gives the output."""
    steps: list[Step] = []
    for entry in layers:
        [(op, argument)] = entry.items() if isinstance(entry, dict) else [(entry, None)]
        layer = make(str(op), argument)
        inputs = []
        for path in _paths(layer, argument):
            inside = run(path, shape)
            steps += inside
            inputs.append(inside[-1].lowered.output if inside else shape)
        lowered = lower(layer, tuple(inputs or [shape]))
        steps.append(Step(layer, lowered))
        shape = lowered.output
    return steps


def _paths(layer: Layer, argument: Any) -> list[list[object]]:
    if layer.path_fields == ("paths",):
        paths = argument.get("paths", []) if isinstance(argument, dict) else argument
    else:
        paths = [argument.get(field, []) for field in layer.path_fields]
    return [[] if path == "prev" else path for path in paths]


def output(op: str, argument: object, *shapes: Shape | None) -> Shape | None:
    """Shape that a single layer gives; its faults are raised."""
    lowered = lower(make(op, argument), shapes)
    for fault in lowered.faults:
        raise fault
    return lowered.output


def fault_of(op: str, argument: object, *shapes: Shape | None) -> Fault:
    """The one fault of a layer."""
    [fault] = lower(make(op, argument), shapes).faults
    return fault


def examples(op: str) -> list[dict[str, Any]]:
    """The specs in the docstring of an op's class."""
    text = inspect.getdoc(layer_type(op)) or ""
    blocks = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    return [yaml.safe_load(inspect.cleandoc(block)) for block in blocks]


def parse_shape(text: object) -> Shape:
    return tuple(int(size) for size in str(text).split("x"))


def samples() -> Iterator[Layer]:
    """Every layer of every example: at least one of each op, with sensible arguments."""
    for op in OPS:
        for spec in examples(op):
            for step in run(spec["layers"], parse_shape(spec["input"])):
                yield step.layer
