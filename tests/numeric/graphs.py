"""How every judge walks through a graph: layer after layer, each with its own arrays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np

from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.ir import primitives as p
from cnncalc.ir.graph import Node
from tests.numeric.arrays import Array, Arrays


class Step(NamedTuple):
    """One primitive of a layer.

    Attributes:
        primitive: What is to be computed.
        node: The layer that it belongs to.
        position: Which of the layer's primitives it is.
    """

    primitive: p.Primitive
    node: Node
    position: int


class Apply(Protocol):
    """A judge's idea of one primitive, on tensors of its own."""

    def __call__(self, step: Step, tensors: Sequence[Any], arrays: Arrays) -> Any:
        """The output, from tensors batch first and channels last."""


def owner(facts: NetworkFacts, layer: LayerFacts) -> LayerFacts:
    """The layer whose weights a layer uses: most often its own."""
    while layer.shares is not None:
        layer = facts.layer(layer.shares)
    return layer


def arrays_of(facts: NetworkFacts, layer: LayerFacts, weights: Arrays) -> dict[str, Array]:
    """A layer's arrays by their names within it."""
    name = owner(facts, layer).name
    return {weight.name: weights[f"{name}.{weight.name}"] for weight in layer.weights or ()}


def evaluate(
    facts: NetworkFacts,
    weights: Arrays,
    inputs: Arrays,
    apply: Apply,
    to_tensor: Callable[[Array], Any],
    to_array: Callable[[Any], Array],
) -> dict[str, Array]:
    """The output of every layer by its name, batch first and channels last."""
    graph = facts.network.graph
    tensors: list[Any] = [to_tensor(inputs[node.name]) for node in graph.nodes[: graph.n_inputs]]
    outputs: dict[str, Array] = {}
    for node in graph.nodes[graph.n_inputs :]:
        arrays = arrays_of(facts, facts.layer(node.name), weights)
        current = [tensors[index] for index in node.inputs]
        for position, primitive in enumerate(node.lowered.primitives):
            current = [apply(Step(primitive, node, position), current, arrays)]
        tensors.append(current[0])
        outputs[node.name] = to_array(current[0])
    return outputs


def some_inputs(
    facts: NetworkFacts, *, batch: int = 2, seed: int = 0, dtype: str = "float32"
) -> dict[str, Array]:
    """Standard normal values for every input."""
    rng = np.random.default_rng(seed)
    return {
        name: rng.standard_normal((batch, *(size or 0 for size in shape or ()))).astype(dtype)
        for name, shape in facts.inputs.items()
    }


def some_weights(facts: NetworkFacts, *, seed: int = 0, dtype: str = "float32") -> dict[str, Array]:
    """Weights of which none is 0 or 1, and which let values neither vanish nor grow."""
    rng = np.random.default_rng(seed)
    found: dict[str, Array] = {}
    for layer in facts.layers:
        for weight in () if layer.shares else layer.weights or ():
            found[f"{layer.name}.{weight.name}"] = some_array(rng, weight.name, weight.shape, dtype)
    return found


def some_array(rng: np.random.Generator, name: str, shape: tuple[int, ...], dtype: str) -> Array:
    """One array, of values that suit its name."""
    values: Array = rng.standard_normal(shape)
    match name:
        case "moving_variance" | "variance":
            values = rng.uniform(0.5, 1.5, shape)
        case "gamma" | "scale":
            values = 1 + 0.1 * values
        case "bias" | "beta" | "alpha" | "moving_mean" | "mean":
            values = 0.1 * values
        case "count":
            values = np.full(shape, 7.0)
        case _:
            fan_in = max(int(np.prod(shape[:-1])), 1)
            values = values * (2 / fan_in) ** 0.5
    return np.asarray(values, dtype)
