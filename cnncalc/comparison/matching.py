"""Which layer of one network is which of another."""

from __future__ import annotations

from collections.abc import Hashable, Iterable

from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.comparison.alignment import Aligner, Item
from cnncalc.comparison.likeness import GAP, Likeness, Likenesses, stem

UNORDERED = ("add", "multiply", "maximum", "average")


class Matching:
    """Pairs of nodes, inputs included.

    Attributes:
        forth: For a node of the first network that of the second.
        back: The other way round.
    """

    def __init__(self) -> None:
        self.forth: dict[int, int] = {}
        self.back: dict[int, int] = {}

    def pair(self, before: int, after: int) -> None:
        """Pair two nodes."""
        self.forth[before] = after
        self.back[after] = before

    def part(self, before: int, after: int) -> None:
        """Make two nodes no pair."""
        del self.forth[before]
        del self.back[after]


def match(before: NetworkFacts, after: NetworkFacts, likenesses: Likenesses) -> Matching:
    """Pair the layers of two networks.

    In order first, at the least price; what is left over is paired where it has the same name, or
    computes the same from the same, as branches do that are written in another order.
    """
    matching = Matching()
    _match_inputs(before, after, matching)
    firsts = [likenesses.item(layer) for layer in before.layers]
    seconds = [likenesses.item(layer) for layer in after.layers]
    # the result must not depend on which network is called the first
    swapped = _comes_later(firsts, seconds, likenesses)
    aligner = Aligner(likenesses.price, GAP)
    pairs = aligner.align(seconds, firsts) if swapped else aligner.align(firsts, seconds)
    for one, other in pairs:
        i, j = (other, one) if swapped else (one, other)
        matching.pair(before.layers[i].node.index, after.layers[j].node.index)
    _match_names(before, after, matching)
    match_structure(before, after, matching, likenesses)
    return matching


def _comes_later(items: list[Item], others: list[Item], likenesses: Likenesses) -> bool:
    """Whether one network comes after another in an order that all networks have."""
    if len(items) != len(others):
        return len(items) > len(others)
    names, other_names = ([str(item.name) for item in some] for some in (items, others))
    if names != other_names:
        return names > other_names
    for item, other in zip(items, others, strict=True):
        if item.kind != other.kind:
            return repr(likenesses[item]) > repr(likenesses[other])
    return False


def _match_inputs(before: NetworkFacts, after: NetworkFacts, matching: Matching) -> None:
    names = {name: index for index, name in enumerate(after.inputs)}
    if len(before.inputs) == len(after.inputs) == 1:
        matching.pair(0, 0)
        return
    for index, name in enumerate(before.inputs):
        if name in names:
            matching.pair(index, names[name])


def _left(layers: Iterable[LayerFacts], paired: dict[int, int]) -> list[LayerFacts]:
    return [layer for layer in layers if layer.node.index not in paired]


def _match_names(before: NetworkFacts, after: NetworkFacts, matching: Matching) -> None:
    """Pair what is left over and has the same op and name, if that is more than a number."""
    there = {(layer.name, layer.op): layer for layer in _left(after.layers, matching.back)}
    for layer in _left(before.layers, matching.forth):
        other = there.get((layer.name, layer.op))
        if other is not None and stem(layer.name) == layer.name:
            matching.pair(layer.node.index, other.node.index)


def match_structure(
    before: NetworkFacts, after: NetworkFacts, matching: Matching, likenesses: Likenesses
) -> None:
    """Pair what is left over, computes the same and reads the same."""
    there: dict[Hashable, list[int]] = {}
    for layer in reversed(_left(after.layers, matching.back)):
        inputs = layer.node.inputs
        for key in _structures(layer, inputs, likenesses):
            there.setdefault(key, []).append(layer.node.index)
    for layer in _left(before.layers, matching.forth):
        mapped = [matching.forth.get(index, -1) for index in layer.node.inputs]
        for key in _structures(layer, tuple(mapped), likenesses):
            waiting = there.get(key, [])
            while waiting and waiting[-1] in matching.back:
                waiting.pop()
            if waiting:
                matching.pair(layer.node.index, waiting.pop())
                break


def _structures(
    layer: LayerFacts, inputs: tuple[int, ...], likenesses: Likenesses
) -> list[Hashable]:
    """What a layer computes of which nodes, in numbers and as it is written."""
    likeness: Likeness = likenesses[likenesses.item(layer)]
    if layer.op in UNORDERED:
        inputs = tuple(sorted(inputs))
    keys: list[Hashable] = [(layer.op, likeness.arguments, inputs)]
    return keys if likeness.effect is None else [*keys, (layer.op, likeness.effect, inputs, None)]
