"""The kernels: one way or several of computing each primitive."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias, assert_never

from cnncalc.ir import primitives as p
from cnncalc.numeric.kernels.arranging import (
    ChannelShuffleKernel,
    CropKernel,
    DepthToSpaceKernel,
    PadKernel,
    PassKernel,
    PermuteKernel,
    SliceKernel,
    SpaceToDepthKernel,
)
from cnncalc.numeric.kernels.convolution import convolutions
from cnncalc.numeric.kernels.kernel import Kernel, Site
from cnncalc.numeric.kernels.normalization import normalization
from cnncalc.numeric.kernels.pointwise import (
    ActivationKernel,
    ConcatKernel,
    MaxoutKernel,
    MergeKernel,
    RescaleKernel,
    ScaleKernel,
)
from cnncalc.numeric.kernels.pooling import PoolingKernel, adaptive_pooling
from cnncalc.numeric.kernels.product import Product
from cnncalc.numeric.kernels.resizing import resizing
from cnncalc.numeric.kernels.response import ResponseNorm
from cnncalc.numeric.kernels.transposed import Stamps

Way: TypeAlias = Callable[[Site[Any]], Kernel[Any]]


def choose(site: Site[Any]) -> Kernel[Any]:
    """The kernel that computes a primitive where it stands, the quickest there is."""
    return _ways(site)[0](site)


def candidates(site: Site[Any]) -> list[Kernel[Any]]:
    """Every kernel that could compute it; the first is the one that `choose` takes."""
    return [way(site) for way in _ways(site)]


def _ways(site: Site[Any]) -> list[Way]:
    match site.primitive:
        case p.Convolution():
            return [*convolutions(site)]
        case _:
            return [_only_way(site.primitive)]


def _only_way(primitive: p.Primitive) -> Way:
    match primitive:
        case p.Dense():
            return Product
        case p.TransposedConvolution():
            return Stamps
        case p.Pooling():
            return PoolingKernel
        case p.AdaptivePooling():
            return adaptive_pooling
        case p.Normalization():
            return normalization
        case p.LocalResponseNormalization():
            return ResponseNorm
        case p.Activation():
            return ActivationKernel
        case p.Maxout():
            return MaxoutKernel
        case p.ChannelScale():
            return ScaleKernel
        case p.Rescale():
            return RescaleKernel
        case p.Merge(kind="concat"):
            return ConcatKernel
        case p.Merge():
            return MergeKernel
        case p.Reshape() | p.Dropout() | p.Identity():
            return PassKernel
        case p.Permute():
            return PermuteKernel
        case p.ChannelShuffle():
            return ChannelShuffleKernel
        case p.DepthToSpace():
            return DepthToSpaceKernel
        case p.SpaceToDepth():
            return SpaceToDepthKernel
        case p.Pad():
            return PadKernel
        case p.Crop():
            return CropKernel
        case p.Slice():
            return SliceKernel
        case p.Resize():
            return resizing
        case p.Convolution():
            raise AssertionError("a convolution has several ways")
        case p.Opaque():
            raise AssertionError("what is opaque cannot be computed")
        case _:
            assert_never(primitive)
