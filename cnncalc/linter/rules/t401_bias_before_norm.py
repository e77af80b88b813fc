"""T401: a bias that a normalisation cancels."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.ir import primitives as p
from cnncalc.linter.arithmetic import plural
from cnncalc.linter.finding import Severity
from cnncalc.linter.fixes import Fix, SetArgument
from cnncalc.linter.rule import Report, Rule
from cnncalc.linter.topology import Weighted, lone_reader, weighted

_KINDS = ("batch", "instance")  # those that subtract the mean of a single channel


class BiasBeforeNorm(Rule):
    """A bias has no effect, because the normalisation after it subtracts it again.

    What it does:
        Finds convolutions and dense layers with a bias whose only reader is a batch or an instance
        normalisation, directly or behind pooling.

    Why it matters:
        The normalisation subtracts the mean of every channel, and whatever was added to the whole
        channel with it. The bias costs parameters, memory and time in every step and its gradient
        is zero; beta, which the normalisation adds itself, does its work.

    Bad:
        ```yaml
        input: 5x5x3
        layers:
          - conv: {filters: 16, kernel: 5, padding: 2}
          - batch_norm
          - relu
        ```

    Good:
        ```yaml
        input: 5x5x3
        layers:
          - conv: {filters: 16, kernel: 5, padding: 2, bias: false}
          - batch_norm
          - relu
        ```

    When to ignore it:
        When weights are loaded that have the bias, as those of `keras.applications.ResNet50` do.
        Layer and group normalisation do not cancel a bias and are not reported, nor is a frozen
        normalisation (`trainable: false`), which subtracts a fixed number.

    References:
        Ioffe and Szegedy, Batch normalization, 2015 (arXiv 1502.03167), section 3.2: "the bias b
        can be ignored since its effect will be canceled by the subsequent mean subtraction".
    """

    code: ClassVar[str] = "T401"
    name: ClassVar[str] = "bias-before-norm"
    severity: ClassVar[Severity] = "info"

    def check(self, facts: NetworkFacts) -> Iterator[Report]:
        """One report per layer with a bias."""
        shared: set[str | None] | None = None
        for layer, primitive in weighted(facts):
            if not primitive.bias or layer.node.lowered.primitives[-1] is not primitive:
                continue
            norm = _norm_after(facts, layer)
            if norm is None:
                continue
            if shared is None:  # layers with common weights need not all be followed by one
                shared = {other.shares for other in facts.layers}
            if layer.shares is None and layer.name not in shared:
                yield _report(layer, primitive, norm)


def _report(
    layer: LayerFacts,
    primitive: Weighted,
    norm: LayerFacts,
) -> Report:
    count = primitive.units if isinstance(primitive, p.Dense) else primitive.filters
    return Report(
        f"the bias ({plural(count, 'parameter')}) has no effect: {norm.name} subtracts the mean of "
        "every channel, and the bias with it",
        layer,
        "bias",
        "write bias: false",
        fixes=(Fix("drop the bias", (SetArgument(layer, "bias", "false"),), is_safe=True),),
    )


def _norm_after(facts: NetworkFacts, layer: LayerFacts) -> LayerFacts | None:
    """The normalisation that alone reads a layer; pooling between them keeps an offset as it is."""
    reader = lone_reader(facts, layer)
    while reader is not None:
        primitives = reader.node.lowered.primitives
        if not primitives:
            return None
        first = primitives[0]
        if isinstance(first, p.Normalization):
            trained = getattr(reader.node.layer, "trainable", True)
            return reader if first.kind in _KINDS and trained else None
        if not all(map(_keeps_offset, primitives)):
            return None
        reader = lone_reader(facts, reader)
    return None


def _keeps_offset(primitive: p.Primitive) -> bool:
    """Whether a number added to a whole channel before is as good as added after."""
    match primitive:
        case p.Identity():
            return True
        case p.Pooling(kind="max"):
            return True
        case p.Pooling(kind="average", padding=padding, count_padding=counts):
            return not counts or not any(map(any, padding))
        case _:
            return False
