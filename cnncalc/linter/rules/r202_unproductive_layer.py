"""R202: a convolution that has nothing left to see."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.ir.primitives import Convolution
from cnncalc.ir.shapes import Sizes, format_shape
from cnncalc.linter.finding import Severity
from cnncalc.linter.fixes import Change, Fix, SetArgument
from cnncalc.linter.rule import Report, Rule
from cnncalc.linter.topology import gives_vectors, input_map


class UnproductiveLayer(Rule):
    """A convolution gathers more context although what enters it already sees the whole input.

    What it does:
        Finds convolutions larger than 1×1 for which even the narrowest path to them has a receptive
        field larger than the input, along every axis that they grow. It is a warning where the
        field is at least twice the input less one: then the cells in the corners see all of it,
        too. Before that it is information, as the cells near the border may still gain.

    Why it matters:
        The layer can only look at padding. Richter et al. trained probes on every layer and found
        that those past this border solve nothing more: they cost parameters and time, and the
        network does as well without them, or better on larger inputs.

    Bad:
        ```yaml
        input: 16x16x3
        layers:
          - conv: {filters: 32, kernel: 3, padding: same, activation: relu, repeat: 2}
          - max_pool: 2
          - conv: {filters: 64, kernel: 3, padding: same, activation: relu, repeat: 2}
          - max_pool: 2
          - conv: {filters: 128, kernel: 3, padding: same, activation: relu}
          - conv: {filters: 128, kernel: 3, padding: same, activation: relu}
          - global_avg_pool
          - dense: 10
        ```

    Good:
        ```yaml
        input: 16x16x3
        layers:
          - conv: {filters: 32, kernel: 3, padding: same, activation: relu, repeat: 2}
          - max_pool: 2
          - conv: {filters: 64, kernel: 3, padding: same, activation: relu, repeat: 2}
          - max_pool: 2
          - conv: {filters: 128, kernel: 3, padding: same, activation: relu}
          - conv: {filters: 128, kernel: 1, padding: same, activation: relu}
          - global_avg_pool
          - dense: 10
        ```

    When to ignore it:
        When the network will see larger inputs than the spec says, or comes with weights that were
        trained on them. Networks that give out a map are not looked at: there every cell needs its
        own surroundings.

    References:
        Richter, Schöning, Wiedenroth, Krumnack, Should you go deeper? Optimizing convolutional
        neural network architectures without training, 2021 (arXiv 2106.12307).
        Richter and Pal, Receptive field refinement for convolutional neural networks reliably
        improves predictive performance, 2022 (arXiv 2211.14487), also on published networks.
    """

    code: ClassVar[str] = "R202"
    name: ClassVar[str] = "unproductive-layer"
    severity: ClassVar[Severity] = "warning"

    def check(self, facts: NetworkFacts) -> Iterator[Report]:
        """One report per convolution past the border."""
        whole = input_map(facts)
        if whole is None or not gives_vectors(facts):
            return
        smallest_input = min(whole)
        for layer, conv in facts.having(Convolution):
            field = layer.receptive_field
            if field is None or field.smallest is None or max(field.smallest) <= smallest_input:
                continue
            before = _enters(layer, facts)
            axes = [k for k, n in enumerate(whole) if n > 1 and _kernel(conv, k) > 1]
            if before and axes and all(before[k] > whole[k] for k in axes):
                hopeless = all(before[k] >= 2 * whole[k] - 1 for k in axes)
                yield _report(layer, conv, before, whole, hopeless=hopeless)


def _report(
    layer: LayerFacts, conv: Convolution, before: Sizes, whole: Sizes, *, hopeless: bool
) -> Report:
    where = "even the cells in its corners" if hopeless else "the cells in its middle"
    return Report(
        f"what enters sees {format_shape(before)} cells, more than the {format_shape(whole)} "
        f"input, so that {where} have all of it in view before this "
        f"{format_shape(conv.kernel)} window",
        layer,
        "kernel",
        "leave it out, make it 1×1, or take a larger input",
        fixes=_fixes(layer, conv),
        severity="warning" if hopeless else "info",
    )


def _kernel(conv: Convolution, axis: int) -> int:
    return conv.kernel[axis] if axis < len(conv.kernel) else 1


def _enters(layer: LayerFacts, facts: NetworkFacts) -> Sizes | None:
    """The narrowest field of what enters a layer; None where it is not known, or is everything."""
    sources = facts.sources(layer)
    if len(sources) != 1:
        return None
    field = sources[0].receptive_field
    return None if field is None or field.stride is None else field.smallest


def _fixes(layer: LayerFacts, conv: Convolution) -> tuple[Fix, ...]:
    """A 1×1 window, where it leaves the shape as it is; a depthwise one would compute nothing."""
    if conv.groups > 1 or max(conv.stride) > 1:
        return ()
    padding = getattr(layer.node.layer, "padding", None)
    changes: tuple[Change, ...] = (SetArgument(layer, "kernel", "1"),)
    if padding != "same":
        halves = [d * (k - 1) / 2 for k, d in zip(conv.kernel, conv.dilation, strict=True)]
        if any(pair != (half, half) for pair, half in zip(conv.padding, halves, strict=True)):
            return ()
        changes += (SetArgument(layer, "padding", "0"),)
    return (Fix("make it 1×1", changes),)
