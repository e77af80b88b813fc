"""Which arrays a network needs, and what they are called."""

from __future__ import annotations

from typing import NamedTuple

from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.analysis.weights import Weight
from cnncalc.errors import UsageError
from cnncalc.ir import primitives as p
from cnncalc.numeric.weights.listing import listed, shown


class Slot(NamedTuple):
    """One array at its place.

    Attributes:
        layer: The layer that owns it.
        weight: Its name within the layer, and its shape.
    """

    layer: LayerFacts
    weight: Weight


def required(facts: NetworkFacts) -> dict[str, Weight]:
    """The arrays that a network needs, by `<layer>.<weight>`: `conv_1.kernel`, in its order.

    A layer that uses another's weights has none of its own.

    Raises:
        UsageError: The weights of a layer cannot be known: it is opaque, its shapes do not fit, or
            it could not be understood.
    """
    return {name: slot.weight for name, slot in slots(facts).items()}


def slots(facts: NetworkFacts) -> dict[str, Slot]:
    """What `required` gives, together with the layers.

    Raises:
        UsageError: As there.
    """
    found: dict[str, Slot] = {}
    unknown: list[str] = []
    for layer in facts.layers:
        reason = _unknown(layer)
        if reason is not None:
            unknown.append(f"{shown(layer.name)} ({reason})")
        elif layer.shares is None:
            for weight in layer.weights or ():
                found[f"{layer.name}.{weight.name}"] = Slot(layer, weight)
    if unknown:
        layers = "1 layer" if len(unknown) == 1 else f"{len(unknown)} layers"
        remedy = "cnncalc check says more"
        raise UsageError(f"the weights of {layers} cannot be known: {listed(unknown)}; {remedy}")
    return found


def _unknown(layer: LayerFacts) -> str | None:
    """Why the weights of a layer cannot be known; None if they can."""
    if layer.faults:
        return layer.faults[0].code
    if any(isinstance(primitive, p.Opaque) for primitive in layer.node.lowered.primitives):
        return "opaque"
    return "unknown shape" if layer.weights is None else None
