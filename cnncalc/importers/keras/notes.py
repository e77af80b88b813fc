"""What cnncalc's own Keras files say of the layers that Keras's were made of.

Keras has the padding of a pool as a layer and no subsampling, so a file that cnncalc wrote notes
the layers of the network. Nothing is believed: both the noted network and the one that was read are
planned as Keras layers once more, and only where these are the same is the note taken.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, TypeAlias

from cnncalc.analysis.analyze import analyze
from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.errors import SpecError, UsageError
from cnncalc.importers.model import Model
from cnncalc.spec.network import Network

_INITIAL = ("kernel_initializer", "depthwise_initializer")  # values, which are no facts
_Program: TypeAlias = Counter[tuple[object, ...]]


def as_noted(model: Model, note: object) -> Model:
    """The model with the layers that a note says, if the note is true; else as it is.

    Args:
        model: What was read from Keras's own layers.
        note: The entries of a flat spec, and the names of those that are given out.
    """
    said = note if isinstance(note, dict) else {}
    layers, outputs = said.get("layers"), said.get("outputs")
    if not isinstance(layers, list) or not isinstance(outputs, list):
        return model
    if not all(isinstance(name, str) for name in outputs):
        return model
    noted = model._replace(layers=layers, outputs=tuple(outputs))
    try:
        own, other = _facts(model), _facts(noted)
        if own is None or other is None or _program(own) != _program(other):
            return model
    except (SpecError, UsageError):
        return model
    return noted


def _facts(model: Model) -> NetworkFacts | None:
    """The facts of a network with which nothing is wrong."""
    network = Network.from_data(model.spec())
    if network.problems:
        return None
    facts = analyze(network)
    # a type is not what Keras's layers say, and a fault leaves nothing to compare
    is_odd = any(layer.faults or _dtype(layer) is not None for layer in facts.layers)
    return None if is_odd else facts


def _dtype(layer: LayerFacts) -> object:
    return getattr(layer.node.layer, "dtype", None)


def _program(facts: NetworkFacts) -> _Program:
    """The Keras layers of a network, with what they are made with and what they read.

    Raises:
        UsageError: Keras cannot express it.
    """
    from cnncalc.exporters.expressible import check_expressible
    from cnncalc.exporters.keras.plan import plan_of

    check_expressible(facts, "Keras")
    plan = plan_of(facts, all_explicit=True)
    nodes = facts.network.graph.nodes
    result = dict(plan.inputs)
    program: _Program = Counter()
    for index in plan.order:
        given = [result[source] for source in nodes[index].inputs]
        for name, making in zip(plan.names[index], plan.makings[index], strict=True):
            read = tuple(result[index] if k < 0 else given[k] for k in making.inputs)
            arguments = tuple(
                (argument.name, _plain(argument.value))
                for argument in making.arguments
                if argument.name not in _INITIAL and argument.value != argument.default
            )
            program[name, making.function, arguments, read] += 1
            result[index] = name
    program["outputs", tuple(result[index] for index in facts.network.graph.outputs)] += 1
    program["layers", len(plan.order) == len(facts.layers)] += 1
    return program


def _plain(value: Any) -> object:
    """A value that equals another way to write it."""
    return tuple(map(_plain, value)) if isinstance(value, (list, tuple)) else value
