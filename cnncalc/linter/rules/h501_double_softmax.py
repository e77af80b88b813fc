"""H501: softmax, and then a loss that applies it again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from cnncalc.analysis.facts import NetworkFacts
from cnncalc.ir.primitives import Activation
from cnncalc.linter.finding import Severity
from cnncalc.linter.fixes import Fix, ReplaceText
from cnncalc.linter.heads import is_averaging, loss_of, task_of, way_back, without_activation
from cnncalc.linter.rule import Report, Rule
from cnncalc.source import Mapping, Node, Scalar

if TYPE_CHECKING:
    from cnncalc.spec.declarations import Task  # models take time, and a task is rare

_SQUASHING = ("softmax", "sigmoid", "hard_sigmoid")


class DoubleSoftmax(Rule):
    """The network gives probabilities to a loss that wants logits.

    What it does:
        Finds a softmax or sigmoid at the end of a network whose loss applies one itself: PyTorch's
        `CrossEntropyLoss` and `BCEWithLogitsLoss`, or a Keras loss with `from_logits: true`.
        `cross_entropy` is taken for PyTorch's unless `target` is given without torch or onnx.

    Why it matters:
        A softmax of values between 0 and 1 is nearly uniform: even a network that is certain never
        gets a small loss, its gradients are small and it learns slowly. Nothing fails.

    Bad:
        ```yaml
        input: 784
        layers:
          - dense: {units: 64, activation: relu}
          - dense: {units: 10, activation: softmax}
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
        When a loss of your own has the name of a known one. A log-softmax is not reported: softmax
        changes nothing about it.

    References:
        PyTorch, torch.nn.CrossEntropyLoss: "The input is expected to contain the unnormalized
        logits for each class". Keras, CategoricalCrossentropy, on from_logits.
    """

    code: ClassVar[str] = "H501"
    name: ClassVar[str] = "double-softmax"
    severity: ClassVar[Severity] = "error"

    def check(self, facts: NetworkFacts) -> Iterator[Report]:
        """At most one report, on the activation at the end."""
        task = task_of(facts)
        loss = loss_of(facts, task) if task else None
        if task is None or loss is None or loss.wants != "logits":
            return
        for layer, primitive in way_back(facts):
            if isinstance(primitive, Activation) and primitive.function in _SQUASHING:
                function = primitive.function
                given = f"{task.loss} with from_logits" if task.from_logits else task.loss
                fixes = [Fix(f"drop the {function}", (without_activation(layer),))]
                declared = _declared(facts, task)
                if declared is not None:
                    title = "declare from_logits: false"
                    fixes.append(Fix(title, (ReplaceText(declared.span, "false"),)))
                yield Report(
                    f"{function} makes probabilities, but {given} wants logits and applies "
                    f"{loss.over} itself",
                    layer,
                    "activation",
                    f"drop the {function} here",
                    fixes=tuple(fixes),
                )
            if not is_averaging(primitive):
                return


def _declared(facts: NetworkFacts, task: Task) -> Scalar | None:
    """Where the task says `from_logits: true`, if the loss would want probabilities without it."""
    without = loss_of(facts, task.model_copy(update={"from_logits": False}))
    section: Node | None = facts.network.document.section("task")
    value = section.get("from_logits") if isinstance(section, Mapping) else None
    if without is None or without.wants == "logits" or not isinstance(value, Scalar):
        return None
    return value if value.value is True else None
