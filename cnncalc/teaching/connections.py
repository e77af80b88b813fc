"""What the same connection would cost if every output value saw every input value.

A convolution saves twice: a filter looks at a window only (locality), and it is the same filter at
every place (sharing). Groups and connection tables save once more. Biases are left aside.
"""

from __future__ import annotations

from cnncalc.ir import primitives as p
from cnncalc.teaching.formula import Formula, Quotient, Symbol, product
from cnncalc.teaching.parameters import connected_channels, seen_channels
from cnncalc.teaching.stages import Stage
from cnncalc.teaching.symbols import known, over_axes, values_of
from cnncalc.teaching.worked import Line


def connection_lines(stage: Stage) -> list[Line]:
    """Weights fully connected, local, and shared; and the factors between them.

    Reference:
        LeCun et al. 1998, Gradient-based learning applied to document recognition, section II.A.
    """
    conv = stage.primitive
    sizes, output = known(stage.inputs[0]) if stage.inputs else None, known(stage.output)
    if not isinstance(conv, p.Convolution | p.TransposedConvolution):
        return []
    if sizes is None or output is None or len(sizes) < 2:
        return []
    channels, filters = Symbol("C_in", sizes[-1]), Symbol("C_out", conv.filters)
    window = over_axes("F", conv.kernel)
    # a transposed convolution is local seen from its input, an ordinary one from its output
    forward = isinstance(conv, p.Convolution)
    here = over_axes("O", output[:-1]) if forward else over_axes("W", sizes[:-1])
    there = over_axes("W", sizes[:-1]) if forward else over_axes("O", output[:-1])
    pairs, thinned = _channel_pairs(conv, channels, filters)
    shared = product(window, pairs)
    saved = [Quotient(there, window), here, *([] if thinned is None else [thinned])]
    lines = [
        Line("all to all", "", product(values_of("W", sizes), values_of("O", output))),
        Line("windows only", "", product(here, shared)),
        Line("windows, shared", "", shared),
    ]
    names = ("locality saves", "sharing saves", "fewer channels save")
    lines += [Line(name, "", formula) for name, formula in zip(names, saved, strict=False)]
    return [*lines, Line("together", "", product(*saved))]


def _channel_pairs(
    conv: p.Convolution | p.TransposedConvolution, channels: Symbol, filters: Symbol
) -> tuple[Formula, Formula | None]:
    """The pairs of channels that are connected, and by which factor these are fewer than all."""
    every = product(channels, filters)
    if isinstance(conv, p.Convolution) and conv.connections is not None:
        table = connected_channels(conv.connections)
        return table, Quotient(every, table)
    pairs = product(seen_channels(conv, int(channels.value)), filters)
    return pairs, Symbol("G", conv.groups) if conv.groups > 1 else None
