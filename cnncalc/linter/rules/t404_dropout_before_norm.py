"""T404: dropout right before batch normalisation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.ir import primitives as p
from cnncalc.linter.finding import Severity
from cnncalc.linter.fixes import Fix, InsertAfter, RemoveLayer
from cnncalc.linter.rule import Report, Rule
from cnncalc.linter.topology import lone_reader, may_be_moved, same_repeats
from cnncalc.source import Mapping
from cnncalc.spec.scope import has_substitution


class DropoutBeforeNorm(Rule):
    """Dropout stands right before batch normalisation.

    What it does:
        Finds dropout of values or of channels that batch normalisation reads directly.

    Why it matters:
        Dropout at rate p spreads the values in training (their mean square grows by 1/(1 - p)) and
        does nothing at inference. Batch normalisation keeps the statistics of training and uses
        them at inference, where they are wrong: a shift of the variance that costs accuracy.

    Bad:
        ```yaml
        input: 784
        layers:
          - dense: {units: 64, activation: relu}
          - dropout: 0.5
          - batch_norm
          - dense: 10
        ```

    Good:
        ```yaml
        input: 784
        layers:
          - dense: {units: 64, activation: relu}
          - batch_norm
          - dropout: 0.5
          - dense: 10
        ```

    When to ignore it:
        When it was tried both ways. Dropout further before, as inside the blocks of wide residual
        networks and of DenseNet, is not reported, nor is stochastic depth.

    References:
        Li, Chen, Hu, Yang, Understanding the disharmony between dropout and batch normalization by
        variance shift, 2018 (arXiv 1801.05134).
    """

    code: ClassVar[str] = "T404"
    name: ClassVar[str] = "dropout-before-norm"
    severity: ClassVar[Severity] = "warning"

    def check(self, facts: NetworkFacts) -> Iterator[Report]:
        """One report per dropout."""
        for layer, dropout in facts.having(p.Dropout):
            if dropout.kind == "path" or not dropout.rate:
                continue
            reader = _reader(facts, layer)
            if reader is None:
                continue
            norm = reader.node.lowered.primitives[0]
            if isinstance(norm, p.Normalization) and norm.kind == "batch":
                yield Report(
                    f"{reader.name} comes right after and learns from it a mean square that is "
                    f"{1 / (1 - dropout.rate):.3g} times that at inference",
                    layer,
                    help="put dropout after the normalisation",
                    fixes=_fixes(layer, dropout.rate, reader),
                )


def _reader(facts: NetworkFacts, layer: LayerFacts) -> LayerFacts | None:
    """What alone reads a layer, flattening and identities aside."""
    reader = lone_reader(facts, layer)
    while reader is not None:
        primitives = reader.node.lowered.primitives
        if not primitives:
            return None
        if not all(isinstance(one, (p.Identity, p.Reshape)) for one in primitives):
            return reader
        reader = lone_reader(facts, reader)
    return None


def _fixes(layer: LayerFacts, rate: float, norm: LayerFacts) -> tuple[Fix, ...]:
    place = layer.node.place
    if not isinstance(place, Mapping) or has_substitution(place):
        return ()
    if not may_be_moved(layer) or not same_repeats(layer, norm):
        return ()
    changes = (RemoveLayer(layer), InsertAfter(norm, f"{layer.op}: {rate}"))
    return (Fix(f"move it behind {norm.name}", changes),)
