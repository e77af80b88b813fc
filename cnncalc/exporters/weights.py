"""The arrays that an exporter is given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.errors import UsageError
from cnncalc.source.printable import printable

_MOST_NAMED = 10


def owner_of(facts: NetworkFacts, layer: LayerFacts) -> LayerFacts:
    """The layer whose arrays a layer uses: itself, unless it shares another's."""
    while layer.shares is not None:
        layer = facts.layer(layer.shares)
    return layer


def check_weights(facts: NetworkFacts, weights: Mapping[str, object]) -> None:
    """See that there is an array for every weight of the network.

    Raises:
        UsageError: Some are missing.
    """
    missing = _missing(facts, weights)
    if missing:
        named = ", ".join(map(printable, missing[:_MOST_NAMED]))
        more = f" and {len(missing) - _MOST_NAMED:,} more" if len(missing) > _MOST_NAMED else ""
        raise UsageError(f"the weights lack {named}{more}")


def own_weights(facts: NetworkFacts) -> Mapping[str, Any] | None:
    """The arrays that came along with an imported model; None unless it has all of them."""
    origin = facts.network.origin
    if origin is None or not origin.weights or _missing(facts, origin.weights):
        return None
    return origin.weights


def _missing(facts: NetworkFacts, weights: Mapping[str, object]) -> list[str]:
    return [
        name
        for layer in facts.layers
        if layer.shares is None
        for weight in layer.weights or ()
        if (name := f"{layer.name}.{weight.name}") not in weights
    ]
