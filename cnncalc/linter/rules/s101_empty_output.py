"""S101: nothing comes out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.ir.faults import EmptyOutput
from cnncalc.ir.primitives import Convolution, Pooling
from cnncalc.ir.shapes import Sizes, axis_name, format_shape
from cnncalc.linter.arithmetic import either, equation
from cnncalc.linter.finding import Severity
from cnncalc.linter.fixes import Fix, RemoveLayer
from cnncalc.linter.geometry import changes, kernel_argument, shown
from cnncalc.linter.rule import Report, Rule, faults
from cnncalc.linter.whatif import WhatIf, set_input


class EmptyOutputRule(Rule):
    """An output size is below 1.

    What it does:
        Finds layers that leave nothing of the map: a window larger than the padded input, a crop
        of more cells than there are.

    Why it matters:
        The layer cannot run. Only the first one is reported, as the sizes after it follow.

    Bad:
        ```yaml
        input: 7x7x1
        layers:
          - conv: {filters: 1, kernel: 9}
        ```

    Good:
        ```yaml
        input: 7x7x1
        layers:
          - conv: {filters: 1, kernel: 7}
        ```

    When to ignore it:
        Never; it is an error in every framework.

    References:
        Dumoulin and Visin, A guide to convolution arithmetic for deep learning, 2016
        (arXiv 1603.07285).
    """

    code: ClassVar[str] = "S101"
    name: ClassVar[str] = "empty-output"
    severity: ClassVar[Severity] = "error"

    def check(self, facts: NetworkFacts) -> Iterator[Report]:
        """One report per layer that is the first to collapse."""
        found = list(faults(facts, EmptyOutput))
        what_if = WhatIf(facts) if found else None
        for layer, fault in found:
            assert what_if is not None
            yield _report(layer, fault, facts, what_if)


def _report(layer: LayerFacts, fault: EmptyOutput, facts: NetworkFacts, what_if: WhatIf) -> Report:
    axis = axis_name(fault.rank, fault.axis)
    options = []
    fixes = []
    if fault.window is None:
        message = f"the output's {axis} is {fault.size}, but must be at least 1"
    else:
        window = fault.window
        message = f"the output's {axis} is empty: {equation(window)}"
        missing = window.effective_kernel - (window.size or 0) - window.begin - window.end
        options.append(f"make the window {missing} smaller, or the padding {missing} larger in all")
        kernels = _kernels(layer)
        if kernels is not None and max(kernels) == 1 and layer.node.op.endswith("pool"):
            options = ["nothing is left to pool: take it out, or one before it"]
            fixes.append(Fix("remove the pool", (RemoveLayer(layer),)))
        elif kernels is not None:
            values = {kernel_argument(layer): kernels}
            if what_if.mends(layer, values):
                fixes.append(Fix(f"set {shown(values)}", changes(layer, values)))
    shapes = what_if.inputs
    if shapes:
        every = either([format_shape(shape) for shape in shapes])
        options.append(f"the whole network fits an input of {every}")
        inputs = [set_input(facts, shape) for shape in shapes]
        fixes += [fix for fix in inputs if fix is not None]
    return Report(message, layer, help="; ".join(options) or None, fixes=tuple(fixes))


def _kernels(layer: LayerFacts) -> Sizes | None:
    """The largest kernels that the padded input has room for, up to those that there are."""
    shape = layer.input_shapes[0]
    for primitive in layer.node.lowered.primitives:
        if isinstance(primitive, (Convolution, Pooling)) and shape is not None:
            kernel = primitive.kernel if isinstance(primitive, Convolution) else primitive.size
            rows = zip(shape, kernel, primitive.dilation, primitive.padding, strict=False)
            return tuple(
                k if size is None else min(k, (size + sum(pads) - 1) // dilation + 1)
                for size, k, dilation, pads in rows  # stops before the channels
            )
    return None
