"""Which way of convolving is the quickest for given shapes.

The estimates are rough on purpose: nanoseconds on a core that does 90 floating-point operations
of a matrix product in one, reads 10 bytes of weights in one, and needs 8 to begin copying a run of
neighbouring values. What matters is the order of the ways, which is the same on other machines.
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any, TypeAlias

from cnncalc.ir import primitives as p
from cnncalc.numeric.kernels.banded import Banded
from cnncalc.numeric.kernels.depthwise import DepthwiseRows, DepthwiseWindows, is_depthwise
from cnncalc.numeric.kernels.gather import Gather, has_long_rows
from cnncalc.numeric.kernels.kernel import Kernel, Site
from cnncalc.numeric.kernels.product import Product
from cnncalc.numeric.kernels.winograd import Winograd, is_one_block

Way: TypeAlias = Callable[[Site[p.Convolution]], Kernel[Any]]

_FLOPS = 90.0
_WEIGHT_BYTES = 10.0
_RUN = 8.0
_COPIED = 0.05  # per value that is gathered
_TRANSFORMED = 0.15  # per value that a transform adds up
_MADE = 0.8  # per point of a kernel that is made out of others
_MADE_IN_CACHE = 0.25  # where it is used at once
_BAND_FLOPS = 60.0  # its products are small
_LARGEST_BAND = 1 << 20  # bytes; a larger one falls out of the cache
_MANY_CHANNELS = 128


def convolutions(site: Site[p.Convolution]) -> list[Way]:
    """Every way that suits, the quickest first."""
    if Product.suits(site):
        return [Product, Gather]
    if is_depthwise(site):
        return _depthwise(site)
    estimates: dict[Way, float] = {Gather: _gather(site)}
    if Winograd.suits(site):
        estimates[Winograd] = _winograd(site)
    if Banded.suits(site) and Banded(site).weight_bytes <= _LARGEST_BAND:
        estimates[Banded] = _banded(site)
    return sorted(estimates, key=lambda way: estimates[way])


def _depthwise(site: Site[p.Convolution]) -> list[Way]:
    if not DepthwiseRows.suits(site):
        return [DepthwiseWindows, Gather]
    if site.output[-1] >= _MANY_CHANNELS:
        return [DepthwiseWindows, DepthwiseRows, Gather]
    return [DepthwiseRows, DepthwiseWindows, Gather]


def _cells(site: Site[p.Convolution]) -> int:
    return prod(site.output[:-1])


def _gather(site: Site[p.Convolution]) -> float:
    conv = site.primitive
    window = prod(conv.kernel) * site.inputs[0][-1]
    flops = 2 * _cells(site) * window * site.output[-1] / conv.groups
    # neighbours along the last axis lie side by side with all their channels, unless spread out
    joined = conv.kernel[-1] if conv.dilation[-1] == conv.groups == 1 else 1
    runs = _cells(site) * prod(conv.kernel) * conv.groups / joined
    if has_long_rows(site):
        runs = _cells(site) * prod(conv.kernel) / site.output[-2]
    weights = window * site.output[-1] / conv.groups * site.dtype.itemsize
    copied = _cells(site) * window * _COPIED
    return flops / _FLOPS + weights / _WEIGHT_BYTES + runs * _RUN + copied


def _winograd(site: Site[p.Convolution]) -> float:
    samples, height, width, filters = site.output
    channels = site.inputs[0][-1]
    tiles = samples * -(-height // 2) * -(-width // 2)
    flops = 2 * 16 * tiles * channels * filters
    weights = 9 * channels * filters * site.dtype.itemsize
    made = 7 * channels * filters * (_MADE_IN_CACHE if is_one_block(site) else _MADE)
    # 24 additions per tile and channel on either side, in runs of one tile's channels
    transformed = 24 * tiles * (channels + filters) * _TRANSFORMED
    return flops / _FLOPS + weights / _WEIGHT_BYTES + made + 24 * tiles * _RUN + transformed


def _banded(site: Site[p.Convolution]) -> float:
    samples, height = site.output[:2]
    flops = 2 * samples * Banded.n_products(site)
    return flops / _BAND_FLOPS + samples * height * site.primitive.kernel[0] * _RUN
