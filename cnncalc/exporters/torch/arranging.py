"""What moves values and computes none, and resizing."""

from __future__ import annotations

from math import prod

import numpy as np

from cnncalc.exporters.code.steps import Argument
from cnncalc.exporters.torch.making import Emission, first, flat, per_axis
from cnncalc.exporters.torch.sliding import check_rank
from cnncalc.ir import primitives as p
from cnncalc.ir.shapes import Sizes

_PLANE = 2
_PADS = {"zero": "nn.ZeroPad{}d", "reflect": "nn.ReflectionPad{}d", "edge": "nn.ReplicationPad{}d"}
_LINEAR = {1: "linear", 2: "bilinear", 3: "trilinear"}
_MOST_CHECKED = 10**5


def reshape(e: Emission, before: Sizes, shape: Sizes) -> None:
    """The same values in another shape, in the order that they have with the channels last."""
    is_vector = len(before) == 1 or prod(before[:-1]) == 1
    if len(shape) == 1:
        e.add("nn.Flatten" if is_vector else "FlattenChannelsLast", role="flatten")
    else:
        e.add("Reshape", first("shape", shape), role="reshape")


def permute(e: Emission, order: Sizes) -> None:
    """The axes in another order, given as PyTorch counts them: batch, channels, space."""
    rank = len(order)

    def place(axis: int) -> int:
        return 1 if axis == rank - 1 else axis + 2

    moved = (0, *(place(order[axis]) for axis in (rank - 1, *range(rank - 1))))
    e.add("Permute", first("order", moved), role="permute")


def channel_shuffle(e: Emission, groups: int, shape: Sizes) -> None:
    """Channels dealt out over groups."""
    function = "nn.ChannelShuffle" if len(shape) > 1 else "VectorShuffle"
    e.add(function, first("groups", groups), role="shuffle")


def depth_to_space(e: Emission, factor: int, shape: Sizes) -> None:
    """Blocks of channels become blocks of cells."""
    function = "nn.PixelShuffle" if len(shape) - 1 == _PLANE else "DepthToSpace"
    e.add(function, first("factor", factor), role="shuffle")


def by_number(e: Emission, function: str, name: str, number: int) -> None:
    """A class of the generated file that takes one number."""
    e.add(function, first(name, number), role="move")


def pad(e: Emission, primitive: p.Pad) -> None:
    """Cells added around the map."""
    rank = len(primitive.amount)
    check_rank(rank)
    amount = first("padding", flat(primitive.amount))
    e.add(_PADS[primitive.mode].format(rank), amount, role="pad")


def crop(e: Emission, primitive: p.Crop) -> None:
    """Cells cut off around the map."""
    e.add("Crop", first("amount", flat(primitive.amount)), role="crop")


def cut(e: Emission, primitive: p.Slice, shape: Sizes) -> None:
    """A part of one axis."""
    dim = 1 if primitive.axis == len(shape) - 1 else primitive.axis + 2
    arguments = (first("start", primitive.start), first("stop", primitive.stop))
    e.add("Slice", *arguments, Argument("dim", dim, 1), role="slice")


def resize(e: Emission, primitive: p.Resize, space: Sizes, size: Sizes) -> None:
    """PyTorch's module where it is exact, and else one that lists the nearest cells itself."""
    check_rank(len(size))
    whole = all(after % before == 0 for before, after in zip(space, size, strict=True))
    factors = tuple(after // before for before, after in zip(space, size, strict=True))
    sized = (
        Argument("scale_factor", per_axis(factors))
        if whole and primitive.by_factor
        else Argument("size", per_axis(size))
    )
    if primitive.mode == "nearest":
        if all(map(_rounds_exactly, space, size)):
            e.add("nn.Upsample", sized, role="resize")
        else:
            e.add("NearestResize", first("size", size), role="resize")
        return
    sized = Argument("size", per_axis(size)) if primitive.align_corners else sized
    mode = Argument("mode", _LINEAR[len(size)])
    e.add(
        "nn.Upsample", sized, mode, Argument("align_corners", primitive.align_corners, False),
        role="resize",
    )  # fmt: skip


def _rounds_exactly(before: int, after: int) -> bool:
    """Whether PyTorch's `floor(u·float32(before / after))` is `u·before // after` everywhere."""
    if after > _MOST_CHECKED:
        return False
    u = np.arange(after)
    scale = np.float32(before) / np.float32(after)
    inverse = np.float32(1 / (after / before))
    exact = u * before // after
    return all(
        np.array_equal(np.floor(u.astype(np.float32) * s).astype(np.int64), exact)
        for s in (scale, inverse)
    )
