"""D603: subsampling without a blur."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.ir import primitives as p
from cnncalc.linter.finding import Severity
from cnncalc.linter.fixes import Change, Fix, InsertAfter, ReplaceLayer, SetArgument
from cnncalc.linter.rule import Report, Rule
from cnncalc.linter.topology import may_be_moved, written_keys


class Aliasing(Rule):
    """A map is subsampled without being blurred first.

    What it does:
        Finds max poolings and convolutions with a stride. Silent on stems that cut the image into
        patches (kernel = stride), on filters whose weights are given or frozen, and right behind an
        average pooling of stride 1, which is a blur. It is off by default, and information when
        switched on.

    Why it matters:
        Detail finer than the new grid turns into false patterns, so that moving the picture by a
        pixel can change the answer. Taking the stride out and averaging afterwards makes networks
        steadier against shifts, and often better.

    Bad:
        ```yaml
        input: 32x32x3
        layers:
          - conv: {filters: 32, kernel: 3, padding: same, activation: relu}
          - max_pool: 2
          - conv: {filters: 64, kernel: 3, padding: same, activation: relu}
          - global_avg_pool
          - dense: 10
        ```

    Good:
        ```yaml
        input: 32x32x3
        layers:
          - conv: {filters: 32, kernel: 3, padding: same, activation: relu}
          - max_pool: {size: 2, stride: 1, padding: same}
          - avg_pool: 2
          - conv: {filters: 64, kernel: 3, padding: same, activation: relu}
          - global_avg_pool
          - dense: 10
        ```

    When to ignore it:
        Nearly always: most published networks subsample like this.

    References:
        Zhang, Making convolutional networks shift-invariant again, 2019 (arXiv 1904.11486).
    """

    code: ClassVar[str] = "D603"
    name: ClassVar[str] = "aliasing"
    severity: ClassVar[Severity] = "info"
    enabled: ClassVar[bool] = False

    def check(self, facts: NetworkFacts) -> Iterator[Report]:
        """One report per layer."""
        for layer, pool in facts.having(p.Pooling):
            if pool.kind == "max" and max(pool.stride) > 1 and not _is_blurred(layer, facts):
                yield _report(layer, "the largest values depend on", _for_pool(layer))
        for layer, conv in facts.having(p.Convolution):
            if max(conv.stride) > 1 and conv.kernel != conv.stride and _is_learned(layer):
                if not _is_blurred(layer, facts):
                    yield _report(layer, "what it computes depends on", _for_conv(layer, conv))


def _report(layer: LayerFacts, what: str, fixes: tuple[Fix, ...]) -> Report:
    stride = max(window.stride for window in layer.windows) if layer.windows else 2
    return Report(
        f"it takes every {_ordinal(stride)} position without a blur: {what} where the grid of "
        "windows happens to lie",
        layer,
        "stride",
        "take stride 1 here and an avg_pool with the stride after it",
        fixes=fixes,
    )


def _ordinal(number: int) -> str:
    return {2: "second", 3: "third"}.get(number, f"{number}th")


def _is_learned(layer: LayerFacts) -> bool:
    spec = layer.node.layer
    given = getattr(spec, "weights", None) is not None
    return not given and getattr(spec, "trainable", True) is True


def _is_blurred(layer: LayerFacts, facts: NetworkFacts) -> bool:
    sources = facts.sources(layer)
    if len(sources) != 1:
        return False
    kinds = sources[0].node.lowered.primitives
    return len(kinds) == 1 and isinstance(kinds[0], p.Pooling) and kinds[0].kind == "average"


def _is_even(layer: LayerFacts) -> bool:
    """Whether the stride is 2 everywhere and divides the map."""
    shape = layer.input_shapes[0] or ()
    return all(
        window.stride == 2 and size is not None and size % 2 == 0
        for window, size in zip(layer.windows, shape[:-1], strict=False)
    )


def _for_pool(layer: LayerFacts) -> tuple[Fix, ...]:
    spec = layer.node.layer
    if not layer.windows or not _is_even(layer) or not may_be_moved(layer):
        return ()
    blur = InsertAfter(layer, "avg_pool: 2")
    size = layer.windows[0].kernel
    if any(window.kernel != size for window in layer.windows):
        return ()
    if not written_keys(layer) and size == 2 and getattr(spec, "padding", None) == "valid":
        pool = ReplaceLayer(layer, f"max_pool: {{size: {size}, stride: 1, padding: same}}")
        return (Fix("take stride 1 and average", (pool, blur)),)
    if all(_keeps_size(layer, axis) for axis in range(len(layer.windows))):
        return (Fix("take stride 1 and average", (SetArgument(layer, "stride", "1"), blur)),)
    return ()


def _for_conv(layer: LayerFacts, conv: p.Convolution) -> tuple[Fix, ...]:
    if not layer.windows or not _is_even(layer) or not may_be_moved(layer):
        return ()
    if not all(_keeps_size(layer, axis) for axis in range(len(conv.kernel))):
        return ()
    changes: tuple[Change, ...] = (SetArgument(layer, "stride", "1"),)
    return (Fix("take stride 1 and average", (*changes, InsertAfter(layer, "avg_pool: 2"))),)


def _keeps_size(layer: LayerFacts, axis: int) -> bool:
    """Whether the map would keep its size with stride 1."""
    if getattr(layer.node.layer, "padding", None) == "same":
        return True
    window = layer.windows[axis]
    return window.begin + window.end == window.effective_kernel - 1
