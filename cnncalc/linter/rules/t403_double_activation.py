"""T403: an activation after an activation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, NamedTuple

from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.ir.primitives import (
    Activation,
    AdaptivePooling,
    Crop,
    Dropout,
    Identity,
    Pad,
    Pooling,
    Reshape,
)
from cnncalc.linter.finding import Severity
from cnncalc.linter.fixes import Change, Fix, RemoveArgument, RemoveLayer
from cnncalc.linter.rule import Report, Rule
from cnncalc.linter.topology import lone_reader

_UNIT = frozenset({"sigmoid", "hard_sigmoid", "softmax"})  # gives 0 to 1
_NON_NEGATIVE = _UNIT | {"relu", "relu6", "softplus", "exponential"}
_KEEPS_POSITIVE = frozenset({"relu", "leaky_relu", "prelu", "elu", "celu"})
_KEEPS_SIGN = frozenset({"leaky_relu", "elu", "celu"})  # and positive values as they are
_IDEMPOTENT = frozenset({"relu", "relu6", "hard_tanh", "log_softmax"})
_HIDDEN = _KEEPS_POSITIVE | {"relu6", "selu", "gelu", "silu", "mish", "hard_swish", "softplus"}
_KEEPS_NON_NEGATIVE = frozenset({Identity, Pooling, AdaptivePooling, Reshape, Dropout, Pad, Crop})
_PROBABILITIES = frozenset({"softmax", "log_softmax"})


class DoubleActivation(Rule):
    """An activation follows an activation.

    What it does:
        Finds an activation that is applied twice, one that changes nothing after the one before
        (a ReLU after a ReLU, pooling or dropout between them or not), and two that nobody
        combines, such as a ReLU and then a GELU.

    Why it matters:
        At best the second one is useless work. At worst it undoes the first: a ReLU leaves nothing
        negative for a leaky ReLU, and a softmax of a softmax is nearly uniform. Mostly one of them
        was written twice: once as `activation:`, once as a layer.

    Bad:
        ```yaml
        input: 784
        layers:
          - dense: {units: 64, activation: relu}
          - relu
          - dense: 10
        ```

    Good:
        ```yaml
        input: 784
        layers:
          - dense: {units: 64, activation: relu}
          - dense: 10
        ```

    When to ignore it:
        When an imported network has it. Combinations that make sense, such as softmax after ReLU
        or a sigmoid after tanh, are not reported.

    References:
        PyTorch, torch.nn.ReLU; Keras, Layer activations, on the two ways to write an activation.
    """

    code: ClassVar[str] = "T403"
    name: ClassVar[str] = "double-activation"
    severity: ClassVar[Severity] = "warning"

    def check(self, facts: NetworkFacts) -> Iterator[Report]:
        """One report per pair, at the one that should go."""
        for layer, second in facts.having(Activation):
            if layer.node.lowered.primitives[0] is not second:
                continue  # it belongs to a layer with weights
            found = _before(facts, layer)
            if found is None:
                continue
            before, direct = found
            first = before.node.lowered.primitives[-1]
            if isinstance(first, Activation):
                verdict = _judge(first, second) if direct else _judge_afar(first, second)
                if verdict is not None:
                    yield _report(facts, before, layer, verdict)


class _Verdict(NamedTuple):
    """What is wrong with a pair of activations, and which of the two should go."""

    message: str
    drop_first: bool = False
    is_safe: bool = False


def _before(facts: NetworkFacts, layer: LayerFacts) -> tuple[LayerFacts, bool] | None:
    """What feeds a layer, pooling and the like aside, and whether it does so directly."""
    direct = True
    sources = facts.sources(layer)
    while len(sources) == 1:
        (source,) = sources
        primitives = source.node.lowered.primitives
        if not primitives or type(primitives[-1]) not in _KEEPS_NON_NEGATIVE:
            return (source, direct) if primitives else None
        if lone_reader(facts, source) is None:
            return None
        if not _KEEPS_NON_NEGATIVE.issuperset(map(type, primitives)):
            return None
        direct = direct and type(primitives[-1]) is Identity
        sources = facts.sources(source)
    return None


def _judge(first: Activation, second: Activation) -> _Verdict | None:
    a, b = first.function, second.function
    if a == b:
        if b in _IDEMPOTENT:
            return _Verdict(
                f"{a} comes right before, so the second one changes nothing", is_safe=True
            )
        return _Verdict(f"{a} is applied twice in a row")
    if a in _UNIT and b == "relu6":
        return _Verdict(
            f"what comes from {a} is between 0 and 1, so {b} changes nothing", is_safe=True
        )
    if a in _NON_NEGATIVE and b in _KEEPS_POSITIVE:
        return _judge_afar(first, second)
    if b in ("relu", "relu6") and (a == "relu" or (a in _KEEPS_SIGN and (first.alpha or 0) >= 0)):
        return _Verdict(
            f"{b} comes right after and cuts off all that {a} does differently", True, True
        )
    if a == "log_softmax" and b == "softmax":
        return _Verdict("softmax comes right after and gives the same without it", True, True)
    if a == "softmax" and b == "log_softmax":
        return _Verdict("log_softmax comes right after and has a softmax of its own", True)
    if (a in _HIDDEN and b in _HIDDEN) or (a in _PROBABILITIES and b in _HIDDEN):
        return _Verdict(f"{a} comes right before, and one activation is enough")
    return None


def _judge_afar(first: Activation, second: Activation) -> _Verdict | None:
    """What holds even if the second comes behind a pooling, a dropout or a flattening."""
    a, b = first.function, second.function
    if a in _NON_NEGATIVE and b in _KEEPS_POSITIVE:
        return _Verdict(
            f"what comes from {a} is never negative, so {b} changes nothing", is_safe=True
        )
    return None


def _report(
    facts: NetworkFacts, before: LayerFacts, after: LayerFacts, verdict: _Verdict
) -> Report:
    change: Change | None = RemoveLayer(after)
    layer = after
    if verdict.drop_first:
        layer = before
        alone = len(before.node.lowered.primitives) == 1
        change = RemoveLayer(before) if alone else RemoveArgument(before, "activation")
        if lone_reader(facts, before) is None:
            change = None  # others need it
    fixes = (Fix("drop it", (change,), is_safe=verdict.is_safe),) if change else ()
    return Report(verdict.message, layer, "activation", "drop one of the two", fixes=fixes)
