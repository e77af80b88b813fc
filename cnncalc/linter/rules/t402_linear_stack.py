"""T402: weighted layers with nothing non-linear between them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import ClassVar, NamedTuple

from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.ir import primitives as p
from cnncalc.linter.finding import Severity
from cnncalc.linter.fixes import Fix, InsertAfter, SetArgument
from cnncalc.linter.rule import Report, Rule
from cnncalc.linter.topology import lone_reader, same_repeats, weighted

_WEIGHTED = (p.Convolution, p.TransposedConvolution, p.Dense)
_LINEAR = (p.Dropout, p.Identity, p.ChannelScale, p.Rescale, p.Pad, p.Crop)
_LINEAR_NORMS = ("batch", "group", "instance")
_BLOCK = 32  # layers of a block at most, gate included
_HIDDEN = (
    "relu",
    "relu6",
    "leaky_relu",
    "elu",
    "selu",
    "gelu",
    "silu",
    "mish",
    "hard_swish",
    "tanh",
)


class LinearStack(Rule):
    """Two weighted layers follow each other without a non-linearity.

    What it does:
        Finds convolutions and dense layers between which there is no activation, max pooling or
        merge. Normalisation over a batch or a map, average pooling, dropout, padding and flattening
        are no non-linearity.

    Why it matters:
        A linear function of a linear function is a linear function: both layers together can do
        no more than a single one, at the cost of two. Mostly an activation was forgotten.

    Bad:
        ```yaml
        input: 784
        layers:
          - dense: 128
          - dense: {units: 64, activation: relu}
          - dense: 10
        ```

    Good:
        ```yaml
        input: 784
        layers:
          - dense: {units: 128, activation: relu}
          - dense: {units: 64, activation: relu}
          - dense: 10
        ```

    When to ignore it:
        When the product of two matrices is meant: a layer that was compressed by a tensor
        decomposition, or one that is over-parameterised in training and folded afterwards. Silent
        on bottlenecks (fewer channels than before and after; as many as before, where a depthwise
        block is projected), depthwise convolutions and the pointwise ones beside them, one kernel
        split over the axes (1×7, 7×1), learned upsampling, frozen layers, and wherever a shortcut
        begins.

    References:
        Goodfellow, Bengio, Courville, Deep learning, 2016, section 6.1, on why a hidden layer must
        not be linear. Sandler et al., MobileNetV2, 2018 (arXiv 1801.04381), section 3.2, on linear
        bottlenecks.
    """

    code: ClassVar[str] = "T402"
    name: ClassVar[str] = "linear-stack"
    severity: ClassVar[Severity] = "warning"
    supersedes: ClassVar[tuple[str, ...]] = ("C306",)

    def check(self, facts: NetworkFacts) -> Iterator[Report]:
        """One report per layer after which an activation is missing."""
        usual: tuple[str, str] | None = None
        seen = None
        for layer, _ in weighted(facts):
            if layer is seen:  # a separable convolution has two
                continue
            seen = layer
            pair = _pair(facts, layer)
            if pair is not None and not _is_meant(pair, facts):
                usual = usual or _usual_activation(facts)
                yield _report(pair, *usual)


class _Pair(NamedTuple):
    """Two weighted layers and the linear layers from the one to the other."""

    before: LayerFacts
    between: list[LayerFacts]
    after: LayerFacts


def _pair(facts: NetworkFacts, after: LayerFacts) -> _Pair | None:
    """The weighted layer that a layer follows on one linear path without branches."""
    between: list[LayerFacts] = []
    current = after
    while not current.faults:
        sources = facts.sources(current)
        if len(sources) != 1:
            return None
        current = sources[0]
        primitives = current.node.lowered.primitives
        if not primitives:
            return None
        last = primitives[-1]
        if type(last) is p.Activation or lone_reader(facts, current) is None:
            return None
        if isinstance(last, _WEIGHTED):
            return None if current.faults else _Pair(current, between[::-1], after)
        if not all(map(_is_linear, primitives)):
            return None
        between.append(current)
    return None


def _is_linear(primitive: p.Primitive) -> bool:
    match primitive:
        case p.Normalization(kind=kind):
            return kind in _LINEAR_NORMS
        case p.Pooling(kind=kind) | p.AdaptivePooling(kind=kind):
            return kind != "max"
        case p.Reshape(shape=shape):  # flattening; any other shape may begin something new
            return len(shape) == 1
        case _:
            return isinstance(primitive, _LINEAR)


def _is_meant(pair: _Pair, facts: NetworkFacts) -> bool:
    """Whether there is a reason to leave the activation out, or something is not known."""
    before, between, after = pair
    if any(map(_is_given, (before, after))):
        return True
    narrow, wide = _channels(before.output_shape), _channels(before.input_shapes[0])
    arriving, leaving = _channels(after.input_shapes[0]), _channels(after.output_shape)
    if narrow is None or wide is None or arriving is None or leaving is None:
        return True
    if narrow < wide and (arriving < leaving or _has(p.AdaptivePooling, between)):
        return True  # a bottleneck, or a projection before the global pooling
    if _is_depthwise(before) or (_is_depthwise(after) and not _has(p.Normalization, between)):
        return True
    if narrow == wide and arriving < leaving and _is_projection(facts, before):
        return True  # a linear bottleneck whose block did not widen the map before
    first, second = before.node.lowered.primitives[-1], after.node.lowered.primitives[0]
    if isinstance(second, p.TransposedConvolution):
        return second.filters == arriving  # learned upsampling
    if not isinstance(first, p.Convolution):
        return False
    is_alone = before.node.lowered.primitives[0] is first  # and not half of a separable one
    if is_alone and max(first.kernel) == 1 and before.inputs[0] in facts.inputs:
        return True  # another colour space, or an adapter before a given network
    if not isinstance(second, p.Convolution):
        return False
    return (first.groups > 1 and second.groups > 1) or _is_split(first.kernel, second.kernel)


def _channels(shape: tuple[int | None, ...] | None) -> int | None:
    return shape[-1] if shape else None


def _has(kind: type[p.Primitive], layers: list[LayerFacts]) -> bool:
    return any(
        isinstance(primitive, kind)
        for layer in layers
        for primitive in layer.node.lowered.primitives
    )


def _is_given(layer: LayerFacts) -> bool:
    """Whether the weights are not learned: frozen, or written in the spec."""
    arguments = layer.node.layer
    frozen = not getattr(arguments, "trainable", True)
    return frozen or getattr(arguments, "weights", None) is not None


def _is_depthwise(layer: LayerFacts) -> bool:
    convolutions = [one for one in layer.node.lowered.primitives if isinstance(one, p.Convolution)]
    channels = _channels(layer.input_shapes[0])
    return bool(convolutions) and all(one.groups == channels != 1 for one in convolutions)


def _is_projection(facts: NetworkFacts, layer: LayerFacts) -> bool:
    """Whether a 1×1 convolution ends a block that a depthwise one began, perhaps with a gate."""
    primitives = layer.node.lowered.primitives
    if not isinstance(primitives[0], p.Convolution) or max(primitives[0].kernel) > 1:
        return False
    waiting, seen = facts.sources(layer), {layer.name}
    while waiting and len(seen) < _BLOCK:
        current = waiting.pop()
        if current.name in seen:
            continue
        seen.add(current.name)
        if _is_depthwise(current):
            return True
        if all(map(_keeps_cells, current.node.lowered.primitives)):
            waiting += facts.sources(current)
    return False


def _keeps_cells(primitive: p.Primitive) -> bool:
    match primitive:
        case p.Merge(kind=kind):
            return kind == "multiply"
        case _:
            return isinstance(primitive, (p.Activation, p.Normalization, p.Dropout, p.Identity))


def _is_split(first: tuple[int, ...], second: tuple[int, ...]) -> bool:
    """Whether two kernels are one that was split over the axes, as 1×7 and 7×1."""
    if max(first) == 1 or max(second) == 1:
        return False
    return all(min(sizes) == 1 for sizes in zip(first, second, strict=True))


def _usual_activation(facts: NetworkFacts) -> tuple[str, str]:
    """The activation that the network uses most, as an entry and as an argument."""
    found = Counter(
        activation for _, activation in facts.having(p.Activation) if activation.function in _HIDDEN
    )
    if not found:
        return "relu", "relu"
    activation = found.most_common(1)[0][0]
    if activation.function != "leaky_relu":
        return activation.function, activation.function
    entry = f"leaky_relu: {activation.alpha}"
    return entry, f"{{{entry}}}"


def _report(pair: _Pair, entry: str, argument: str) -> Report:
    before, between, after = pair
    norm = next((layer for layer in reversed(between) if _has(p.Normalization, [layer])), None)
    told = f"no non-linearity stands between it and {after.name}"
    if norm is None:
        remedy = f"write activation: {argument}"
        change: SetArgument | InsertAfter = SetArgument(before, "activation", argument)
    else:
        told += f" ({norm.name} is linear, too)"
        remedy = f"put {entry} after {norm.name}"
        change = InsertAfter(norm, entry)
    told += ", so the two layers together can do no more than one"
    fits = norm is None or same_repeats(before, norm)
    fixes = (Fix(remedy, (change,)),) if fits else ()
    return Report(told, before, "activation", remedy, fixes=fixes)
