"""H503: as many outputs as there are no classes."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import TYPE_CHECKING, ClassVar

from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.ir import primitives as p
from cnncalc.ir.shapes import Shape, format_shape
from cnncalc.linter.arithmetic import plural
from cnncalc.linter.finding import Severity
from cnncalc.linter.fixes import Fix, SetArgument
from cnncalc.linter.heads import is_averaging, loss_of, task_of, way_back, with_activation
from cnncalc.linter.rule import Report, Rule

if TYPE_CHECKING:
    from cnncalc.spec.declarations import Task  # models take time, and a task is rare

_SOFTMAX = ("softmax", "log_softmax")


class ClassCount(Rule):
    """The network has not one output per class, or a softmax over a single one.

    What it does:
        Compares the outputs of a classifier, which ends in a softmax or has a loss on classes, with
        `classes` of `task`. Finds every softmax over one channel, whether or not there is a task.

    Why it matters:
        A class without an output is never predicted, and its labels are out of range. A softmax
        over one channel is 1 whatever comes in, so nothing before it learns.

    Bad:
        ```yaml
        input: 784
        layers:
          - dense: {units: 64, activation: relu}
          - dense: {units: 1000, activation: softmax}
        task: {loss: categorical_crossentropy, classes: 10}
        ```

    Good:
        ```yaml
        input: 784
        layers:
          - dense: {units: 64, activation: relu}
          - dense: {units: 10, activation: softmax}
        task: {loss: categorical_crossentropy, classes: 10}
        ```

    When to ignore it:
        When there are other outputs beside the classes. One more than there are classes (for the
        background), one sigmoid for two classes, and detectors, which have a multiple of the
        classes at every position or declare `object_size`, are not reported.

    References:
        Keras, SparseCategoricalCrossentropy: "there should be num_classes floating point values per
        feature for y_pred". PyTorch, torch.nn.CrossEntropyLoss, on the class indices.
    """

    code: ClassVar[str] = "H503"
    name: ClassVar[str] = "class-count"
    severity: ClassVar[Severity] = "error"

    def check(self, facts: NetworkFacts) -> Iterator[Report]:
        """One report per softmax over one channel, or one on the last weighted layer."""
        task = task_of(facts)
        alone = [
            layer
            for layer, activation in facts.having(p.Activation)
            if activation.function in _SOFTMAX and (layer.output_shape or (None,))[-1] == 1
        ]
        for layer in alone:
            yield _single(facts, layer, task)
        if task is not None and task.classes is not None and not alone:
            yield from _count(facts, task, task.classes)


def _single(facts: NetworkFacts, layer: LayerFacts, task: Task | None) -> Report:
    loss = loss_of(facts, task) if task else None
    is_binary = layer.name in facts.outputs and (loss is None or loss.over == "sigmoid")
    fix = Fix("use sigmoid", (with_activation(layer, "sigmoid"),))
    return Report(
        "a softmax over a single channel gives the same whatever arrives",
        layer,
        "activation",
        "use sigmoid, or one output per class",
        fixes=(fix,) if is_binary else (),
    )


def _count(facts: NetworkFacts, task: Task, classes: int) -> Iterator[Report]:
    shape = facts.output_shape
    if not shape or shape[-1] is None or task.object_size is not None:
        return
    count = shape[-1]
    loss = loss_of(facts, task)
    head, has_softmax = _head(facts)
    if head is None or _is_right(count, classes, shape):
        return
    if loss is None and (task.loss is not None or not has_softmax):
        return  # whether the outputs are classes is not known
    if count == 1 and classes == 2 and not has_softmax and (loss is None or loss.over == "sigmoid"):
        return
    field = "units" if head.op == "dense" else "filters"
    fix = Fix(f"give {plural(classes, 'output')}", (SetArgument(head, field, str(classes)),))
    yield Report(
        f"the output is {format_shape(shape)}, so there are {plural(count, 'output')} for "
        f"{plural(classes, 'class', 'classes')}",
        head,
        field,
        f"write {field}: {classes}, or correct classes in task",
        fixes=(fix,),
    )


def _is_right(count: int, classes: int, shape: Shape) -> bool:
    """Whether so many channels can be so many classes; a map may hold several boxes per cell."""
    if count in (classes, classes + 1):
        return True
    is_map = None in shape[:-1] or prod(size for size in shape[:-1] if size is not None) > 1
    return is_map and (count % classes == 0 or count % (classes + 1) == 0)


def _head(facts: NetworkFacts) -> tuple[LayerFacts | None, bool]:
    """The weighted layer that gives the output's channels, and whether a softmax follows."""
    has_softmax = False
    shape = facts.output_shape
    for layer, primitive in way_back(facts):
        if isinstance(primitive, p.Activation):
            has_softmax = has_softmax or primitive.function in _SOFTMAX
        elif isinstance(primitive, (p.Convolution, p.TransposedConvolution, p.Dense)):
            count = primitive.units if isinstance(primitive, p.Dense) else primitive.filters
            is_head = shape is not None and shape[-1] == count and layer.op != "depthwise_conv"
            return (layer if is_head else None), has_softmax
        elif not is_averaging(primitive):
            return None, has_softmax
    return None, has_softmax
