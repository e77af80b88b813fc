"""Pairs that the order of the layers suggests and the connections deny."""

from __future__ import annotations

from cnncalc.analysis.facts import NetworkFacts
from cnncalc.comparison.connections import Connections
from cnncalc.comparison.likeness import Likenesses
from cnncalc.comparison.matching import Matching, match_structure


def repair(
    before: NetworkFacts, after: NetworkFacts, matching: Matching, likenesses: Likenesses
) -> None:
    """Pair layers anew that read something else than their partners, where that fits better.

    Branches may be written one after the other, or in turns. What finds no partner that computes
    the same from the same keeps the one that it had.
    """
    connections = Connections(before, after, matching)
    firsts, seconds = before.network.graph.nodes, after.network.graph.nodes
    denied = [
        (index, partner)
        for index, partner in matching.forth.items()
        if not connections.agree(firsts[index], seconds[partner])
    ]
    for index, partner in denied:
        matching.part(index, partner)
    if denied:
        match_structure(before, after, matching, likenesses)
    for index, partner in denied:
        if index not in matching.forth and partner not in matching.back:
            matching.pair(index, partner)
