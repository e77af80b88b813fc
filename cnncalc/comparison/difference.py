"""What is different between two networks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple, TypeAlias

from cnncalc.analysis.analyze import analyze
from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.comparison.activations import separate_activations
from cnncalc.comparison.connections import Connections
from cnncalc.comparison.likeness import Likenesses, stem
from cnncalc.comparison.matching import Matching, match
from cnncalc.comparison.repair import repair
from cnncalc.errors import UsageError
from cnncalc.spec.network import Network

Kind: TypeAlias = Literal["same", "affected", "renamed", "changed", "removed", "added"]
FIGURES = (
    "output_shape", "n_params", "n_trainable_params", "n_statistics", "n_macs", "n_flops",
    "receptive_field",
)  # fmt: skip


class Change(NamedTuple):
    """Something that is different.

    Attributes:
        what: What it is.
        before: Its value in the first network, None where there is none.
        after: Its value in the second.
    """

    what: str
    before: object
    after: object


class LayerDiff(NamedTuple):
    """A layer of one network, or of both.

    Attributes:
        before: The layer in the first network; None for one that was added.
        after: The layer in the second network; None for one that was removed. An activation that
            belongs to the layer before it in one of the networks is the `same`, and only in the
            other a layer.
        kind: `changed` if it does something else or reads something else, `renamed` if merely its
            name is another one, `affected` if only figures are different because of layers before
            it, `added`, `removed` or `same`.
        changes: What is different in the layer itself: `op`, `name`, `inputs`, `share`, and
            arguments by their names.
        figures: Which figures are different, by their names in `LayerFacts`.
    """

    before: LayerFacts | None
    after: LayerFacts | None
    kind: Kind
    changes: tuple[Change, ...] = ()
    figures: tuple[Change, ...] = ()

    @property
    def layer(self) -> LayerFacts:
        """The layer in the second network, or in the first if it was removed."""
        layer = self.after or self.before
        assert layer is not None
        return layer


@dataclass(frozen=True)
class NetworkDiff:
    """What is different between two networks, layer by layer.

    Attributes:
        before: The facts of the first network.
        after: The facts of the second.
        layers: Every layer of both, in the order of the second network; those that were removed
            stand after the layer that they followed.
        changes: What is different in `inputs` and `outputs`.
        totals: Which totals are different.
    """

    before: NetworkFacts
    after: NetworkFacts
    layers: tuple[LayerDiff, ...]
    changes: tuple[Change, ...]
    totals: tuple[Change, ...]

    @cached_property
    def counts(self) -> dict[Kind, int]:
        """How many layers there are of every kind."""
        counts: dict[Kind, int] = dict.fromkeys(
            ("added", "removed", "changed", "renamed", "affected", "same"), 0
        )
        for layer in self.layers:
            counts[layer.kind] += 1
        return counts

    @property
    def is_empty(self) -> bool:
        """Whether nothing is different.

        What the networks are called does not matter, nor does what they take of memory because
        branches, or activations, are written in another way.
        """
        return not self.changes and self.counts["same"] == len(self.layers)

    def _repr_html_(self) -> str:
        from cnncalc.report.html_diff import diff_html  # it is asked how it looks

        return diff_html(self)


def diff(before: Network | NetworkFacts, after: Network | NetworkFacts) -> NetworkDiff:
    """What changed from one network to another.

    Layers are paired by what they do, what they are called and what they read, so that one that is
    inserted does not shift the rest. Arguments are different if they make a layer do something
    else: a padding of 1 may be the same as `same`, and an activation may be a layer of its own.
    Numbers in names only count, so that `conv_7` is not renamed when it becomes `conv_8`.

    Args:
        before: A network, or its facts.
        after: The other one.

    Raises:
        UsageError: A network has something in it that could not be understood.

    Example:
        >>> import cnncalc
        >>> cnncalc.diff(cnncalc.load("vgg16"), cnncalc.load("vgg19")).counts["added"]
        3
    """
    first, second = _facts(before), _facts(after)
    likenesses = Likenesses()
    matching = match(first, second, likenesses)
    repair(first, second, matching, likenesses)
    connections = Connections(first, second, matching)
    pairs = _Pairs(
        first,
        second,
        matching,
        connections,
        likenesses,
        separate_activations(first, second, matching.forth, likenesses),
        separate_activations(second, first, matching.back, likenesses),
    )
    return NetworkDiff(
        first,
        second,
        tuple(_in_order(pairs)),
        tuple(_outer_changes(first, second, connections)),
        tuple(_total_changes(first, second)),
    )


def _facts(network: Network | NetworkFacts) -> NetworkFacts:
    facts = analyze(network) if isinstance(network, Network) else network
    problems = facts.network.problems
    if problems:
        name = facts.network.file or facts.name or "the network"
        raise UsageError(f"{name}: {problems[0].message}: mend what check finds, then compare")
    return facts


class _Pairs(NamedTuple):
    """Two networks, what is known of their layers, and the activations that are no difference."""

    before: NetworkFacts
    after: NetworkFacts
    matching: Matching
    connections: Connections
    likenesses: Likenesses
    activations_before: dict[int, LayerFacts]
    activations_after: dict[int, LayerFacts]

    def layer_before(self, index: int) -> LayerFacts:
        """The layer of a node."""
        return self.before.layers[index - len(self.before.inputs)]

    def layer_after(self, index: int) -> LayerFacts:
        """The layer of a node."""
        return self.after.layers[index - len(self.after.inputs)]


def _in_order(pairs: _Pairs) -> Iterator[LayerDiff]:
    """Every layer; one that was removed after the one that it followed."""
    removed: dict[int, list[LayerDiff]] = {}  # by the partner of the layer that it followed
    partner = -1
    for layer in pairs.before.layers:
        found = pairs.matching.forth.get(layer.node.index)
        if found is None:
            is_same = _belongs(layer, pairs.activations_before)
            gone = LayerDiff(layer, None, "same" if is_same else "removed")
            removed.setdefault(partner, []).append(gone)
        else:
            partner = found
    yield from removed.get(-1, ())
    for layer in pairs.after.layers:
        index = layer.node.index
        found = pairs.matching.back.get(index)
        if found is None:
            is_same = _belongs(layer, pairs.activations_after)
            yield LayerDiff(None, layer, "same" if is_same else "added")
        else:
            yield _pair(pairs.layer_before(found), layer, pairs)
        yield from removed.get(index, ())


def _belongs(layer: LayerFacts, activations: dict[int, LayerFacts]) -> bool:
    return any(activations.get(source) is layer for source in layer.node.inputs)


def _pair(before: LayerFacts, after: LayerFacts, pairs: _Pairs) -> LayerDiff:
    activations = (
        pairs.activations_before.get(before.node.index),
        pairs.activations_after.get(after.node.index),
    )
    is_split = activations != (None, None)
    changes = tuple(
        change
        for change in _changes(before, after, pairs)
        if not (is_split and change.what == "activation")
    )
    figures = tuple(
        Change(name, old, new)
        for name in FIGURES
        if (old := _figure(name, before, activations[0]))
        != (new := _figure(name, after, activations[1]))
    )
    kind: Kind = "affected" if figures else "same"
    if changes:
        is_renamed = all(change.what == "name" for change in changes)
        kind = "renamed" if is_renamed else "changed"
    return LayerDiff(before, after, kind, changes, figures)


def _figure(name: str, layer: LayerFacts, activation: LayerFacts | None) -> object:
    """A figure of a layer, together with an activation that belongs to it."""
    if activation is None:
        return getattr(layer, name)
    old, new = getattr(layer, name), getattr(activation, name)
    if not name.startswith("n_"):
        return new
    return None if old is None or new is None else old + new


def _changes(before: LayerFacts, after: LayerFacts, pairs: _Pairs) -> Iterator[Change]:
    if stem(before.name) != stem(after.name):
        yield Change("name", before.name, after.name)
    if before.op != after.op:
        yield Change("op", before.op, after.op)
    else:
        first, second = (pairs.likenesses[pairs.likenesses.item(x)] for x in (before, after))
        yield from (Change(*change) for change in first.changed(second))
    if not pairs.connections.agree(before.node, after.node):
        yield Change("inputs", before.inputs, after.inputs)
    old, new = before.node.shares, after.node.shares
    if old != new and (old is None or new is None or pairs.matching.forth.get(old) != new):
        yield Change("share", before.shares, after.shares)


def _outer_changes(
    before: NetworkFacts, after: NetworkFacts, connections: Connections
) -> Iterator[Change]:
    if before.inputs != after.inputs:
        yield Change("inputs", before.inputs, after.inputs)
    if not connections.same(before.network.graph.outputs, after.network.graph.outputs):
        yield Change("outputs", before.outputs, after.outputs)


def _total_changes(before: NetworkFacts, after: NetworkFacts) -> Iterator[Change]:
    for name in before.totals._fields:
        old, new = getattr(before.totals, name), getattr(after.totals, name)
        if old != new and name != "peak_layer":
            yield Change(name, old, new)
