"""The weights that a network has of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cnncalc.analysis.facts import NetworkFacts
from cnncalc.numeric.weights.initial import initial
from cnncalc.spec.network import Network


def own_weights(network: Network) -> Mapping[str, Any] | None:
    """What came along with an imported model; None if nothing did."""
    return (network.origin and network.origin.weights) or None


def own_or_initial(
    network: Network, facts: NetworkFacts, *, seed: int, dtype: str
) -> Mapping[str, Any]:
    """What came along with an imported model, or else weights to start a training from."""
    own = own_weights(network)
    return initial(facts, seed=seed, dtype=dtype) if own is None else own
