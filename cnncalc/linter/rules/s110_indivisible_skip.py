"""S110: paths that differ because the input does not divide."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.ir.faults import MergeMismatch
from cnncalc.ir.shapes import format_shape
from cnncalc.linter.arithmetic import either
from cnncalc.linter.finding import Severity
from cnncalc.linter.rule import Report, Rule, faults
from cnncalc.linter.whatif import WhatIf, set_input


class IndivisibleSkip(Rule):
    """Paths of a merge differ in size because the input is not divisible by their stride.

    What it does:
        Finds merges whose paths have different sizes at this input size and equal ones at another,
        and says which inputs work. Paths of different effective stride are S111's.

    Why it matters:
        Downsampling rounds, upsampling does not: after a halving and a doubling an odd size comes
        back one cell short, and the skip connection no longer fits.

    Bad:
        ```yaml
        input: 94x94x3
        layers:
          - conv: {name: enter, filters: 8, kernel: 3, padding: 1, activation: relu}
          - max_pool: {size: 3, stride: 2, padding: same}
          - conv: {filters: 8, kernel: 3, stride: 2, padding: same, activation: relu}
          - conv_transpose: {filters: 8, kernel: 4, stride: 4, activation: relu}
          - concat: [enter, prev]
        ```

    Good:
        ```yaml
        input: 96x96x3
        layers:
          - conv: {name: enter, filters: 8, kernel: 3, padding: 1, activation: relu}
          - max_pool: {size: 3, stride: 2, padding: same}
          - conv: {filters: 8, kernel: 3, stride: 2, padding: same, activation: relu}
          - conv_transpose: {filters: 8, kernel: 4, stride: 4, activation: relu}
          - concat: [enter, prev]
        ```

    When to ignore it:
        Never; the merge cannot run. Another input size, padding, or a resize to the size of the
        other path mends it.

    References:
        Ronneberger, Fischer, Brox, U-Net, 2015 (arXiv 1505.04597), section 2, on the input size.
    """

    code: ClassVar[str] = "S110"
    name: ClassVar[str] = "indivisible-skip"
    severity: ClassVar[Severity] = "error"
    supersedes: ClassVar[tuple[str, ...]] = ("S111",)

    def check(self, facts: NetworkFacts) -> Iterator[Report]:
        """One report per merge that another input size would mend."""
        what_if: WhatIf | None = None
        for layer, fault in faults(facts, MergeMismatch):
            if not fault.axes or max(fault.axes) >= len(fault.shapes[0]) - 1:
                continue
            if _strides_differ(layer, facts):
                continue  # they suit each other where next to nothing is left of them, if at all
            what_if = what_if or WhatIf(facts)
            whole = what_if.inputs
            working = whole or what_if.inputs_for(layer)
            if working:
                shapes = " and ".join(dict.fromkeys(map(format_shape, fault.shapes)))
                what = "the whole network fits" if whole else "the paths fit"
                every = either([format_shape(shape) for shape in working])
                found = [set_input(facts, shape) for shape in working]
                yield Report(
                    f"the paths have {shapes}, because the input does not divide by their stride",
                    layer,
                    help=f"{what} with an input of {every}",
                    fixes=tuple(fix for fix in found if fix is not None),
                )


def _strides_differ(layer: LayerFacts, facts: NetworkFacts) -> bool:
    """Whether the paths reduce the input by different factors; False where that is not known."""
    found = set()
    for source in facts.sources(layer):
        field = source.receptive_field
        if field is None or field.stride is None:
            return False
        found.add(field.stride)
    if len(facts.sources(layer)) < len(layer.inputs):
        found.add((1,) * len(next(iter(found), ())))  # the input itself
    return len(found) > 1
