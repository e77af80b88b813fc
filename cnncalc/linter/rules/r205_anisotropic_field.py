"""R205: a receptive field that is long along one axis and short along the other."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import ClassVar

from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.ir.shapes import Sizes, axis_name, format_shape
from cnncalc.linter.finding import Severity
from cnncalc.linter.rule import Report, Rule
from cnncalc.linter.topology import input_map, last_map

_FAR = 4


class AnisotropicField(Rule):
    """The last map sees far along one axis of the picture and little along the other.

    What it does:
        Compares height and width of the last map's receptive field. It is reported where their
        ratio is four times or more away both from a square and from the shape of the input, and the
        short side does not cover the input.

    Why it matters:
        Objects extend along both axes. Windows of 1×7 are a cheap way to a large field, but only
        with 7×1 beside them; alone they leave the network blind in the other direction.

    Bad:
        ```yaml
        input: 64x64x3
        layers:
          - conv: {filters: 16, kernel: [1, 7], padding: same, activation: relu}
          - conv: {filters: 16, kernel: [1, 7], padding: same, activation: relu}
          - global_avg_pool
          - dense: 10
        ```

    Good:
        ```yaml
        input: 64x64x3
        layers:
          - conv: {filters: 16, kernel: [1, 7], padding: same, activation: relu}
          - conv: {filters: 16, kernel: [7, 1], padding: same, activation: relu}
          - global_avg_pool
          - dense: 10
        ```

    When to ignore it:
        Where the axes mean different things, as time and frequency in a spectrogram do.

    References:
        Szegedy, Vanhoucke, Ioffe, Shlens, Wojna, Rethinking the Inception architecture for computer
        vision, 2016 (arXiv 1512.00567), section 3.2, where 1×n is followed by n×1.
    """

    code: ClassVar[str] = "R205"
    name: ClassVar[str] = "anisotropic-field"
    severity: ClassVar[Severity] = "info"

    def check(self, facts: NetworkFacts) -> Iterator[Report]:
        """At most one report, at the first layer that sees farther along the long axis."""
        last = last_map(facts)
        if last is None or last.receptive_field is None or last.receptive_field.size is None:
            return
        field = last.receptive_field.size
        if len(field) != 2 or max(field) < _FAR * min(field):
            return
        whole, shape = input_map(facts), last.output_shape
        if whole is None or shape is None or 1 in shape[:-1] or 1 in whole:
            return  # an axis that is gone was read as if it were channels
        long = field.index(max(field))
        short = 1 - long
        ratio = Fraction(field[long], field[short])
        turned = format_shape(_turned(short)), format_shape(_turned(long))
        if ratio * whole[short] >= _FAR * whole[long] and field[short] < whole[short]:
            yield Report(
                f"the last map ({last.name}) sees {format_shape(field)} cells of the "
                f"{format_shape(whole)} input, {float(ratio):.1f} times as far in "
                f"{axis_name(2, long)} as in {axis_name(2, short)}",
                _first(facts, long, short) or last,
                "kernel",
                f"give the network windows that extend in {axis_name(2, short)}, too: "
                f"a {turned[0]} for every {turned[1]}",
            )


def _first(facts: NetworkFacts, long: int, short: int) -> LayerFacts | None:
    for layer in facts.layers:
        windows = layer.windows
        if len(windows) == 2:
            a, b = windows[long], windows[short]
            if (a.effective_kernel, a.stride) > (b.effective_kernel, b.stride):
                return layer
    return None


def _turned(axis: int) -> Sizes:
    """A window along one axis, as an example."""
    return (7, 1) if axis == 0 else (1, 7)
