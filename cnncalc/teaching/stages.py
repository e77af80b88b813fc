"""A layer taken apart: its primitives, each with what arrives, what comes out and its windows."""

from __future__ import annotations

from typing import NamedTuple, assert_never

from cnncalc.ir import primitives as p
from cnncalc.ir.faults import EmptyOutput
from cnncalc.ir.graph import Lowered
from cnncalc.ir.shapes import Shape
from cnncalc.ir.windows import Window


class Stage(NamedTuple):
    """One primitive of a layer, where it stands.

    Attributes:
        primitive: The primitive.
        inputs: Shapes that arrive at it.
        output: Shape that it gives.
        windows: Its window per spatial axis, where it slides one.
    """

    primitive: p.Primitive
    inputs: tuple[Shape, ...]
    output: Shape
    windows: tuple[Window, ...]

    @property
    def word(self) -> str:
        """What a person calls it."""
        return word(self.primitive, self.inputs[0] if self.inputs else ())


def stages(lowered: Lowered) -> list[Stage]:
    """The stages of a layer, in order; those before a fault, if there is one."""
    known = tuple(shape for shape in lowered.inputs if shape is not None)
    arriving = [known, *((shape,) for shape in lowered.shapes[:-1])]
    return [
        Stage(*parts)
        for parts in zip(
            lowered.primitives, arriving, lowered.shapes, lowered.windows, strict=False
        )
    ]


def empty_fault(lowered: Lowered) -> EmptyOutput | None:
    """The fault of a window that does not fit even once, if that is what is wrong."""
    for fault in lowered.faults:
        if isinstance(fault, EmptyOutput) and fault.window is not None:
            return fault
    return None


def word(primitive: p.Primitive, shape: Shape) -> str:
    """What a person calls a primitive: a depthwise convolution, a max pool."""
    match primitive:
        case p.Convolution(groups=groups) if groups > 1 and groups == shape[-1]:
            return "depthwise"
        case p.Convolution(kernel=kernel) if set(kernel) == {1}:
            return "pointwise"
        case p.Convolution():
            return "convolution"
        case p.TransposedConvolution():
            return "transposed"
        case p.Pooling() | p.AdaptivePooling():
            return "pooling"
        case p.Dense():
            return "dense"
        case p.Normalization() | p.LocalResponseNormalization():
            return "normalisation"
        case p.Activation(function=function):
            return function.replace("_", " ")
        case p.Maxout():
            return "maxout"
        case p.ChannelScale() | p.Rescale():
            return "scale"
        case p.Merge(kind=kind):
            return kind
        case (
            p.Reshape()
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
            | p.Opaque()
        ):
            return type(primitive).__name__.lower()
        case _:
            assert_never(primitive)
