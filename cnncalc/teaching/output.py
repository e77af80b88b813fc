"""The size of what comes out, worked out for every primitive."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple, TypeAlias, assert_never

from cnncalc.ir import primitives as p
from cnncalc.ir.shapes import Shape, format_shape
from cnncalc.ir.windows import Window, adaptive_bins
from cnncalc.layers.base import Layer
from cnncalc.teaching.formula import Constant, Formula, Quotient, Symbol, product, total
from cnncalc.teaching.stages import Stage
from cnncalc.teaching.symbols import alike, known, names_of_axes, values_of
from cnncalc.teaching.windows import effective_lines, effective_symbol, output_lines
from cnncalc.teaching.worked import Line

_FEW_BINS = 4
_DENOMINATOR = 10**9

_AxisFormula: TypeAlias = Callable[[Symbol, int], Formula]


class Sized(NamedTuple):
    """Equations and sentences about what comes out."""

    lines: tuple[Line, ...] = ()
    notes: tuple[str, ...] = ()


def output_size(stage: Stage, layer: Layer | None) -> Sized:
    """How the output of a primitive follows from what arrives.

    Args:
        stage: The primitive, where it stands.
        layer: The layer that it is of, which knows how its padding was written.
    """
    primitive, output = stage.primitive, stage.output
    shape = stage.inputs[0] if stage.inputs else ()
    match primitive:
        case p.Convolution():
            lines = windows_lines(stage.windows, _written_padding(layer))
            return Sized(lines, (_filters(primitive.filters),))
        case p.Pooling():
            lines = windows_lines(stage.windows, _written_padding(layer))
            return Sized(lines, (_channels_stay(output),))
        case p.TransposedConvolution():
            return Sized(_transposed(primitive, shape), (_filters(primitive.filters),))
        case p.AdaptivePooling():
            return _adaptive(primitive, shape)
        case p.Dense(units=units):
            where = " at every position" if len(shape) > 1 else ""
            return Sized((), (f"{units} units, one output each{where}",))
        case p.Maxout(pieces=pieces):
            line = _channels(Symbol("C_in", shape[-1] or 0) / Symbol("pieces", pieces), shape)
            return Sized(line)
        case p.Merge():
            return _merge(primitive, stage)
        case p.Reshape():
            return _reshape(shape, output)
        case p.Permute(order=order):
            return Sized((), (f"the axes in the order {', '.join(map(str, order))}",))
        case p.DepthToSpace(factor=factor):
            r = Symbol("r", factor)
            block = product(*[r] * (len(shape) - 1))
            sizes = _per_axis(shape, lambda w, _: w * r)
            return Sized((*sizes, *_channels(Symbol("C_in", shape[-1] or 0) / block, shape)))
        case p.SpaceToDepth(factor=factor):
            r = Symbol("r", factor)
            sizes = _per_axis(shape, lambda w, _: w / r)
            factors = product(Symbol("C_in", shape[-1] or 0), *[r] * (len(shape) - 1))
            return Sized((*sizes, *_channels(factors, shape)))
        case p.Pad(amount=amount):
            return Sized(_framed(shape, amount, "P_begin", "P_end", 1), (_channels_stay(output),))
        case p.Crop(amount=amount):
            return Sized(_framed(shape, amount, "begin", "end", -1), (_channels_stay(output),))
        case p.Slice(axis=axis, start=start, stop=stop):
            size = Symbol("stop", stop) - Symbol("start", start)
            if axis == len(shape) - 1:
                return Sized(_channels(size, shape))
            return Sized((Line(names_of_axes(len(shape) - 1, [axis]), "O", size, axes=(axis,)),))
        case p.Resize():
            return Sized(_resize(primitive, shape, layer), (_channels_stay(output),))
        case p.Opaque():
            return Sized((), (f"{format_shape(output)}, as declared",))
        case p.ChannelShuffle(groups=groups):
            return Sized((), (f"the channels dealt out over {groups} groups; the shape stays",))
        case (
            p.Normalization()
            | p.LocalResponseNormalization()
            | p.Activation()
            | p.ChannelScale()
            | p.Rescale()
            | p.Dropout()
            | p.Identity()
        ):
            return Sized((), (f"the shape stays: {format_shape(output)}",))
        case _:
            assert_never(primitive)


def windows_lines(windows: tuple[Window, ...], padding: object) -> tuple[Line, ...]:
    """The equations of sliding windows, once for the axes that are alike."""
    lines: list[Line] = []
    groups = alike(windows)
    for axes in groups:
        label = names_of_axes(len(windows), axes)
        lines += effective_lines(windows[axes[0]], label)
        lines += output_lines(windows[axes[0]], label, tuple(axes), same=padding == "same")
    return tuple(lines)


def _written_padding(layer: Layer | None) -> object:
    return getattr(layer, "padding", None)


def _filters(filters: int) -> str:
    if filters == 1:
        return "1 channel, of the one filter"
    return f"{filters} channels, one per filter"


def _channels_stay(output: Shape) -> str:
    if output[-1] == 1:
        return "1 channel"
    return f"{'?' if output[-1] is None else output[-1]} channels, each by itself"


def _channels(formula: Formula, shape: Shape) -> tuple[Line, ...]:
    if shape[-1] is None:
        return ()
    return (Line("channels", "C_out", formula, axes=(len(shape) - 1,)),)


def _per_axis(shape: Shape, formula: _AxisFormula, extra: tuple[object, ...] = ()) -> list[Line]:
    """An equation per axis, once for the axes that are alike."""
    rank = len(shape) - 1
    columns = list(zip(shape[:-1], extra or (None,) * rank, strict=True))
    lines = []
    for axes in alike(columns):
        size = shape[axes[0]]
        if size is not None:
            made = formula(Symbol("W", size), axes[0])
            lines.append(Line(names_of_axes(rank, axes), "O", made, axes=tuple(axes)))
    return lines


def _framed(
    shape: Shape, amount: tuple[tuple[int, int], ...], begin: str, end: str, sign: int
) -> tuple[Line, ...]:
    def formula(size: Symbol, axis: int) -> Formula:
        first, last = Symbol(begin, amount[axis][0]), Symbol(end, amount[axis][1])
        return total(size, first, last) if sign > 0 else size - first - last

    return tuple(_per_axis(shape, formula, amount))


def _transposed(conv: p.TransposedConvolution, shape: Shape) -> tuple[Line, ...]:
    columns = list(
        zip(
            shape, conv.kernel, conv.stride, conv.dilation, conv.padding, conv.output_padding,
            strict=False,
        )
    )  # fmt: skip
    lines: list[Line] = []
    for axes in alike(columns):
        size, kernel, stride, dilation, (begin, end), added = columns[axes[0]]
        if size is None:
            continue
        label = names_of_axes(len(columns), axes)
        window = Window(size, kernel, stride, dilation, begin, end, None, None, None)
        lines += effective_lines(window, label)
        steps = product(Symbol("W", size) - 1, Symbol("S", stride))
        if begin == end:
            cut = steps - product(Constant(2), Symbol("P", begin))
        else:
            cut = steps - Symbol("P_begin", begin) - Symbol("P_end", end)
        formula = total(cut, effective_symbol(window))
        if added:
            formula = total(formula, Symbol("P_out", added))
        lines.append(Line(label, "O", formula, axes=tuple(axes)))
    return tuple(lines)


def _adaptive(pool: p.AdaptivePooling, shape: Shape) -> Sized:
    sizes = known(shape)
    if all(n == 1 for n in pool.size):
        return Sized((), ("one window over the whole map: a number per channel",))
    notes = [f"{format_shape(pool.size)} is given, and the windows follow from it:"]
    notes.append("output i reads the cells from ⌊i·W/O⌋ up to ⌈(i + 1)·W/O⌉ - 1")
    for axes in alike(list(zip(sizes[:-1], pool.size, strict=True))) if sizes else []:
        size, output = shape[axes[0]], pool.size[axes[0]]
        if size is not None and output <= _FEW_BINS:
            bins = ", ".join(f"{a} to {b - 1}" for a, b in adaptive_bins(size, output))
            notes.append(f"{names_of_axes(len(pool.size), axes)}: {bins}")
    return Sized((), tuple(notes))


def _merge(merge: p.Merge, stage: Stage) -> Sized:
    if merge.kind == "concat":
        rank = len(stage.output)
        axis = merge.axis % rank
        sizes = known(tuple(shape[axis] for shape in stage.inputs))
        label = "channels" if axis == rank - 1 else names_of_axes(rank - 1, [axis])
        if sizes is None:
            return Sized((), (f"the {label} of the paths added up",))
        letter = "C" if axis == rank - 1 else "W"
        terms = [Symbol(f"{letter}_{k}", size) for k, size in enumerate(sizes, 1)]
        symbol = "C_out" if axis == rank - 1 else "O"
        return Sized((Line(label, symbol, total(*terms), axes=(axis,)),))
    gates = [shape for shape in stage.inputs if shape != stage.output]
    notes = [f"{len(stage.inputs)} paths, value by value: {format_shape(stage.output)} stays"]
    notes += [f"{format_shape(gate)} holds for every position" for gate in gates]
    return Sized((), tuple(notes))


def _reshape(shape: Shape, output: Shape) -> Sized:
    sizes, target = known(shape), known(output)
    if sizes is None or target is None:
        return Sized((), ("the same values in another shape",))
    if len(target) == 1:
        return Sized((Line("", "N", values_of("W", sizes), axes=(0,)),))
    note = f"{format_shape(shape)} and {format_shape(output)} have as many values"
    return Sized((Line("", "N", values_of("W", sizes)),), (note,))


def _resize(resize: p.Resize, shape: Shape, layer: Layer | None) -> tuple[Line, ...]:
    given = getattr(layer, "factor", None)
    if not resize.by_factor or given is None:
        return tuple(
            Line(names_of_axes(len(resize.size), axes), "O", Symbol("size", size), axes=tuple(axes))
            for axes in alike(resize.size)
            if (size := resize.size[axes[0]]) is not None
        )
    factors = given if isinstance(given, tuple) else (given,) * len(resize.size)

    def formula(size: Symbol, axis: int) -> Formula:
        factor = Fraction(repr(factors[axis])).limit_denominator(_DENOMINATOR)
        if factor.denominator == 1:
            return size * Symbol("factor", int(factor))
        return Quotient(size * Symbol("factor", factor), Constant(1), "floor")

    return tuple(_per_axis(shape, formula, factors))
