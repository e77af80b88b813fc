"""S102: input cells that no window sees."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import ClassVar

from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.ir.shapes import format_shape
from cnncalc.ir.windows import Window, loses
from cnncalc.linter.arithmetic import axes_in_words, by_window, either, equation, lines_in_words
from cnncalc.linter.finding import Severity
from cnncalc.linter.fitting import edits_that_fit
from cnncalc.linter.fixes import Fix
from cnncalc.linter.geometry import changes, from_expressions, misfits, shown
from cnncalc.linter.rule import Report, Rule
from cnncalc.linter.whatif import WhatIf, set_input


class StrideMisfit(Rule):
    """The stride does not fit: the last cells of the map are never looked at.

    What it does:
        Finds windows for which `(W - F + P_begin + P_end) / S` has a remainder that reaches into
        the real input, so that its last rows or columns fall off, whatever they show. It says
        whether the loss adds up with that of other layers, and what of the network's own input is
        out of sight by then; where windows overlap, nothing may be. The edits that it proposes,
        padding before kernel before stride, were tried on the whole network: no merge breaks and no
        other layer loses cells for them. What a pad layer added before a window, with nothing but
        layers between them that work cell by cell, is padding like the window's own.

    Why it matters:
        Every framework drops these cells without a word. The network sees less of its input than
        it seems to, on one side only, and trains all the same.

    Bad:
        ```yaml
        input: 7x7x1
        layers:
          - conv: {filters: 1, kernel: 3, stride: 3}
        ```

    Good:
        ```yaml
        input: 7x7x1
        layers:
          - conv: {filters: 1, kernel: 3, stride: 3, padding: 1}
        ```

    When to ignore it:
        When the border holds nothing of interest, as that of most photographs. Where the stride
        exceeds the window, cells are skipped everywhere and not only at the end, which is another
        matter (S105).

    References:
        Stanford CS231n, Convolutional neural networks for visual recognition, notes on the spatial
        arrangement of convolutional layers.
    """

    code: ClassVar[str] = "S102"
    name: ClassVar[str] = "stride-misfit"
    severity: ClassVar[Severity] = "warning"

    def check(self, facts: NetworkFacts) -> Iterator[Report]:
        """One report per layer, all its axes together."""
        found = [(layer, windows) for layer, windows in misfits(facts) if any(map(loses, windows))]
        if not found:
            return
        others = _Others(facts, [layer for layer, _ in found])
        what_if = WhatIf(facts)
        for layer, windows in found:
            message = _tell(windows) + _compounds(layer, facts, others)
            yield _propose(message, layer, windows, facts, what_if)


def _tell(windows: tuple[Window, ...]) -> str:
    told = [
        f"stride {window.stride} does not fit the {axes_in_words(axes, len(windows))}: "
        f"{equation(window)}"
        for window, axes in by_window(windows)
        if loses(window)
    ]
    lost = [window.real_cells_lost or 0 if loses(window) else 0 for window in windows]
    sizes = [window.size or 1 for window in windows]
    seen = prod(size - gone for size, gone in zip(sizes, lost, strict=True))
    share = 100 * (1 - seen / prod(sizes))
    return (
        f"{', '.join(told)}, so no window sees the last {lines_in_words(lost)} "
        f"of {format_shape(tuple(sizes))} ({share:.1f} %)"
    )


class _Others:
    """The nearest misfits before and after each: losses on one way add up."""

    def __init__(self, facts: NetworkFacts, misfits: list[LayerFacts]) -> None:
        self.before: dict[str, str] = {}
        self.after: dict[str, str] = {}
        if len(misfits) < 2:
            return
        names = {layer.name for layer in misfits}
        last: dict[str, str] = {}
        for layer in facts.layers:
            before = next((last[name] for name in layer.inputs if name in last), None)
            if layer.name in names:
                last[layer.name] = layer.name
                if before is not None:
                    self.before[layer.name] = before
                    self.after.setdefault(before, layer.name)
            elif before is not None:
                last[layer.name] = before


def _compounds(layer: LayerFacts, facts: NetworkFacts, others: _Others) -> str:
    """What it comes to in the network's own input, together with the misfits before and after."""
    before, after = others.before.get(layer.name), others.after.get(layer.name)
    told = ""
    gone = _unseen(layer, facts)
    if gone is not None and not set(layer.inputs) & set(facts.inputs):
        if any(gone):
            told = f"; of the input the last {lines_in_words(gone)} are out of sight by now"
        else:
            told = "; all of the input is in sight even so, as the windows before overlap"
    sums = [f"the loss adds to that of {before}"] if before is not None else []
    if after is not None:
        sums.append(f"that of {after} adds to it")
    return told + (f"; {' and '.join(sums)}" if sums else "")


def _unseen(layer: LayerFacts, facts: NetworkFacts) -> list[int] | None:
    """Input cells beyond the last one that the layer sees, per axis; None where not known."""
    field = layer.receptive_field
    if field is None or not (field.size and field.start and field.stride):
        return None
    shapes = list(facts.inputs.values())
    if len(shapes) != 1 or shapes[0] is None or len(shapes[0]) != len(field.size) + 1:
        return None
    gone = []
    for axis, window in enumerate(layer.windows):
        size, stride = shapes[0][axis], field.stride[axis]
        if size is None or window.output is None or not isinstance(stride, int):
            return None
        end = field.start[axis] + (window.output - 1) * stride + field.size[axis]
        gone.append(max(0, size - end))
    return gone


def _propose(
    message: str,
    layer: LayerFacts,
    windows: tuple[Window, ...],
    facts: NetworkFacts,
    what_if: WhatIf,
) -> Report:
    edits = [values for values in edits_that_fit(layer, windows) if what_if.mends(layer, values)]
    fixes = [Fix(f"set {shown(values)}", changes(layer, values)) for values in edits]
    shapes = what_if.inputs
    inputs = [set_input(facts, shape) for shape in shapes]
    fixes += [fix for fix in inputs if fix is not None]
    options = []
    if edits:
        options.append(f"it fits with {either([shown(values) for values in edits])}")
    if shapes:
        every = either([format_shape(shape) for shape in shapes])
        options.append(f"the whole network fits an input of {every}")
    if not options:
        options.append(_map_that_fits(windows))
    remark = from_expressions(layer, [name for values in edits for name in values])
    return Report(message, layer, "stride", "; ".join(options) + remark, fixes=tuple(fixes))


def _map_that_fits(windows: tuple[Window, ...]) -> str:
    window = next(filter(loses, windows))
    size, remainder = window.size or 0, window.remainder or 0
    return f"a map of {size - remainder} or {size + window.stride - remainder} cells would fit"
