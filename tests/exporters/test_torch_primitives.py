"""Every primitive as a PyTorch module gives what its definition says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnncalc.analysis.facts import NetworkFacts
from cnncalc.errors import UsageError
from cnncalc.exporters.torch import to_torch
from cnncalc.ir import primitives as p
from cnncalc.ir.shapes import Pair, Sizes
from tests.exporters.single import single
from tests.exporters.torch_models import complaints, outputs
from tests.numeric import naive, strategies_plain
from tests.numeric.arrays import assert_close
from tests.numeric.strategies import Case, convolutions, pools, transposed

pytestmark = pytest.mark.oracle

KINDS: dict[str, st.SearchStrategy[Case]] = {
    "convolution": convolutions(),
    "transposed convolution": transposed(),
    "pool": pools(),
    "adaptive pool": strategies_plain.adaptive_pools(),
    "dense": strategies_plain.dense(),
    "normalization": strategies_plain.normalizations(),
    "pointwise": strategies_plain.pointwise(),
    "merge": strategies_plain.merges(),
    "rearrangement": strategies_plain.rearrangements(),
    "resize": strategies_plain.resizes(),
}


def facts_for(case: Case) -> NetworkFacts:
    return single(case.primitive, *(shape[1:] for shape in case.shapes))


def hold(case: Case) -> None:
    facts = facts_for(case)
    arrays, inputs = case.arrays("float32"), case.inputs("float32")
    weights = {f"out.{name}": array for name, array in arrays.items()}
    named = {f"in_{k}": x for k, x in enumerate(inputs)}
    expected = naive.compute(case.primitive, inputs, arrays)
    (result,) = outputs(facts, weights, named)
    assert_close(result, expected, "float32", repr(case))


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=40)
@given(st.data())
def test_drawn(kind: str, data: st.DataObject) -> None:
    hold(data.draw(KINDS[kind]))


def pool(kind: p.PoolKind, size: Sizes, stride: Sizes, *pads: Pair, **options: Any) -> p.Pooling:
    ones = (1,) * len(size)
    return p.Pooling(kind, size, stride, ones, pads, **options)


NORM = (1e-3, True, True)
CASES: dict[str, tuple[Any, ...]] = {
    "uneven convolution": (p.Convolution(3, (3,), (2,), (1,), ((0, 1),)), (6, 2)),
    "dilated, strided": (p.Convolution(4, (3, 2), (2, 1), (2, 3), ((1, 2), (0, 0)), 2), (9, 8, 4)),
    "connections": (
        p.Convolution(2, (2, 2), (1, 1), (1, 1), ((0, 0), (1, 0)), connections=((0, 2), (1,))),
        (4, 4, 3),
    ),
    "max, uneven": (pool("max", (3, 3), (2, 2), (0, 1), (0, 1)), (6, 6, 2)),
    "max, ceil, uneven": (pool("max", (3, 2), (2, 3), (0, 1), (1, 0), ceil=True), (6, 9, 2)),
    "max, more padding than half": (pool("max", (3,), (1,), (2, 2)), (4, 2)),
    "max, dilated": (p.Pooling("max", (2, 2), (1, 1), (2, 1), ((1, 1), (1, 1))), (5, 5, 1)),
    "mean, uneven": (pool("average", (3, 3), (2, 2), (0, 1), (0, 1)), (6, 6, 2)),
    "mean, ceil": (pool("average", (2, 2), (2, 2), (0, 0), (0, 0), ceil=True), (5, 5, 2)),
    "mean, all counted": (
        pool("average", (3, 3), (2, 2), (0, 1), (2, 0), ceil=True, count_padding=True),
        (6, 5, 2),
    ),
    "mean, dilated": (p.Pooling("average", (2,), (1,), (3,), ((1, 2),)), (7, 2)),
    "sum": (pool("sum", (2, 2), (2, 2), (0, 0), (0, 0)), (4, 4, 2)),
    "sum, padded": (pool("sum", (3,), (2,), (1, 1), ceil=True), (6, 2)),
    "sum, three axes": (pool("sum", (2, 2, 2), (2, 1, 2), (0, 0), (1, 1), (0, 0)), (4, 3, 4, 2)),
    "adaptive sum": (p.AdaptivePooling("sum", (3, 2)), (7, 5, 2)),
    "adaptive, more bins": (p.AdaptivePooling("average", (5,)), (3, 2)),
    "dense on four axes": (p.Dense(3), (2, 3, 2, 2, 4)),
    "gate of another rank": (p.Merge("multiply"), (3, 4, 5, 2), (1, 2)),
    "gate of no axes": (p.Merge("add"), (2,), (3, 4, 2)),
    "three of a kind": (p.Merge("average"), (3, 2), (3, 2), (3, 2)),
    "maximum of three": (p.Merge("maximum"), (3, 2), (3, 2), (3, 2)),
    "layer norm, height": (p.Normalization("layer", *NORM, axes=(0,)), (4, 3, 2)),
    "layer norm, height and channels": (p.Normalization("layer", *NORM, axes=(0, 2)), (4, 3, 2)),
    "layer norm, all, bare": (p.Normalization("layer", 1e-3, False, False, (0, 1)), (4, 3)),
    "layer norm, all": (p.Normalization("layer", *NORM, (0, 1, 2)), (4, 3, 2)),
    "layer norm, vector": (p.Normalization("layer", *NORM, (0,)), (5,)),
    "batch norm without scale": (p.Normalization("batch", 1e-3, False, True), (3, 4, 2)),
    "batch norm of a vector": (p.Normalization("batch", 1e-3, True, False), (4,)),
    "batch norm, bare": (p.Normalization("batch", 1e-3, False, False), (2, 2, 2, 4)),
    "group norm without shift": (p.Normalization("group", 1e-3, True, False, groups=2), (3, 4)),
    "instance norm": (p.Normalization("instance", *NORM), (3, 4, 5)),
    "response of a vector": (p.Normalization("response", *NORM), (5,)),
    "l2": (p.Normalization("l2", 0.5), (3, 4)),
    "input norm": (p.Normalization("input", 1e-7), (3, 4, 3)),
    "local response, even size": (p.LocalResponseNormalization(4, 0.5, 0.75, 1.0), (2, 2, 7)),
    "local response, vector": (p.LocalResponseNormalization(3, 0.5, 0.75, 1.0), (7,)),
    "nearest, many cells": (p.Resize((1001,), "nearest"), (777, 1)),
    "nearest, where float32 rounds down": (p.Resize((82,), "nearest"), (2, 1)),
    "nearest, times 49": (p.Resize((98, 3), "nearest"), (2, 3, 1)),
    "linear, three axes": (p.Resize((5, 3, 4), "bilinear", align_corners=True), (2, 3, 2, 1)),
    "linear to one cell": (p.Resize((1, 7), "bilinear", align_corners=True), (4, 3, 1)),
    "concat of rows": (p.Merge("concat", 0), (2, 3, 2), (4, 3, 2)),
    "concat of channels": (p.Merge("concat", 2), (2, 3, 2), (2, 3, 5)),
    "rescale by channel": (p.Rescale((0.5, 2.0, 1.0), (1.0, 0.0, 3.0)), (2, 2, 3)),
    "shuffle of a vector": (p.ChannelShuffle(3), (6,)),
    "blocks to cells, 1-D": (p.DepthToSpace(2), (3, 6)),
    "blocks to cells, 2-D": (p.DepthToSpace(2), (3, 2, 12)),
    "blocks to cells, 3-D": (p.DepthToSpace(2), (2, 3, 2, 16)),
    "cells to blocks, 1-D": (p.SpaceToDepth(2), (4, 3)),
    "cells to blocks, 3-D": (p.SpaceToDepth(2), (2, 4, 2, 3)),
    "output padding of a stride": (
        p.TransposedConvolution(3, (3,), (2,), (1,), ((1, 1),), (2,)),
        (4, 2),
    ),
    "output padding of two strides": (
        p.TransposedConvolution(4, (3, 2), (2, 1), (1, 2), ((1, 0), (0, 1)), (5, 3), 2),
        (4, 3, 2),
    ),
    "transposed, uneven": (
        p.TransposedConvolution(3, (4, 3), (2, 2), (1, 1), ((1, 2), (0, 1)), (0, 0)),
        (4, 5, 2),
    ),
    "stamps cut off whole": (
        p.TransposedConvolution(1, (1,), (1,), (1,), ((2, 0),), (2,)),
        (1, 1),
    ),
    "reshape of one channel": (p.Reshape((2, 6)), (4, 3, 1)),
    "reshape to one cell": (p.Reshape((1, 1, 12)), (4, 3)),
    "flatten": (p.Reshape((24,)), (4, 3, 2)),
    "flatten one cell": (p.Reshape((3,)), (1, 1, 3)),
    "permute": (p.Permute((2, 0, 1)), (2, 3, 4)),
    "slice of rows": (p.Slice(0, 1, 3), (4, 3, 2)),
    "slice of channels": (p.Slice(2, 1, 2), (4, 3, 2)),
    "crop": (p.Crop(((1, 0), (0, 2))), (4, 5, 2)),
    "mirrored": (p.Pad(((1, 2), (0, 1)), "reflect"), (4, 3, 2)),
    "one path": (p.Merge("average"), (2, 3)),
}


@pytest.mark.parametrize("name", CASES)
def test_corner(name: str) -> None:
    primitive, *shapes = CASES[name]
    hold(Case(primitive, tuple((2, *shape) for shape in shapes)))


def test_a_mean_of_padding_alone_is_zero() -> None:
    # as the NumPy backend has it
    facts = single(pool("average", (1,), (2,), (0, 2)), (3, 1))
    (result,) = outputs(facts, {}, {"in_0": np.ones((1, 3, 1))})
    assert result.tolist() == [[[1.0], [1.0], [0.0]]]


def test_the_code_of_corners_is_clean(tmp_path: Path) -> None:
    facts = [single(primitive, *shapes) for primitive, *shapes in CASES.values()]
    assert not complaints(map(to_torch, facts), tmp_path)


FUNCTIONS = [
    p.Activation(name, 0.3 if name in ("leaky_relu", "elu", "celu") else None, variant)
    for name in strategies_plain.FUNCTIONS
    for variant in strategies_plain.VARIANTS.get(name, (None,))
]


@pytest.mark.parametrize("shape", [(40,), (3, 4, 5)])
@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: f"{function.function}")
def test_function(function: p.Activation, shape: Sizes) -> None:
    hold(Case(function, ((2, *shape),)))


@pytest.mark.parametrize(
    "primitive",
    [
        p.Convolution(2, (1,) * 4, (1,) * 4, (1,) * 4, ((0, 0),) * 4),
        pool("max", (1,) * 4, (1,) * 4, *((0, 0),) * 4),
        p.Resize((2,) * 4, "nearest"),
    ],
)
def test_four_axes_are_too_many(primitive: p.Primitive) -> None:
    with pytest.raises(UsageError, match=r"PyTorch: out: PyTorch slides no window over 4 axes"):
        to_torch(single(primitive, (2, 2, 2, 2, 3)))
