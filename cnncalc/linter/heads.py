"""What the network gives out, and what the loss wants: for the rules that know the task."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.ir import primitives as p
from cnncalc.linter.fixes import Change, RemoveArgument, RemoveLayer, ReplaceLayer, SetArgument

if TYPE_CHECKING:
    from cnncalc.spec.declarations import Task  # models take time, and a task is rare

Wants: TypeAlias = Literal["probabilities", "logits", "log-probabilities"]
Over: TypeAlias = Literal["softmax", "sigmoid"]


class Loss(NamedTuple):
    """A loss that compares classes.

    Attributes:
        wants: What it takes.
        over: What makes probabilities of its logits.
    """

    wants: Wants
    over: Over


_PROBABILITIES: dict[str, Over] = {
    "categoricalcrossentropy": "softmax",
    "sparsecategoricalcrossentropy": "softmax",
    "categoricalfocalcrossentropy": "softmax",
    "binarycrossentropy": "sigmoid",
    "binaryfocalcrossentropy": "sigmoid",
    "bce": "sigmoid",
}  # Keras's losses, and PyTorch's BCELoss
_LOGITS: dict[str, Over] = {
    "crossentropy": "softmax",
    "softmaxcrossentropy": "softmax",
    "softmaxcrossentropywithlogits": "softmax",
    "sparsesoftmaxcrossentropywithlogits": "softmax",
    "bcewithlogits": "sigmoid",
    "binarycrossentropywithlogits": "sigmoid",
    "sigmoidcrossentropy": "sigmoid",
    "sigmoidcrossentropywithlogits": "sigmoid",
    "sigmoidfocal": "sigmoid",
    "multilabelsoftmargin": "sigmoid",
}  # PyTorch's, TensorFlow's and ONNX's
_LOG_PROBABILITIES = ("nllloss", "negativeloglikelihoodloss")  # "nll" alone may mean anything


def task_of(facts: NetworkFacts) -> Task | None:
    """The task that the spec declares, if any."""
    document = facts.network.document
    return document.declarations().task if document.section("task") is not None else None


def loss_of(facts: NetworkFacts, task: Task) -> Loss | None:
    """What the loss wants; None when it is not named, not known, or no loss on classes.

    `cross_entropy` is PyTorch's, unless the network is for others only.
    """
    name = re.sub("[^a-z0-9]", "", (task.loss or "").lower())
    if name in _LOG_PROBABILITIES:
        return Loss("log-probabilities", "softmax")
    name = name.removesuffix("loss")
    target = facts.network.document.declarations().target
    if name == "crossentropy" and target and not {"torch", "onnx"} & set(target):
        return None
    if name in _PROBABILITIES:
        return Loss("logits" if task.from_logits else "probabilities", _PROBABILITIES[name])
    return Loss("logits", _LOGITS[name]) if name in _LOGITS else None


class Step(NamedTuple):
    """A primitive on the way back from the output, with its layer."""

    layer: LayerFacts
    primitive: p.Primitive


def way_back(facts: NetworkFacts) -> Iterator[Step]:
    """From the main output backwards, up to a merge or an input; reshaping is left out."""
    names = facts.outputs[-1:]
    while len(names) == 1 and names[0] not in facts.inputs:
        layer = facts.layer(names[0])
        if layer.faults or not layer.node.lowered.primitives:
            return
        for primitive in reversed(layer.node.lowered.primitives):
            if not isinstance(primitive, (p.Reshape, p.Identity, p.Dropout, p.Permute)):
                yield Step(layer, primitive)
        names = layer.inputs


def is_averaging(primitive: p.Primitive) -> bool:
    """Whether it takes means over positions: of logits they are logits, of shares shares."""
    match primitive:
        case p.AdaptivePooling(kind=kind) | p.Pooling(kind=kind):
            return kind == "average"
        case _:
            return isinstance(primitive, (p.Resize, p.Crop))


def without_activation(layer: LayerFacts) -> Change:
    """The change that takes the activation that a layer is, or ends with, away."""
    alone = len(layer.node.lowered.primitives) == 1
    return RemoveLayer(layer) if alone else RemoveArgument(layer, "activation")


def with_activation(layer: LayerFacts, function: str) -> Change:
    """The change that puts another in the place of the activation that a layer is or ends with."""
    if len(layer.node.lowered.primitives) == 1:
        return ReplaceLayer(layer, function)
    return SetArgument(layer, "activation", function)
