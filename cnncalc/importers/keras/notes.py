"""What cnncalc's own Keras files say of the layers that Keras's were made of.

Keras has the padding of a pool as a layer and no subsampling, so a file that cnncalc wrote notes
the layers of the network. Nothing is believed: both the noted network and the one that was read are
planned as Keras layers once more, and only where these are the same is the note taken.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, TypeAlias

from cnncalc.analysis.analyze import analyze
from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.errors import SpecError, UsageError
from cnncalc.importers.keras.build import Array
from cnncalc.importers.model import Model
from cnncalc.spec.network import Network

if TYPE_CHECKING:
    from cnncalc.exporters.code.steps import Argument
    from cnncalc.exporters.keras.plan import Plan

_INITIAL = ("kernel_initializer", "depthwise_initializer")  # values, which are no facts
_Program: TypeAlias = Counter[tuple[object, ...]]


def as_noted(
    model: Model, arrays: dict[str, Array], note: object
) -> tuple[Model, dict[str, Array]]:
    """The model with the layers that a note says, if the note is true; else as it is.

    Args:
        model: What was read from Keras's own layers.
        arrays: Where in the file the array of every `<layer>.<weight>` is.
        note: The entries of a flat spec, and the names of those that are given out.
    """
    said = note if isinstance(note, dict) else {}
    layers, outputs = said.get("layers"), said.get("outputs")
    if not isinstance(layers, list) or not isinstance(outputs, list):
        return model, arrays
    if not all(isinstance(name, str) for name in outputs):
        return model, arrays
    noted = model._replace(layers=layers, outputs=tuple(outputs))
    try:
        own, other = _facts(model), _facts(noted)
        if own is None or other is None:
            return model, arrays
        before, after = _planned(own), _planned(other)
        if _program(before) != _program(after):
            return model, arrays
    except (SpecError, UsageError):
        return model, arrays
    names = _arrays(before)
    found = {name: arrays.get(names.get(place, "")) for place, name in _arrays(after).items()}
    return noted, {name: array for name, array in found.items() if array is not None}


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


def _planned(facts: NetworkFacts) -> Plan:
    """What a network becomes in Keras.

    Raises:
        UsageError: Keras cannot express it.
    """
    from cnncalc.exporters.expressible import check_expressible
    from cnncalc.exporters.keras.plan import plan_of

    check_expressible(facts, "Keras")
    return plan_of(facts, all_explicit=True)


def _arrays(plan: Plan) -> dict[tuple[str, str], str]:
    """The `<layer>.<weight>` of every variable of every Keras layer."""
    nodes = plan.facts.network.graph.nodes
    return {
        (name, variable): f"{nodes[index].name}.{array}"
        for index in plan.order
        if nodes[index].shares is None
        for name, making in zip(plan.names[index], plan.makings[index], strict=True)
        for variable, array in making.weights.items()
    }


def _program(plan: Plan) -> _Program:
    """The Keras layers of a network, with what they are made with and what they read."""
    facts = plan.facts
    nodes = facts.network.graph.nodes
    result = dict(plan.inputs)
    program: _Program = Counter()
    for index in plan.order:
        given = [result[source] for source in nodes[index].inputs]
        for name, making in zip(plan.names[index], plan.makings[index], strict=True):
            read = tuple(result[index] if k < 0 else given[k] for k in making.inputs)
            channels = (nodes[index].lowered.output or (None,))[-1]
            arguments = tuple(_arguments(making.arguments, channels))
            program[name, making.function, arguments, read] += 1
            result[index] = name
    program["outputs", tuple(result[index] for index in facts.network.graph.outputs)] += 1
    program["layers", len(plan.order) == len(facts.layers)] += 1
    return program


def _arguments(given: Iterable[Argument], channels: int | None) -> Iterator[tuple[str, object]]:
    """Names and values without defaults and initial values, equal if they mean the same."""
    for argument in given:
        if argument.name not in _INITIAL and argument.value != argument.default:
            # an instance norm is a group norm of as many groups as there are channels
            is_each = (argument.name, argument.value) == ("groups", -1)
            yield argument.name, channels if is_each else _plain(argument.value)


def _plain(value: Any) -> object:
    """A value that equals another way to write it."""
    return tuple(map(_plain, value)) if isinstance(value, (list, tuple)) else value
