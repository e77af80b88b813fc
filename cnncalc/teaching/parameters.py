"""The numbers that a layer learns, counted for every primitive."""

from __future__ import annotations

from collections import Counter
from math import prod
from typing import assert_never

from cnncalc.ir import primitives as p
from cnncalc.ir.shapes import Shape
from cnncalc.teaching.formula import Constant, Formula, Product, Symbol, product, total
from cnncalc.teaching.stages import Stage
from cnncalc.teaching.symbols import over_axes
from cnncalc.teaching.worked import Line


def parameter_lines(stage: Stage) -> list[Line]:
    """An equation per kind of array; none for a primitive without any, or of unknown size."""
    primitive = stage.primitive
    shape = stage.inputs[0] if stage.inputs else ()
    channels = shape[-1] if shape else None
    match primitive:
        case p.Opaque(params=params):
            return [] if params is None else [_line(stage, Symbol("declared", params))]
        case _ if channels is None:
            return []
        case p.Convolution() | p.TransposedConvolution():
            return [_line(stage, _kernel(primitive, channels))]
        case p.Dense(units=units, bias=bias):
            inputs: Formula = Symbol("C_in", channels)
            return [_line(stage, product(inputs + 1 if bias else inputs, Symbol("C_out", units)))]
        case p.Normalization():
            return _normalization(stage, primitive, shape, channels)
        case p.ChannelScale(bias=bias, factor=factor):
            line = _line(stage, product(Constant(factor + bias), Symbol("C", channels)))
            note = "a factor and an offset per channel" if factor else "an offset per channel"
            return [line._replace(note=note if bias else "")]
        case p.Activation(function="prelu", variant="shared"):
            return [_line(stage, Constant(1))._replace(note="one slope for all channels")]
        case p.Activation(function="prelu"):
            return [_line(stage, Symbol("C", channels))._replace(note="a slope per channel")]
        case (
            p.Pooling()
            | p.AdaptivePooling()
            | p.LocalResponseNormalization()
            | p.Activation()
            | p.Maxout()
            | p.Rescale()
            | p.Merge()
            | p.Reshape()
            | p.Permute()
            | p.ChannelShuffle()
            | p.DepthToSpace()
            | p.SpaceToDepth()
            | p.Pad()
            | p.Crop()
            | p.Slice()
            | p.Resize()
            | p.Dropout()
            | p.Identity()
        ):
            return []
        case _:
            assert_never(primitive)


def _line(stage: Stage, formula: Formula) -> Line:
    return Line(stage.word, "", formula)


def seen_channels(conv: p.Convolution | p.TransposedConvolution, channels: int) -> Formula:
    """The channels that a filter sees: `C_in`, or `C_in/G` with groups."""
    inputs = Symbol("C_in", channels)
    return inputs / Symbol("G", conv.groups) if conv.groups > 1 else inputs


def connected_channels(connections: tuple[tuple[int, ...], ...]) -> Formula:
    """A connection table's entries: `6·3 + 9·4 + 1·6` filters times the channels that they see."""
    counts = sorted(Counter(map(len, connections)).items())
    return total(*(product(Constant(times), Constant(seen)) for seen, times in counts))


def _kernel(conv: p.Convolution | p.TransposedConvolution, channels: int) -> Formula:
    """`(F·F·C_in + 1)·C_out`: every filter has its weights and its bias."""
    filters = Symbol("C_out", conv.filters)
    window = over_axes("F", conv.kernel)
    if isinstance(conv, p.Convolution) and conv.connections is not None:
        weights = product(window, connected_channels(conv.connections))
        return total(weights, filters) if conv.bias else weights
    weights = product(window, seen_channels(conv, channels))
    return product(weights + 1 if conv.bias else weights, filters)


def _normalization(stage: Stage, norm: p.Normalization, shape: Shape, channels: int) -> list[Line]:
    per_channel = Symbol("C", channels)
    learned = norm.scale + norm.center
    what = " and ".join(
        word for word, has in (("a scale", norm.scale), ("an offset", norm.center)) if has
    )
    match norm.kind:
        case "l2":
            return []
        case "input":
            formula = total(product(Constant(2), per_channel), Constant(1))
            note = "mean and variance per channel, and how many batches were seen"
            return [Line("statistics", "", formula, note, is_statistic=True)]
        case "layer":
            sizes = [shape[axis] for axis in norm.axes]
            if None in sizes or not learned:
                return []
            spanned: Formula = Symbol("N", prod(size for size in sizes if size is not None))
            if tuple(norm.axes) == (len(shape) - 1,):
                spanned = per_channel
            return [_line(stage, product(Constant(learned), spanned))._replace(note=what)]
        case "batch" | "group" | "instance" | "response":
            lines = []
            if learned:
                formula = product(Constant(learned), per_channel)
                lines.append(_line(stage, formula)._replace(note=f"{what} per channel"))
            if norm.kind == "batch":
                note = "running mean and variance, which are no parameters"
                formula = Product((Constant(2), per_channel))
                lines.append(Line("statistics", "", formula, note, is_statistic=True))
            return lines
        case _:
            assert_never(norm.kind)
