"""T407: sigmoid or tanh through many layers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.ir import primitives as p
from cnncalc.linter.arithmetic import plural
from cnncalc.linter.finding import Severity
from cnncalc.linter.fixes import Change, Fix, ReplaceLayer, SetArgument
from cnncalc.linter.rule import Report, Rule
from cnncalc.linter.topology import may_be_moved, weighted

_SATURATING = frozenset(
    {"sigmoid", "tanh", "hard_sigmoid", "hard_tanh", "scaled_tanh", "softsign", "log_sigmoid"}
)
_QUARTER = "sigmoid"  # its slope is 1/4 at most
_DEEPEST = 6  # LeNet-5 as published has six


class SaturatingDepth(Rule):
    """A signal passes many saturating activations, and its gradient with it.

    What it does:
        Counts sigmoids, tanhs and the like that follow each other between weighted layers, along
        the path with the fewest where paths merge, and reports more than six. One right behind a
        normalisation is not counted, as its input stays where the slope is large.

    Why it matters:
        Each of them multiplies the gradient by its slope, which is nearly zero for large inputs and
        at most 1/4 for a sigmoid. After many of them the first layers hardly learn.

    Bad:
        ```yaml
        input: 64
        layers:
          - dense: {units: 32, activation: sigmoid, repeat: 8}
          - dense: 10
        ```

    Good:
        ```yaml
        input: 64
        layers:
          - dense: {units: 32, activation: relu, repeat: 8}
          - dense: 10
        ```

    When to ignore it:
        When the network is trained with an initialisation made for it, or is small and trains
        well. Gates, which multiply another path, and networks of LeNet's depth are not reported.

    References:
        Glorot and Bengio, Understanding the difficulty of training deep feedforward neural
        networks, 2010, section 3. Glorot, Bordes, Bengio, Deep sparse rectifier neural networks,
        2011.
    """

    code: ClassVar[str] = "T407"
    name: ClassVar[str] = "saturating-depth"
    severity: ClassVar[Severity] = "info"

    def check(self, facts: NetworkFacts) -> Iterator[Report]:
        """One report per network, at the first activation of the longest chain."""
        saturating = {
            layer.name: activation.function
            for layer, activation in facts.having(p.Activation)
            if activation.function in _SATURATING
        }
        if len(saturating) > _DEEPEST:
            counted = {name for name in saturating if not _is_normalised(facts, facts.layer(name))}
            chain = _longest_chain(facts, counted)
            if len(chain) > _DEEPEST:
                yield from _reports(chain, [saturating[layer.name] for layer in chain])


def _is_normalised(facts: NetworkFacts, layer: LayerFacts) -> bool:
    """Whether an activation comes right after a normalisation."""
    if type(layer.node.lowered.primitives[0]) is not p.Activation:
        return False
    return any(
        isinstance(source.node.lowered.primitives[-1], p.Normalization)
        for source in facts.sources(layer)
        if source.node.lowered.primitives
    )


def _longest_chain(facts: NetworkFacts, counted: set[str]) -> list[LayerFacts]:
    """The saturating layers before the weighted layer that has most of them before it."""
    best = {name: (0, name) for name in facts.inputs}  # how many up to here, and via which layer
    for layer in facts.layers:
        arriving = min((best[name][0], name) for name in layer.inputs) if layer.inputs else (0, "")
        best[layer.name] = (arriving[0] + (layer.name in counted), arriving[1])
    ends = [(best[layer.name][0] - (layer.name in counted), layer) for layer, _ in weighted(facts)]
    if not ends:
        return []
    name = best[max(ends, key=lambda end: end[0])[1].name][1]
    chain = []
    while name and name not in facts.inputs:
        layer = facts.layer(name)
        if name in counted:
            chain.append(layer)
        name = best[name][1]
    return chain[::-1]


def _reports(chain: list[LayerFacts], functions: list[str]) -> Iterator[Report]:
    """One report per layer that is written where the first is: together one finding."""
    told = f"a chain of {plural(len(chain), 'saturating activation')} begins here"
    n_quarters = functions.count(_QUARTER)
    if n_quarters:
        told += (
            f", {n_quarters} of them sigmoids, which pass at most 1/4 of a gradient each: "
            f"{0.25**n_quarters:.1g} of it together"
        )
    first = chain[0]
    places = {id(layer.node.place): layer for layer in chain}
    changes = [_change(layer) for layer in places.values()]
    wanted = tuple(change for change in changes if change is not None)
    fixes = (Fix("use relu", wanted),) if len(wanted) == len(changes) else ()
    for layer in chain:
        if layer is first or layer.node.place is first.node.place is not None:
            remedy = "use relu, or normalise before each of them"
            yield Report(told, layer, "activation", remedy, fixes=fixes)


def _change(layer: LayerFacts) -> Change | None:
    if len(layer.node.lowered.primitives) > 1:
        return SetArgument(layer, "activation", "relu")
    return ReplaceLayer(layer, "relu") if may_be_moved(layer) else None
