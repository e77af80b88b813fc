"""H504: a ReLU on logits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from cnncalc.analysis.facts import NetworkFacts
from cnncalc.ir.primitives import Activation
from cnncalc.linter.finding import Severity
from cnncalc.linter.fixes import Fix
from cnncalc.linter.heads import loss_of, task_of, way_back, without_activation
from cnncalc.linter.rule import Report, Rule

_RECTIFIERS = ("relu", "relu6")
_SQUASHING = ("softmax", "log_softmax", "sigmoid", "hard_sigmoid", "log_sigmoid")


class ReluLogits(Rule):
    """A ReLU cuts the logits off below zero.

    What it does:
        Finds a ReLU that comes last before a loss that wants logits, or right before the softmax or
        sigmoid at the end of a network with a `task`.

    Why it matters:
        A logit says against a class what it says for another. Behind a ReLU nothing can be said
        against one, a sigmoid never gives less than 1/2, and an output that is negative for every
        example has no gradient and never learns.

    Bad:
        ```yaml
        input: 784
        layers:
          - dense: {units: 64, activation: relu}
          - dense: {units: 10, activation: relu}
        task: {loss: CrossEntropyLoss, classes: 10}
        ```

    Good:
        ```yaml
        input: 784
        layers:
          - dense: {units: 64, activation: relu}
          - dense: {units: 10}
        task: {loss: CrossEntropyLoss, classes: 10}
        ```

    When to ignore it:
        Hardly ever. A regression of what cannot be negative may end in a ReLU and is not reported,
        nor is a ReLU before global pooling, as in SqueezeNet.

    References:
        Goodfellow, Bengio, Courville, Deep learning, 2016, section 6.2.2, on output units.
    """

    code: ClassVar[str] = "H504"
    name: ClassVar[str] = "relu-logits"
    severity: ClassVar[Severity] = "warning"
    supersedes: ClassVar[tuple[str, ...]] = ("T403",)

    def check(self, facts: NetworkFacts) -> Iterator[Report]:
        """At most one report, on the ReLU."""
        task = task_of(facts)
        if task is None:
            return
        loss = loss_of(facts, task)
        reader = f"{task.loss} wants" if loss is not None and loss.wants == "logits" else None
        for layer, primitive in way_back(facts):
            if not isinstance(primitive, Activation):
                return
            function = primitive.function
            if function in _RECTIFIERS:
                if reader is not None:
                    yield Report(
                        f"{function} cuts off below zero the logits that {reader}",
                        layer,
                        "activation",
                        f"drop the {function}",
                        fixes=(Fix(f"drop the {function}", (without_activation(layer),)),),
                    )
                return
            if function not in _SQUASHING:
                return
            reader = f"{function} needs"
