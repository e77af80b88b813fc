"""C306: two convolutions that are one."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import ClassVar, NamedTuple

from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.ir.primitives import Convolution
from cnncalc.ir.shapes import format_shape
from cnncalc.linter.finding import Severity
from cnncalc.linter.fixes import Fix, RemoveLayer, SetArgument
from cnncalc.linter.rule import Report, Rule
from cnncalc.linter.topology import may_be_moved, same_repeats


class Collapsible(Rule):
    """Two convolutions follow each other with nothing between and could be a single, cheaper one.

    What it does:
        Finds a convolution that reads nothing but another one, without an activation or a
        normalisation between, of which one is 1×1. Together they are one linear convolution. It is
        reported where that would not have more weights than the two. Silent on a layer between that
        is narrower than both sides, which is a restriction and meant, and on depthwise
        convolutions. Where T402 asks for an activation, this rule says nothing more.

    Why it matters:
        A chain of linear maps is a linear map. The second layer adds weights, work and memory
        traffic, but nothing that one convolution could not learn.

    Bad:
        ```yaml
        input: 32x32x3
        layers:
          - conv: {filters: 32, kernel: 1, bias: false}
          - conv: {filters: 32, kernel: 3, padding: same, activation: relu}
          - global_avg_pool
          - dense: 10
        ```

    Good:
        ```yaml
        input: 32x32x3
        layers:
          - conv: {filters: 32, kernel: 3, padding: same, activation: relu}
          - global_avg_pool
          - dense: 10
        ```

    When to ignore it:
        When the redundancy is there to help the training and is folded away afterwards, or when the
        first layer adapts the input to a network that comes with its weights.

    References:
        Guo, Alvarez, Salzmann, ExpandNets: linear over-parameterization to train compact
        convolutional networks, 2018 (arXiv 1811.10495), on when such chains are put in on purpose.
    """

    code: ClassVar[str] = "C306"
    name: ClassVar[str] = "collapsible"
    severity: ClassVar[Severity] = "info"

    def check(self, facts: NetworkFacts) -> Iterator[Report]:
        """One report per pair, at the first convolution."""
        for first_layer, first in facts.having(Convolution):
            readers = facts.readers(first_layer.name)
            if len(readers) != 1 or readers[0].op != "conv":
                continue
            second_layer = readers[0]
            second = (second_layer.node.lowered.primitives or (None,))[0]
            if not isinstance(second, Convolution) or first_layer.name in facts.outputs:
                continue
            pair = _Pair(first_layer, first, second_layer, second)
            if first_layer.node.lowered.primitives[-1] is first and pair.is_one:
                if _is_own(first_layer, first) and _is_own(second_layer, second):
                    yield _report(pair)


class _Pair(NamedTuple):
    first_layer: LayerFacts
    first: Convolution
    second_layer: LayerFacts
    second: Convolution

    @property
    def is_one(self) -> bool:
        """Whether one convolution of no more weights computes the same, borders included."""
        if max(self.second.kernel) > 1:
            if max(self.first.kernel) > 1 or max(self.first.stride) > 1:
                return False
            if self.first.bias and any(map(any, self.second.padding)):
                return False  # the bias is missing in the padding
        elif any(map(any, self.second.padding)):
            return False
        # a bottleneck has too few channels for every linear map; without one, the two cost more
        before, after = self._sides
        return self.first.filters >= min(before, after) > 0

    @property
    def _sides(self) -> tuple[int, int]:
        """Values that an output of the first reads, and that one of its channels leads to."""
        channels = (self.first_layer.input_shapes[0] or (None,))[-1] or 0
        filters = self.second.filters
        return prod(self.first.kernel) * channels, prod(self.second.kernel) * filters

    @property
    def n_weights(self) -> tuple[int, int]:
        """Weights of the two and of the one, biases excluded."""
        before, after = self._sides
        return self.first.filters * (before + after), before * after


def _is_own(layer: LayerFacts, conv: Convolution) -> bool:
    """Whether a plain convolution has weights of its own that are to be learned."""
    spec = layer.node.layer
    return (
        layer.op == "conv"
        and conv.groups == 1
        and conv.connections is None
        and layer.shares is None
        and getattr(spec, "weights", None) is None
        and getattr(spec, "trainable", True) is True
    )


def _report(pair: _Pair) -> Report:
    both, one = pair.n_weights
    wide = pair.first if max(pair.first.kernel) > 1 else pair.second
    return Report(
        f"nothing stands between it and {pair.second_layer.name}, so one "
        f"{format_shape(wide.kernel)} convolution with {one:,} weights does what the two do "
        f"with {both:,}",
        pair.first_layer,
        help="put an activation between them, or make them one",
        fixes=_fixes(pair),
    )


def _fixes(pair: _Pair) -> tuple[Fix, ...]:
    """Leave out the one that only mixes channels."""
    first, second = pair.first_layer, pair.second_layer
    if max(pair.first.kernel) == 1:
        if not may_be_moved(first) or (pair.first.bias and not pair.second.bias):
            return ()
        return (Fix("leave it out", (RemoveLayer(first),)),)
    if max(pair.second.stride) > 1 or (pair.second.bias and not pair.first.bias):
        return ()
    if len(second.node.lowered.primitives) > 1 or not may_be_moved(second):
        return ()
    if not same_repeats(first, second):
        return ()
    changes = (SetArgument(first, "filters", str(pair.second.filters)), RemoveLayer(second))
    return (Fix("make them one convolution", changes),)
