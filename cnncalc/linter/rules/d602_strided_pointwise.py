"""D602: a stride without a window."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import ClassVar

from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.ir import primitives as p
from cnncalc.ir.shapes import Sizes
from cnncalc.linter.arithmetic import axes_in_words
from cnncalc.linter.finding import Severity
from cnncalc.linter.fixes import Change, Fix, InsertBefore, RemoveArgument, SetArgument
from cnncalc.linter.rule import Report, Rule
from cnncalc.linter.topology import lone_reader, may_be_moved, same_repeats, written_keys

_PASSES = (p.Activation, p.Dropout, p.Identity, p.Normalization, p.ChannelScale)


class StridedPointwise(Rule):
    """A window of a single cell is moved in steps, so that most of the map is never read.

    What it does:
        Finds convolutions with a stride along an axis on which their window is one cell.

    Why it matters:
        A 1×1 convolution with stride 2 reads one cell in four and ignores the rest, which was
        computed all the same. Averaging 2×2 cells before it, or giving the stride to the 3×3
        convolution that follows, makes use of them at next to no cost.

    Bad:
        ```yaml
        input: 56x56x64
        layers:
          - conv: {filters: 128, kernel: 1, stride: 2, activation: relu}
          - global_avg_pool
          - dense: 10
        ```

    Good:
        ```yaml
        input: 56x56x64
        layers:
          - avg_pool: 2
          - conv: {filters: 128, kernel: 1, activation: relu}
          - global_avg_pool
          - dense: 10
        ```

    When to ignore it:
        In the shortcuts of published residual networks, if their weights are to be kept.

    References:
        He, Zhang, Zhang, Zhang, Xie, Li, Bag of tricks for image classification with convolutional
        neural networks, 2019 (arXiv 1812.01187), section 4.1: ResNet-B moves the stride to the 3×3,
        ResNet-D pools before the 1×1 of the shortcut.
    """

    code: ClassVar[str] = "D602"
    name: ClassVar[str] = "strided-pointwise"
    severity: ClassVar[Severity] = "info"
    supersedes: ClassVar[tuple[str, ...]] = ("S105",)

    def check(self, facts: NetworkFacts) -> Iterator[Report]:
        """One report per convolution."""
        for layer, conv in facts.having(p.Convolution):
            if max(conv.stride) == 1:
                continue
            shape = layer.input_shapes[0] or ()
            axes = [
                axis
                for axis, (kernel, stride) in enumerate(zip(conv.kernel, conv.stride, strict=True))
                if kernel == 1 and stride > 1 and shape[axis] != 1
            ]
            if axes:
                yield _report(layer, conv, axes, facts)


def _report(layer: LayerFacts, conv: p.Convolution, axes: list[int], facts: NetworkFacts) -> Report:
    share = prod(conv.stride[axis] for axis in axes)
    return Report(
        f"with a stride along {axes_in_words(axes, len(conv.kernel))} but a window of one cell "
        f"there, it reads one cell in {share} of the map and ignores the others",
        layer,
        "stride",
        "average the cells with an avg_pool before it, or let the next larger window have the "
        "stride",
        fixes=tuple(_fixes(layer, conv, facts)),
    )


def _fixes(layer: LayerFacts, conv: p.Convolution, facts: NetworkFacts) -> Iterator[Fix]:
    if max(conv.kernel) > 1 or any(map(any, conv.padding)):
        return
    following = _next_window(layer, facts)
    if following is not None:
        changes: tuple[Change, ...] = (
            RemoveArgument(layer, "stride"),
            SetArgument(following, "stride", _yaml(conv.stride)),
        )
        yield Fix(f"let {following.name} have the stride", changes)
    elif may_be_moved(layer):
        pool = _pool(layer, conv)
        yield Fix("average before it", (InsertBefore(layer, pool), RemoveArgument(layer, "stride")))


def _pool(layer: LayerFacts, conv: p.Convolution) -> str:
    """The pooling that gives as many cells."""
    sizes = (layer.input_shapes[0] or ())[: len(conv.stride)]
    pairs = zip(sizes, conv.stride, strict=False)
    fits = all(size is not None and size % stride == 0 for size, stride in pairs)
    size = _yaml(conv.stride)
    return f"avg_pool: {size}" if fits else f"avg_pool: {{size: {size}, rounding: ceil}}"


def _yaml(sizes: Sizes) -> str:
    return str(sizes[0]) if len(set(sizes)) == 1 else f"[{', '.join(map(str, sizes))}]"


def _next_window(layer: LayerFacts, facts: NetworkFacts) -> LayerFacts | None:
    """The next convolution, if its window is larger and keeps the size, and has no stride yet."""
    following = lone_reader(facts, layer)
    while following is not None and len(following.inputs) == 1:
        kinds = following.node.lowered.primitives
        if kinds and isinstance(kinds[0], p.Convolution):
            conv = kinds[0]
            keeps = following.output_shape is not None and (
                following.output_shape[:-1] == (following.input_shapes[0] or ())[:-1]
            )
            fits = keeps and min(conv.kernel) > 1 and max(conv.stride) == 1
            repeats = written_keys(following).isdisjoint({"repeat", "first"})
            return following if fits and repeats and same_repeats(layer, following) else None
        if not kinds or not all(isinstance(kind, _PASSES) for kind in kinds):
            return None
        following = lone_reader(facts, following)
    return None
