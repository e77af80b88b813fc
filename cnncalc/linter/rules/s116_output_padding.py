"""S116: more output padding than there is room for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.ir.primitives import TransposedConvolution
from cnncalc.ir.shapes import Sizes
from cnncalc.linter.arithmetic import axes_in_words
from cnncalc.linter.finding import Severity
from cnncalc.linter.fixes import Fix
from cnncalc.linter.geometry import changes, from_expressions, shown
from cnncalc.linter.rule import Report, Rule
from cnncalc.linter.whatif import WhatIf


class OutputPadding(Rule):
    """The output padding of a transposed convolution is not smaller than its stride.

    What it does:
        Finds output paddings that reach both the stride and the dilation.

    Why it matters:
        Output padding chooses between the sizes that the stride makes ambiguous, of which there are
        as many as the stride. PyTorch refuses more, and Keras refuses it from the stride on.

    Bad:
        ```yaml
        input: 8x8x16
        layers:
          - conv_transpose: {filters: 8, kernel: 4, stride: 2, padding: 1, output_padding: 2}
        ```

    Good:
        ```yaml
        input: 8x8x16
        layers:
          - conv_transpose: {filters: 8, kernel: 4, stride: 2, padding: 1, output_padding: 1}
        ```

    When to ignore it:
        Never; a larger map takes a larger kernel, less padding or a pad layer.

    References:
        PyTorch, torch.nn.ConvTranspose2d: output padding must be smaller than either stride or
        dilation.
    """

    code: ClassVar[str] = "S116"
    name: ClassVar[str] = "output-padding"
    severity: ClassVar[Severity] = "error"

    def check(self, facts: NetworkFacts) -> Iterator[Report]:
        """One report per layer, all its axes together."""
        what_if: WhatIf | None = None
        for layer, transposed in facts.having(TransposedConvolution):
            steps = zip(transposed.stride, transposed.dilation, strict=True)
            most = tuple(max(pair) - 1 for pair in steps)
            if any(map(int.__gt__, transposed.output_padding, most)):
                what_if = what_if or WhatIf(facts)
                yield _report(layer, transposed, most, what_if)


def _report(
    layer: LayerFacts, transposed: TransposedConvolution, most: Sizes, what_if: WhatIf
) -> Report:
    added = transposed.output_padding
    beyond = [axis for axis, cells in enumerate(added) if cells > most[axis]]
    axis = beyond[0]
    message = (
        f"output padding {added[axis]} is not smaller than stride {transposed.stride[axis]} or "
        f"dilation {transposed.dilation[axis]} along the {axes_in_words(beyond, len(added))}"
    )
    values = {"output_padding": tuple(map(min, added, most))}
    help_ = f"{shown(values)} is the most{from_expressions(layer, ['output_padding'])}"
    fixes: tuple[Fix, ...] = ()
    if what_if.mends(layer, values):
        fixes = (Fix(f"set {shown(values)}", changes(layer, values)),)
    return Report(message, layer, "output_padding", help_, fixes=fixes)
