"""A forward pass on paper: which buffers exist at which step.

From the definition, with no counting of readers on the way: "the largest sum of live buffers over
the steps of a forward pass in layer order, input included, weights not; flatten, reshape, dropout
and identity share their input's buffer, an activation that is its input's only reader works in
place, a concat copies". A layer of several primitives is as many steps; its `activation` is one.
"""

from __future__ import annotations

from math import prod
from typing import NamedTuple

from cnncalc.ir import primitives as p
from cnncalc.ir.graph import Graph
from tests.properties.reach import known


class Step(NamedTuple):
    """One primitive: the values that it reads, and how many elements it writes."""

    primitive: p.Primitive | None
    reads: tuple[int, ...]
    elements: int


def steps_of(graph: Graph) -> tuple[list[Step], list[int]]:
    """Every step in order, a value each, and the values that the network gives out."""
    steps: list[Step] = []
    value_of: list[int] = []
    for node in graph.nodes:
        reads = tuple(value_of[index] for index in node.inputs)
        if not node.inputs:
            steps.append(Step(None, (), prod(known(node.lowered.output))))
        for primitive, shape in zip(node.lowered.primitives, node.lowered.shapes, strict=True):
            steps.append(Step(primitive, reads, prod(known(shape))))
            reads = (len(steps) - 1,)
        value_of.append(len(steps) - 1)
    return steps, [value_of[index] for index in graph.outputs]


def peak_elements(graph: Graph) -> int:
    """Elements of the live buffers at the step at which they are most."""
    steps, outputs = steps_of(graph)
    end = len(steps)
    readers = [
        [at for at, step in enumerate(steps) for read in step.reads if read == value]
        + [end for output in outputs if output == value]
        for value in range(len(steps))
    ]
    buffer: list[int] = []  # per value, the value whose buffer it lies in
    for at, step in enumerate(steps):
        match step.primitive:
            case p.Reshape() | p.Dropout() | p.Identity():
                buffer.append(buffer[step.reads[0]])
            case p.Activation() if readers[step.reads[0]] == [at] and not any(
                # another value may lie in the same buffer and be read later
                max(readers[value], default=0) > at
                for value in range(at)
                if buffer[value] == buffer[step.reads[0]]
            ):
                buffer.append(buffer[step.reads[0]])
            case _:
                buffer.append(at)
    sums = []
    for at in range(end):
        live = {
            buffer[value]
            for value in range(at + 1)
            if value == at or max(readers[value], default=value) >= at
        }
        sums.append(sum(steps[owner].elements for owner in live))
    return max(sums)
