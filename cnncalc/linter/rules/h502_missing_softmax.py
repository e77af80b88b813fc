"""H502: a loss on probabilities, and nothing that makes them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from cnncalc.analysis.facts import NetworkFacts
from cnncalc.ir import primitives as p
from cnncalc.linter.finding import Severity
from cnncalc.linter.fixes import Fix, InsertAfter, SetArgument
from cnncalc.linter.heads import (
    Loss,
    Step,
    is_averaging,
    loss_of,
    task_of,
    way_back,
    with_activation,
)
from cnncalc.linter.rule import Report, Rule

_FITTING = {
    "probabilities": ("softmax", "sigmoid", "hard_sigmoid", "exponential", "softplus"),
    "log-probabilities": ("log_softmax", "log_sigmoid"),
}


class MissingSoftmax(Rule):
    """The network gives logits to a loss that wants probabilities.

    What it does:
        Finds a network that ends without a softmax or sigmoid although its loss takes
        probabilities: Keras's crossentropies unless `from_logits: true`, PyTorch's `BCELoss`. For
        `NLLLoss`, which takes logarithms of probabilities, it wants a log-softmax.

    Why it matters:
        The logarithm of a logit is no likelihood. Keras cuts negative values off, so the loss is
        finite and wrong; PyTorch's BCELoss stops with an error, its NLLLoss falls without end.

    Bad:
        ```yaml
        input: 784
        layers:
          - dense: {units: 64, activation: relu}
          - dense: {units: 10}
        task: {loss: sparse_categorical_crossentropy, classes: 10}
        ```

    Good:
        ```yaml
        input: 784
        layers:
          - dense: {units: 64, activation: relu}
          - dense: {units: 10, activation: softmax}
        task: {loss: sparse_categorical_crossentropy, classes: 10}
        ```

    When to ignore it:
        When a loss of your own has the name of a known one. If the loss is made with
        `from_logits=True`, say so in `task`.

    References:
        Keras, CategoricalCrossentropy, on from_logits; PyTorch, torch.nn.NLLLoss: "Obtaining
        log-probabilities in a neural network is easily achieved by adding a LogSoftmax layer in the
        last layer of your network".
    """

    code: ClassVar[str] = "H502"
    name: ClassVar[str] = "missing-softmax"
    severity: ClassVar[Severity] = "error"

    def check(self, facts: NetworkFacts) -> Iterator[Report]:
        """At most one report, on the layer that gives the logits."""
        task = task_of(facts)
        loss = loss_of(facts, task) if task else None
        if task is None or loss is None or loss.wants == "logits":
            return
        for step in way_back(facts):
            primitive = step.primitive
            if isinstance(primitive, p.Activation):
                if primitive.function not in _FITTING[loss.wants]:
                    yield _report(
                        facts, step, loss, task.loss, f"{primitive.function} gives others"
                    )
                return
            if isinstance(primitive, (p.Convolution, p.TransposedConvolution, p.Dense)):
                yield _report(facts, step, loss, task.loss, "what arrives are logits")
                return
            if not is_averaging(primitive):
                return


def _report(facts: NetworkFacts, step: Step, loss: Loss, name: str | None, given: str) -> Report:
    layer, primitive = step
    wanted = loss.over if loss.wants == "probabilities" else f"log_{loss.over}"
    last = facts.layer(facts.outputs[-1])
    if isinstance(primitive, p.Activation) and layer is last:
        fixes = (Fix(f"use {wanted}", (with_activation(layer, wanted),)),)
    elif layer is last:
        fixes = (Fix(f"add {wanted}", (SetArgument(layer, "activation", wanted),)),)
    else:
        fixes = (Fix(f"add {wanted} at the end", (InsertAfter(last, wanted),)),)
    return Report(
        f"{name} wants {loss.wants}, but {given}",
        layer,
        "activation",
        f"end the network with {wanted}"
        + (", or declare from_logits: true" if loss.wants == "probabilities" else ""),
        fixes=fixes,
    )
