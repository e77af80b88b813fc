"""Y706: a layer of a model that no op covers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.linter.finding import Severity
from cnncalc.linter.rule import Report, Rule
from cnncalc.spec.problems import show


class NotUnderstood(Rule):
    """A layer was imported as what it is called, not as what it does.

    What it does:
        Finds every `opaque` layer with a `kind`. Importers write one for whatever has no word in
        the spec language: a `Lambda`, a layer of one's own, an operator that no op covers exactly.

    Why it matters:
        What such a layer costs and what it does to receptive fields is not known, so the totals are
        *partial*: they are what is certain, and the truth is at least that.

    Bad:
        ```yaml
        input: 32x32x3
        layers:
          - conv: {filters: 16, kernel: 3, padding: same, activation: relu}
          - opaque: {name: shift, kind: Lambda, output: 32x32x16}
          - global_avg_pool
          - dense: 10
        ```

    Good:
        ```yaml
        input: 32x32x3
        layers:
          - conv: {filters: 16, kernel: 3, padding: same, activation: relu}
          - identity: {name: shift}
          - global_avg_pool
          - dense: 10
        ```

    When to ignore it:
        Where the figures of the layer do not matter. In a spec, write the op that it is, or give
        `output`, `params` and `macs` and leave `kind` out.

    References:
        The language reference of cnncalc, on the op opaque.
    """

    code: ClassVar[str] = "Y706"
    name: ClassVar[str] = "not-understood"
    severity: ClassVar[Severity] = "warning"

    def check(self, facts: NetworkFacts) -> Iterator[Report]:
        """One report per layer."""
        for layer in facts.layers:
            if layer.op == "opaque" and (kind := getattr(layer.node.layer, "kind", None)):
                yield Report(
                    f"there is no op for {show(kind)}{_unknown(layer)}",
                    layer,
                    "kind",
                    "write the op that it is, or declare output, params and macs without a kind",
                )


def _unknown(layer: LayerFacts) -> str:
    names = (("output", "shape"), ("params", "parameters"), ("macs", "MACs"))
    unknown = [word for field, word in names if getattr(layer.node.layer, field) is None]
    return f": its {', '.join(unknown)} are not known" if unknown else ""
