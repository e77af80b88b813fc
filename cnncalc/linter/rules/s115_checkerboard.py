"""S115: an upsampling that leaves a pattern."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import ClassVar, NamedTuple

from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.ir.primitives import TransposedConvolution
from cnncalc.linter.arithmetic import axes_in_words
from cnncalc.linter.finding import Severity
from cnncalc.linter.fixes import Fix
from cnncalc.linter.geometry import Values, argument, changes, from_expressions, shown
from cnncalc.linter.rule import Report, Rule
from cnncalc.linter.whatif import WhatIf

_LARGEST = 10_000


class Checkerboard(Rule):
    """A transposed convolution whose stride does not divide its kernel leaves a checkerboard.

    What it does:
        Counts how many weights of the kernel meet in each output cell. Where the stride does not
        divide the kernel that number changes from cell to cell, periodically.

    Why it matters:
        The cells that get more are brighter unless training finds weights that make up for it,
        which it rarely does quite: generated images show a fine checkerboard.

    Bad:
        ```yaml
        input: 8x8x16
        layers:
          - conv_transpose: {filters: 8, kernel: 3, stride: 2, padding: same, activation: relu}
        ```

    Good:
        ```yaml
        input: 8x8x16
        layers:
          - conv_transpose: {filters: 8, kernel: 4, stride: 2, padding: same, activation: relu}
        ```

    When to ignore it:
        When the result is not looked at, but only thresholded or reduced. A resize and a
        convolution leave no pattern at all.

    References:
        Odena, Dumoulin, Olah, Deconvolution and checkerboard artifacts, 2016
        (distill.pub/2016/deconv-checkerboard).
    """

    code: ClassVar[str] = "S115"
    name: ClassVar[str] = "checkerboard"
    severity: ClassVar[Severity] = "warning"

    def check(self, facts: NetworkFacts) -> Iterator[Report]:
        """One report per layer, all its axes together."""
        what_if: WhatIf | None = None
        for layer, transposed in facts.having(TransposedConvolution):
            overlaps = _overlaps(layer, transposed)
            if any(overlaps):
                what_if = what_if or WhatIf(facts)
                yield _report(layer, transposed, overlaps, what_if)


class _Overlap(NamedTuple):
    """How many weights meet in a cell, at least and at most."""

    kernel: int
    stride: int
    least: int
    most: int


def _overlaps(layer: LayerFacts, transposed: TransposedConvolution) -> list[_Overlap | None]:
    shape = layer.input_shapes[0] or ()
    rows = zip(shape, transposed.kernel, transposed.stride, transposed.dilation, strict=False)
    return [
        _overlap(kernel, stride, dilation) if size is not None and size > 1 else None
        for size, kernel, stride, dilation in rows  # stops before the channels
    ]


def _overlap(kernel: int, stride: int, dilation: int) -> _Overlap | None:
    """The overlap along an axis, None where it is even."""
    if stride == 1 or max(kernel, stride) > _LARGEST:
        return None
    met = Counter(tap * dilation % stride for tap in range(kernel))
    least, most = min(met[phase] for phase in range(stride)), max(met.values())
    return _Overlap(kernel, stride, least, most) if least < most else None


def _report(
    layer: LayerFacts,
    transposed: TransposedConvolution,
    overlaps: list[_Overlap | None],
    what_if: WhatIf,
) -> Report:
    told = ", ".join(
        f"stride {overlap.stride} does not divide the kernel of {overlap.kernel} along the "
        f"{_axes(overlap, overlaps)}, so that {overlap.least or 'none'} or {overlap.most} weights "
        "meet in a cell by turns"
        for overlap in dict.fromkeys(filter(None, overlaps))
    )
    values = _even(layer, transposed, overlaps)
    if values is None or not what_if.mends(layer, values):
        help_ = "take a kernel that the stride divides, or a resize and a convolution"
        return Report(told, layer, "kernel", help_)
    fix = Fix(f"set {shown(values)}", changes(layer, values))
    help_ = f"{shown(values)} gives the same size, and an even overlap"
    help_ += from_expressions(layer, list(values))
    return Report(told, layer, "kernel", help_, fixes=(fix,))


def _axes(overlap: _Overlap, overlaps: list[_Overlap | None]) -> str:
    axes = [axis for axis, other in enumerate(overlaps) if other == overlap]
    return axes_in_words(axes, len(overlaps))


def _even(
    layer: LayerFacts, transposed: TransposedConvolution, overlaps: list[_Overlap | None]
) -> Values | None:
    """The nearest kernel that the stride divides, with what keeps the output's size."""
    kernel = tuple(map(_nearest_multiple, transposed.kernel, transposed.stride, overlaps))
    if any(dilation > 1 for dilation in transposed.dilation):
        return None
    if argument(layer, "padding") == "same":
        return {"kernel": kernel}
    padding, output_padding = [], []
    for axis, (begin, end) in enumerate(transposed.padding):
        added, stride = transposed.output_padding[axis], transposed.stride[axis]
        # what is cut off in all must grow with the kernel
        cut = begin + end - added + kernel[axis] - transposed.kernel[axis]
        if begin != end or -cut >= stride:
            return None
        half = max(0, (cut + 1) // 2)
        padding.append((half, half))
        output_padding.append(2 * half - cut)
    values: Values = {"kernel": kernel}
    if tuple(padding) != transposed.padding:
        values["padding"] = tuple(padding)
    if tuple(output_padding) != transposed.output_padding:
        values["output_padding"] = tuple(output_padding)
    return values


def _nearest_multiple(kernel: int, stride: int, overlap: _Overlap | None) -> int:
    """Of two that are as near the larger, which sees more."""
    if overlap is None:
        return kernel
    above = -(-kernel // stride) * stride
    below = above - stride
    return below if below and kernel - below < above - kernel else above
