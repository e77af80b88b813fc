"""Activations that are layers in one network and belong to the layer before them in the other."""

from __future__ import annotations

from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.comparison.likeness import Likenesses


def separate_activations(
    facts: NetworkFacts, other: NetworkFacts, paired: dict[int, int], likenesses: Likenesses
) -> dict[int, LayerFacts]:
    """Layers without a partner that are a part of their source's partner.

    `activation: relu` means the same as the op `relu` right after the layer, if nothing else reads
    the layer.

    Args:
        facts: The network in which they are layers.
        other: The network in which they are not.
        paired: For a node of the first network its partner in the other.
        likenesses: What the layers compute.

    Returns:
        The activations by the node of the layer that they follow.
    """
    found: dict[int, LayerFacts] = {}
    for layer in facts.layers:
        source = layer.node.inputs[0] if len(layer.node.inputs) == 1 else -1
        if layer.node.index in paired or source < len(facts.inputs) or source not in paired:
            continue
        first = facts.layers[source - len(facts.inputs)]
        partner = other.layers[paired[source] - len(other.inputs)]
        is_read_elsewhere = source in facts.network.graph.outputs or (
            len(facts.readers(first.name)) > 1
        )
        if not is_read_elsewhere and _are(first, layer, partner, likenesses):
            found[source] = layer
    return found


def _are(
    first: LayerFacts, activation: LayerFacts, both: LayerFacts, likenesses: Likenesses
) -> bool:
    """Whether what a layer does last is an activation that the other one leaves to the next."""
    effects = [likenesses[likenesses.item(layer)].effect for layer in (first, activation, both)]
    one, then, whole = effects
    if one is None or then is None or whole is None or then.kinds != ("Activation",):
        return False
    return (
        first.op == both.op
        and one.kinds + then.kinds == whole.kinds
        and then.primitives == whole.primitives[-1:]
        and then.element == whole.element
    )
