"""C302: a large window where small ones see as much for less."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from math import prod
from typing import ClassVar

from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.ir import primitives as p
from cnncalc.ir.shapes import format_shape
from cnncalc.linter.finding import Severity
from cnncalc.linter.fixes import Change, Fix, SetArgument
from cnncalc.linter.rule import Report, Rule
from cnncalc.linter.topology import written_keys

_WEIGHTED = (p.Convolution, p.TransposedConvolution, p.Dense)
_FARTHEST = 100


class LargeKernel(Rule):
    """A 5×5 window costs more than the two 3×3 windows that see as much.

    What it does:
        Finds convolutions of 5×5 and more, not the first of the network, which a stack of 3×3
        convolutions of the same field would replace with fewer weights. The stack is taken to be as
        wide as the wider side of the convolution. Silent on strides, dilations, depthwise
        convolutions, windows such as 1×7, and windows as large as their map, which are dense layers
        in disguise.

    Why it matters:
        Two 3×3 windows see 5×5 cells with 18 weights per pair of channels in place of 25, and put
        an activation between, so that they can tell more apart.

    Bad:
        ```yaml
        input: 32x32x3
        layers:
          - conv: {filters: 32, kernel: 3, padding: same, activation: relu}
          - conv: {filters: 32, kernel: 5, padding: same, activation: relu}
          - global_avg_pool
          - dense: 10
        ```

    Good:
        ```yaml
        input: 32x32x3
        layers:
          - conv: {filters: 32, kernel: 3, padding: same, activation: relu}
          - conv: {filters: 32, kernel: 3, padding: same, activation: relu, repeat: 2}
          - global_avg_pool
          - dense: 10
        ```

    When to ignore it:
        When depth costs more than weights, as it does where every layer waits for the one before.

    References:
        Simonyan and Zisserman, Very deep convolutional networks for large-scale image recognition,
        2014 (arXiv 1409.1556), section 2.3. Szegedy et al., Rethinking the Inception architecture
        for computer vision, 2016 (arXiv 1512.00567), section 3.1.
    """

    code: ClassVar[str] = "C302"
    name: ClassVar[str] = "large-kernel"
    severity: ClassVar[Severity] = "info"

    def check(self, facts: NetworkFacts) -> Iterator[Report]:
        """One report per convolution."""
        for layer, conv in facts.having(p.Convolution):
            if conv.kernel[0] < 5 or not _is_plain(layer, conv):
                continue
            shape = layer.input_shapes[0] or ()
            channels, n_layers = shape[-1], (conv.kernel[0] - 1) // 2
            if channels is None or channels == conv.groups != 1 or shape[:-1] == conv.kernel:
                continue
            own = prod(conv.kernel) * channels * conv.filters // conv.groups
            stack = _stack(conv, channels, n_layers)
            if stack < own and not _is_stem(layer, facts):
                yield _report(layer, conv, own, stack, n_layers)


def _report(layer: LayerFacts, conv: p.Convolution, own: int, stack: int, n_layers: int) -> Report:
    small = format_shape((3,) * len(conv.kernel))
    return Report(
        f"this {format_shape(conv.kernel)} window has {own:,} weights; {n_layers} windows of "
        f"{small}, one after the other, see as much with {stack:,}",
        layer,
        "kernel",
        f"stack {n_layers} convolutions of {small} with an activation after each",
        fixes=_fixes(layer, conv, n_layers),
    )


def _is_plain(layer: LayerFacts, conv: p.Convolution) -> bool:
    kernel = conv.kernel[0]
    return (
        layer.op == "conv"
        and len(conv.kernel) > 1
        and kernel % 2 == 1
        and all(k == kernel for k in conv.kernel)
        and max(conv.stride) == max(conv.dilation) == 1
        and conv.connections is None
        and getattr(layer.node.layer, "weights", None) is None
        and not layer.faults
    )


def _stack(conv: p.Convolution, channels: int, n_layers: int) -> int:
    """Weights of the 3×3 convolutions, as wide as the wider of input and output."""
    width = max(channels, conv.filters)
    widths = [channels, *[width] * (n_layers - 1), conv.filters]
    pairs = sum(a * b for a, b in pairwise(widths))
    n_cells: int = 3 ** len(conv.kernel)
    return n_cells * pairs // conv.groups


def _is_stem(layer: LayerFacts, facts: NetworkFacts) -> bool:
    """Whether a path leads from the input to the layer without any weights on it."""
    waiting, seen = [layer], {layer.name}
    while waiting:
        current = waiting.pop()
        sources = facts.sources(current)
        if len(sources) < len(current.inputs) or len(seen) > _FARTHEST:
            return True
        for source in sources:
            weighs = any(isinstance(one, _WEIGHTED) for one in source.node.lowered.primitives)
            if not weighs and source.name not in seen:
                seen.add(source.name)
                waiting.append(source)
    return False


def _fixes(layer: LayerFacts, conv: p.Convolution, n_layers: int) -> tuple[Fix, ...]:
    """The stack as a repetition, where it has activations of its own and is no wider."""
    spec, kernel = layer.node.layer, conv.kernel[0]
    channels = (layer.input_shapes[0] or (None,))[-1]
    if getattr(spec, "activation", None) is None or (channels or 0) > conv.filters:
        return ()
    if not written_keys(layer).isdisjoint({"name", "repeat", "first", "share"}):
        return ()
    changes: tuple[Change, ...] = (SetArgument(layer, "kernel", "3"),)
    padding = getattr(spec, "padding", None)
    if padding not in ("same", "valid"):
        if any(pair != ((kernel - 1) // 2,) * 2 for pair in conv.padding):
            return ()
        changes += (SetArgument(layer, "padding", "1"),)
    changes += (SetArgument(layer, "repeat", str(n_layers)),)
    return (Fix(f"stack {n_layers} smaller windows", changes),)
