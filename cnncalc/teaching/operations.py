"""What a layer computes, counted for every primitive: multiply-accumulates, and all the rest."""

from __future__ import annotations

from typing import assert_never

from cnncalc.analysis.operations import operations
from cnncalc.ir import primitives as p
from cnncalc.ir.shapes import Sizes
from cnncalc.teaching.formula import Constant, Formula, Product, Symbol, product
from cnncalc.teaching.parameters import connected_channels, seen_channels
from cnncalc.teaching.stages import Stage
from cnncalc.teaching.symbols import known, over_axes, values_of
from cnncalc.teaching.worked import Line


def mac_lines(stage: Stage) -> list[Line]:
    """The multiply-accumulates of a convolution or a dense layer; none for all others."""
    primitive = stage.primitive
    if isinstance(primitive, p.Opaque):
        return [] if primitive.macs is None else [_line(stage, Symbol("declared", primitive.macs))]
    sizes, output = known(stage.inputs[0]) if stage.inputs else None, known(stage.output)
    if sizes is None or output is None:
        return []
    positions = over_axes("O", output[:-1])
    match primitive:
        case p.Convolution(connections=tuple(connections), kernel=kernel):
            seen = connected_channels(connections)
            return [_line(stage, product(positions, over_axes("F", kernel), seen))]
        case p.Convolution(kernel=kernel, filters=filters):
            seen = product(over_axes("F", kernel), seen_channels(primitive, sizes[-1]))
            return [_line(stage, product(positions, seen, Symbol("C_out", filters)))]
        case p.TransposedConvolution(kernel=kernel, filters=filters):
            stamps = product(over_axes("W", sizes[:-1]), over_axes("F", kernel))
            seen = seen_channels(primitive, sizes[-1])
            return [_line(stage, product(stamps, seen, Symbol("C_out", filters)))]
        case p.Dense(units=units):
            factors = product(Symbol("C_in", sizes[-1]), Symbol("C_out", units))
            return [_line(stage, product(positions, factors) if len(output) > 1 else factors)]
        case _:
            return []


def flop_lines(stage: Stage) -> list[Line]:
    """The operations beside two per multiply-accumulate, as the definitions count them."""
    output = known(stage.output)
    if output is None:
        return []
    counted = operations(stage.primitive, stage.inputs, stage.output).flops
    n_out = 1
    for size in output:
        n_out *= size
    values = values_of("O", output)
    lines = []
    for kind, count in (counted or {}).items():
        if not count:
            continue
        per_value, rest = divmod(count, n_out)
        note = _reason(stage.primitive)
        label = "bias" if kind == "bias" else stage.word
        if rest or isinstance(stage.primitive, p.AdaptivePooling):
            lines.append(Line(label, "", _bins(stage.primitive, stage, count), note))
        else:
            formula = values if per_value == 1 else product(Constant(per_value), values)
            lines.append(Line(label, "", formula, note))
    return lines


def _line(stage: Stage, formula: Formula) -> Line:
    return Line(stage.word, "", formula)


def _bins(primitive: p.Primitive, stage: Stage, count: int) -> Formula:
    """Adaptive pooling by the cells that all windows of an axis cover together."""
    sizes, output = known(stage.inputs[0]), known(stage.output)
    if not isinstance(primitive, p.AdaptivePooling) or sizes is None or output is None:
        return Symbol("N", count)
    channels = Symbol("C", output[-1])
    cells = [_covered(sizes, primitive, axis) for axis in range(len(primitive.size))]
    covered = over_axes("K", cells)
    if primitive.kind == "max":
        return product(covered - over_axes("O", primitive.size), channels)
    return product(covered, channels)


def _covered(sizes: Sizes, pool: p.AdaptivePooling, axis: int) -> int:
    """Cells that the windows of one axis cover, those of two windows twice."""
    one = p.AdaptivePooling("average", (pool.size[axis],))
    flops = operations(one, ((sizes[axis], 1),), (pool.size[axis], 1)).flops
    return (flops or {}).get("pooling", 0)


def _reason(primitive: p.Primitive) -> str:
    """Why it is so many per value."""
    match primitive:
        case p.Convolution() | p.TransposedConvolution() | p.Dense():
            return "one addition per value"
        case p.Pooling(kind="max"):
            return "comparisons: one less than the window has cells"
        case p.Pooling(kind="sum"):
            return "additions: one less than the window has cells"
        case p.Pooling():
            return "additions and a division"
        case p.AdaptivePooling():
            return "K cells per axis, in all windows together"
        case p.Normalization(kind="batch" | "input"):
            return "one factor and one offset, as they are folded"
        case p.Normalization() | p.LocalResponseNormalization():
            return "mean, deviation, scale and offset, by convention"
        case p.Activation(function="softmax" | "log_softmax"):
            return "exponential, sum and division"
        case p.Maxout():
            return "comparisons"
        case p.Merge():
            return "one less than there are paths"
        case p.Resize():
            return "bilinear interpolation"
        case p.ChannelScale() | p.Rescale():
            return "a factor, an offset, or both"
        case p.Activation():
            return "one per value"
        case (
            p.Reshape()
            | p.Permute()
            | p.ChannelShuffle()
            | p.DepthToSpace()
            | p.SpaceToDepth()
            | p.Pad()
            | p.Crop()
            | p.Slice()
            | p.Dropout()
            | p.Identity()
            | p.Opaque()
        ):
            return ""
        case _:
            assert_never(primitive)


def twice(macs: int) -> Line:
    """Two operations per multiply-accumulate."""
    return Line("products", "", Product((Constant(2), Symbol("MACs", macs))))
