"""R203: a stem for large images on small ones."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import ClassVar

from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.ir.primitives import Convolution, Dense, Pooling, TransposedConvolution
from cnncalc.ir.shapes import format_shape
from cnncalc.linter.finding import Severity
from cnncalc.linter.fixes import Change, Fix, RemoveLayer, SetArgument
from cnncalc.linter.rule import Report, Rule
from cnncalc.linter.topology import gives_vectors, input_map, may_be_moved, written_keys

_LARGEST = 64
_WEIGHTED = (Convolution, TransposedConvolution, Dense)


class StrongStem(Rule):
    """A small input is reduced four-fold before the second layer that has weights.

    What it does:
        Finds networks for inputs of at most 64 pixels a side whose first convolution, with its
        stride and the pooling behind it, leaves a quarter of the side or less to the next
        convolution. Silent on stems that cut the image into patches (kernel = stride), which are
        meant like that, and on networks that give out a map, whose input may be a piece of a larger
        picture.

    Why it matters:
        Such stems were made for photographs of 224 pixels, in which neighbouring pixels are much
        alike. On 32×32 they throw away most of the picture before anything has been recognised in
        it, and the deeper stages work on maps of a few cells. The ResNets for CIFAR-10 start with a
        3×3 convolution of stride 1 and no pooling.

    Bad:
        ```yaml
        input: 32x32x3
        layers:
          - conv: {filters: 64, kernel: 7, stride: 2, padding: same, activation: relu}
          - max_pool: {size: 3, stride: 2, padding: same}
          - conv: {filters: 64, kernel: 3, padding: same, activation: relu}
          - global_avg_pool
          - dense: 10
        ```

    Good:
        ```yaml
        input: 32x32x3
        layers:
          - conv: {filters: 64, kernel: 7, stride: 1, padding: same, activation: relu}
          - conv: {filters: 64, kernel: 3, padding: same, activation: relu}
          - global_avg_pool
          - dense: 10
        ```

    When to ignore it:
        When speed matters more than accuracy, or when pretrained weights are to be kept.

    References:
        He, Zhang, Ren, Sun, Deep residual learning for image recognition, 2015 (arXiv 1512.03385),
        section 4.2 on CIFAR-10 against section 3.3 on ImageNet.
    """

    code: ClassVar[str] = "R203"
    name: ClassVar[str] = "strong-stem"
    severity: ClassVar[Severity] = "warning"

    def check(self, facts: NetworkFacts) -> Iterator[Report]:
        """At most one report, at the pooling, or else at the first convolution."""
        whole = input_map(facts)
        if whole is None or max(whole) > _LARGEST or not gives_vectors(facts):
            return
        stem, second = _first_two(facts)
        if stem is None or second is None or _is_patches(stem):
            return
        source = facts.sources(second)[0]
        axes = [axis for axis, size in enumerate(whole) if size > 1]
        before, after = _strides(facts.sources(stem), len(whole)), _strides([source], len(whole))
        if not axes or before is None or after is None or source.output_shape is None:
            return
        if min(Fraction(after[axis]) / before[axis] for axis in axes) >= 4:
            pools = _pools(stem, source, facts)
            yield Report(
                f"the {format_shape(whole)} input is down to "
                f"{format_shape(source.output_shape[:-1])} before {second.name}, the second layer "
                "with weights: this stem was made for large images",
                pools[0] if pools else stem,
                "stride",
                "take stride 1 in the first layer, or leave out the pooling behind it",
                fixes=tuple(_fixes(stem, pools)),
            )


def _first_two(facts: NetworkFacts) -> tuple[LayerFacts | None, LayerFacts | None]:
    """The first layer with weights, and the next one, which has only this one before it."""
    stem: LayerFacts | None = None
    depth: dict[str, int] = {}
    for layer in facts.layers:
        before = max([depth.get(name, 0) for name in layer.inputs], default=0)
        if any(isinstance(one, _WEIGHTED) for one in layer.node.lowered.primitives):
            if before == 0 and stem is not None:
                return None, None  # the stem has several paths
            if before == 1:
                return stem, layer if len(layer.inputs) == 1 else None
            stem, before = layer, 1
        depth[layer.name] = before
    return stem, None


def _is_patches(stem: LayerFacts) -> bool:
    conv = stem.node.lowered.primitives[0]
    return not isinstance(conv, Convolution) or conv.kernel == conv.stride


def _strides(sources: list[LayerFacts], rank: int) -> tuple[int | Fraction, ...] | None:
    if not sources:
        return (1,) * rank
    field = sources[0].receptive_field
    return field.stride if field is not None else None


def _pools(stem: LayerFacts, last: LayerFacts, facts: NetworkFacts) -> list[LayerFacts]:
    """The poolings from the stem to the last layer before the next convolution, in order."""
    found: list[LayerFacts] = []
    while last is not stem and len(last.inputs) == 1:
        if isinstance(last.node.lowered.primitives[0], Pooling):
            found.append(last)
        (last,) = facts.sources(last)
    return found[::-1]


def _fixes(stem: LayerFacts, pools: list[LayerFacts]) -> Iterator[Fix]:
    """Undo the reduction: all of it, or only that of the pooling."""
    if any(pool.node.scope or not may_be_moved(pool) for pool in pools):
        return
    removals: tuple[Change, ...] = tuple(RemoveLayer(pool) for pool in pools)
    strides = any(window.stride > 1 for window in stem.windows)
    if strides and not stem.node.scope and "repeat" not in written_keys(stem):
        how = "take stride 1" + " and leave out the pooling" * bool(pools)
        yield Fix(how, (SetArgument(stem, "stride", "1"), *removals))
    if pools:
        yield Fix("leave out the pooling", removals)
