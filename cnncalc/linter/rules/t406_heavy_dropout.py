"""T406: dropout of more than half."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from cnncalc.analysis.facts import NetworkFacts
from cnncalc.ir.primitives import Dropout
from cnncalc.linter.finding import Severity
from cnncalc.linter.fixes import Fix, SetArgument
from cnncalc.linter.rule import Report, Rule

_HALF = 0.5


class HeavyDropout(Rule):
    """Dropout drops more than half of the values.

    What it does:
        Finds dropout of values or of channels at a rate above 0.5.

    Why it matters:
        At 0.5 the most different networks are trained at once; above, the network loses more than
        it keeps and learns slowly. Often the number was meant as the share to keep, which
        TensorFlow 1 called `keep_prob` and which the papers of its time give.

    Bad:
        ```yaml
        input: 784
        layers:
          - dense: {units: 64, activation: relu}
          - dropout: 0.8
          - dense: 10
        ```

    Good:
        ```yaml
        input: 784
        layers:
          - dense: {units: 64, activation: relu}
          - dropout: 0.5
          - dense: 10
        ```

    When to ignore it:
        When a wide layer overfits and the rate was found by trying, as the 0.7 of GoogLeNet's
        auxiliary heads.

    References:
        Srivastava et al., Dropout: a simple way to prevent neural networks from overfitting, 2014,
        appendix A.4, where p is the share that is kept.
    """

    code: ClassVar[str] = "T406"
    name: ClassVar[str] = "heavy-dropout"
    severity: ClassVar[Severity] = "info"

    def check(self, facts: NetworkFacts) -> Iterator[Report]:
        """One report per dropout."""
        for layer, dropout in facts.having(Dropout):
            if dropout.kind != "path" and dropout.rate > _HALF:
                rate, kept = f"{100 * dropout.rate:g}", f"{1 - dropout.rate:.3g}"
                fix = Fix("drop half", (SetArgument(layer, "rate", str(_HALF)),))
                yield Report(
                    f"{rate} % of the values are dropped, more than are kept",
                    layer,
                    "rate",
                    f"{_HALF} is the usual most; if the share to keep was meant, write {kept}",
                    fixes=(fix,),
                )
