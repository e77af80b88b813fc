"""The letters of the formulas: W arrives, O comes out, F slides with S, P and D over C channels."""

from __future__ import annotations

from collections.abc import Sequence

from cnncalc.ir.shapes import Shape, Sizes, axis_name
from cnncalc.teaching.formula import Formula, Product, Symbol, product

MEANINGS = {
    "W": "size that arrives",
    "O": "size that comes out",
    "F": "window",
    "F_eff": "window with its gaps",
    "S": "stride",
    "P": "padding on each side",
    "P_begin": "padding before",
    "P_end": "padding after",
    "P_total": "padding on both sides",
    "P_out": "output padding",
    "D": "dilation",
    "C": "channels",
    "C_in": "channels in",
    "C_out": "channels out",
    "G": "groups",
    "N": "values",
    "N_in": "values in",
    "N_out": "values out",
    "K": "cells that all windows cover together",
    "r": "misfit",
}


def over_axes(letter: str, sizes: Sequence[int]) -> Formula:
    """A product over the axes: `F·F` if they agree, else `F_h·F_w`.

    Example:
        >>> from cnncalc.teaching.formula import value
        >>> value(over_axes("F", (3, 5)))
        15
    """
    return product(*axis_symbols(letter, sizes)) if sizes else Product(())


def axis_symbols(letter: str, sizes: Sequence[int]) -> list[Symbol]:
    """A symbol per axis: all of one name if their values agree."""
    if len(set(sizes)) == 1:
        return [Symbol(letter, size) for size in sizes]
    rank = len(sizes)
    return [Symbol(f"{letter}_{axis_name(rank, k)[0]}", n) for k, n in enumerate(sizes)]


def values_of(letter: str, shape: Sizes) -> Formula:
    """The number of values of a map: `O·O·C`, or the length of a vector."""
    if len(shape) == 1:
        return Symbol("N" if letter == "O" else "N_in", shape[0])
    name = "C_out" if letter == "O" else "C_in"
    return product(over_axes(letter, shape[:-1]), Symbol(name, shape[-1]))


def known(shape: Shape | None) -> Sizes | None:
    """The shape, if every size of it is known."""
    if shape is None or None in shape:
        return None
    return tuple(size for size in shape if size is not None)


def names_of_axes(rank: int, axes: Sequence[int]) -> str:
    """`height and width`, or the one that it is."""
    return " and ".join(axis_name(rank, axis) for axis in axes)


def alike(items: Sequence[object]) -> list[list[int]]:
    """The positions of equal items together, in order."""
    groups: list[list[int]] = []
    for position, item in enumerate(items):
        for group in groups:
            if items[group[0]] == item:
                group.append(position)
                break
        else:
            groups.append([position])
    return groups
