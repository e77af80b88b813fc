"""What moves values and computes none, and resizing."""

from __future__ import annotations

from cnncalc.exporters.code.steps import Argument
from cnncalc.exporters.expressible import Inexpressible
from cnncalc.exporters.keras.making import Emission, around, per_axis
from cnncalc.ir import primitives as p
from cnncalc.ir.shapes import Sizes

_MOST_CELLS = 10**6  # listed one by one
_PLANE = 2


def reshape(e: Emission, shape: Sizes) -> None:
    """The same values in another shape."""
    if e.node.op == "flatten":
        e.add("layers.Flatten", role="flatten")
    else:
        e.add("layers.Reshape", Argument("target_shape", shape, positional=True), role="reshape")


def permute(e: Emission, order: Sizes) -> None:
    """The axes in another order; Keras counts them from 1."""
    axes = tuple(axis + 1 for axis in order)
    e.add("layers.Permute", Argument("dims", axes, positional=True), role="permute")


def by_number(e: Emission, function: str, name: str, number: int) -> None:
    """A class of the generated file that takes one number."""
    e.add(function, Argument(name, number, positional=True), role="move")


def pad(e: Emission, primitive: p.Pad) -> None:
    """Cells added around the map."""
    if primitive.mode == "zero":
        amount = Argument("padding", around(primitive.amount), positional=True)
        e.add(f"layers.ZeroPadding{len(primitive.amount)}D", amount, role="pad")
        return
    e.add(
        "MirrorPadding" if primitive.mode == "reflect" else "EdgePadding",
        Argument("padding", primitive.amount, positional=True),
        role="pad",
    )


def crop(e: Emission, primitive: p.Crop) -> None:
    """Cells cut off around the map."""
    amount = Argument("cropping", around(primitive.amount), positional=True)
    e.add(f"layers.Cropping{len(primitive.amount)}D", amount, role="crop")


def cut(e: Emission, primitive: p.Slice, shape: Sizes) -> None:
    """A part of one axis."""
    e.add(
        "Slice",
        Argument("axis", -1 if primitive.axis == len(shape) - 1 else primitive.axis + 1),
        Argument("start", primitive.start),
        Argument("stop", primitive.stop),
        role="slice",
    )


def resize(e: Emission, primitive: p.Resize, space: Sizes, size: Sizes) -> None:
    """Keras's own layers where they are exact, and else a class of the generated file.

    Raises:
        Inexpressible: It would have to list more than a million cells.
    """
    pairs = list(zip(space, size, strict=True))
    whole = all(after % before == 0 for before, after in pairs)
    factors = per_axis(tuple(after // before for before, after in pairs))
    rank = len(size)
    if primitive.mode == "nearest" and whole:
        factor = Argument("size", factors, positional=True)
        e.add(f"layers.UpSampling{rank}D", factor, role="resize")
    elif primitive.mode == "bilinear" and rank == _PLANE and not primitive.align_corners:
        if whole and primitive.by_factor:
            factor = Argument("size", factors, positional=True)
            smooth = Argument("interpolation", "bilinear")
            e.add("layers.UpSampling2D", factor, smooth, role="resize")
        else:
            sides = (Argument(n, s, positional=True) for n, s in zip("hw", size, strict=True))
            e.add("layers.Resizing", *sides, role="resize")
    elif max(size) > _MOST_CELLS:
        raise Inexpressible(f"resizing to {max(size):,} cells has to list all of them")
    elif primitive.mode == "nearest":
        e.add("NearestResizing", Argument("size", size, positional=True), role="resize")
    else:
        corners = Argument("align_corners", primitive.align_corners, False)
        e.add("LinearResizing", Argument("size", size, positional=True), corners, role="resize")
