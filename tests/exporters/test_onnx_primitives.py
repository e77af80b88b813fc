"""Every primitive as ONNX, computed by ONNX Runtime, gives what its definition says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnncalc.exporters.onnx import to_onnx
from cnncalc.ir import primitives as p
from cnncalc.ir.shapes import Pair, Sizes
from cnncalc.layers import families
from tests.exporters.onnx_values import evaluate
from tests.exporters.single import single
from tests.numeric import naive, strategies_plain
from tests.numeric.arrays import assert_close
from tests.numeric.strategies import Case, Drawing, convolutions, pools, transposed

onnx: Any = pytest.importorskip("onnx")
pytestmark = pytest.mark.oracle


@st.composite
def widely_padded_pools(draw: st.DrawFn) -> Case:
    """Padding of a window and more, wherever a window of padding alone has a value."""
    drawing = Drawing(draw)
    batch, *sizes, channels = drawing.map()
    kind: p.PoolKind = drawing.pick("max", "average", "sum")
    columns = []
    for size in sizes:
        pair = (drawing.integer(0, 5), drawing.integer(0, 5))
        dilation = drawing.integer(1, 3)
        kernel = drawing.taps(size + sum(pair), dilation, 4)
        columns.append((kernel, drawing.integer(1, 4), dilation, pair))
    kernels, strides, dilations, pads = zip(*columns, strict=True)
    pool = p.Pooling(kind, kernels, strides, dilations, pads, count_padding=True)
    return drawing.case(pool, (batch, *sizes, channels))


KINDS: dict[str, st.SearchStrategy[Case]] = {
    "convolution": convolutions(),
    "transposed convolution": transposed(),
    "pool": pools(),
    "widely padded pool": widely_padded_pools(),
    "adaptive pool": strategies_plain.adaptive_pools(),
    "dense": strategies_plain.dense(),
    "normalization": strategies_plain.normalizations(),
    "pointwise": strategies_plain.pointwise(),
    "merge": strategies_plain.merges(),
    "rearrangement": strategies_plain.rearrangements(),
    "resize": strategies_plain.resizes(),
}


def hold(case: Case) -> None:
    facts = single(case.primitive, *(shape[1:] for shape in case.shapes))
    arrays, inputs = case.arrays("float32"), case.inputs("float32")
    weights = {f"out.{name}": array for name, array in arrays.items()}
    for model in (to_onnx(facts), to_onnx(facts, weights)):
        onnx.checker.check_model(model, full_check=True)
    named = {f"in_{k}": x for k, x in enumerate(inputs)}
    expected = naive.compute(case.primitive, inputs, arrays)
    assert_close(evaluate(facts, weights, named)["out"], expected, "float32", repr(case))


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=60)
@given(st.data())
def test_drawn(kind: str, data: st.DataObject) -> None:
    hold(data.draw(KINDS[kind]))


def pool(kind: p.PoolKind, size: Sizes, stride: Sizes, *pads: Pair, ceil: bool = False) -> Any:
    ones = (1,) * len(size)
    return p.Pooling(kind, size, stride, ones, pads, ceil=ceil, count_padding=True)


NORM = (1e-3, True, True)
CASES: dict[str, tuple[Any, ...]] = {
    "adaptive sum, alike": (p.AdaptivePooling("sum", (3,)), (7, 2)),
    "adaptive sum, unlike": (p.AdaptivePooling("sum", (3, 2)), (8, 5, 2)),
    "adaptive sum, all": (p.AdaptivePooling("sum", (1, 1)), (4, 5, 2)),
    "adaptive, overlapping alike": (p.AdaptivePooling("average", (3, 3)), (7, 7, 2)),
    "adaptive, one axis unlike": (p.AdaptivePooling("max", (2, 3, 4)), (4, 8, 4, 2)),
    "adaptive, enlarging": (p.AdaptivePooling("average", (7,)), (3, 2)),
    "ceil, last window in the padding": (pool("average", (1,), (3,), (0, 1), ceil=True), (3, 2)),
    "ceil, beyond the padding": (pool("average", (3,), (3,), (1, 1), ceil=True), (5, 2)),
    "a window apart from its padding": (
        p.Pooling("average", (2,), (4,), (1,), ((0, 2),)),
        (5, 1),
    ),
    "ceil, one row short": (pool("max", (3, 3), (2, 2), (0, 0), (0, 0), ceil=True), (6, 5, 2)),
    "dense on four axes": (p.Dense(3), (2, 3, 2, 2, 4)),
    "gate of another rank": (p.Merge("multiply"), (3, 4, 5, 2), (1, 2)),
    "layer norm, height": (p.Normalization("layer", *NORM, axes=(0,)), (4, 3, 2)),
    "layer norm, height and channels": (p.Normalization("layer", *NORM, axes=(0, 2)), (4, 3, 2)),
    "layer norm, map": (p.Normalization("layer", *NORM, axes=(0, 1)), (4, 3, 2)),
    "layer norm, all, bare": (p.Normalization("layer", 1e-3, False, False, (0, 1)), (4, 3)),
    "local response, even size": (p.LocalResponseNormalization(4, 0.5, 0.75, 1.0), (2, 2, 7)),
    "nearest, many cells": (p.Resize((1001,), "nearest"), (777, 1)),
    "nearest, fewer cells": (p.Resize((3, 2), "nearest"), (6, 8, 1)),
    "concat of rows": (p.Merge("concat", 0), (2, 3, 2), (4, 3, 2)),
    "concat of channels": (p.Merge("concat", 2), (2, 3, 2), (2, 3, 5)),
    "rescale by channel": (p.Rescale((0.5, 2.0, 1.0), (1.0, 0.0, 3.0)), (2, 2, 3)),
    "blocks to cells, 1-D": (p.DepthToSpace(2), (3, 6)),
    "blocks to cells, 3-D": (p.DepthToSpace(2), (2, 3, 2, 16)),
    "cells to blocks, 1-D": (p.SpaceToDepth(2), (4, 3)),
    "cells to blocks, 3-D": (p.SpaceToDepth(2), (2, 4, 2, 3)),
    "output padding of a stride": (
        p.TransposedConvolution(3, (3,), (2,), (1,), ((1, 1),), (2,)),
        (4, 2),
    ),
    "stamps cut off whole": (
        p.TransposedConvolution(1, (1,), (1,), (1,), ((2, 0),), (2,)),
        (1, 1),
    ),
    "reshape of one channel": (p.Reshape((2, 6)), (4, 3, 1)),
    "reshape to one cell": (p.Reshape((1, 1, 12)), (4, 3)),
    "permute to the same": (p.Permute((0, 1, 2)), (2, 3, 4)),
    "one path": (p.Merge("average"), (2, 3)),
}


@pytest.mark.parametrize("name", CASES)
def test_corner(name: str) -> None:
    primitive, *shapes = CASES[name]
    hold(Case(primitive, tuple((2, *shape) for shape in shapes)))


FUNCTIONS = [
    p.Activation(name, 0.3 if name in ("leaky_relu", "elu", "celu") else None, variant)
    for name in strategies_plain.FUNCTIONS
    for variant in strategies_plain.VARIANTS.get(name, (None,))
]


@pytest.mark.parametrize("shape", [(40,), (3, 4, 5)])
@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: f"{function.function}")
def test_function(function: p.Activation, shape: Sizes) -> None:
    hold(Case(function, ((2, *shape),)))


def test_every_function_is_drawn() -> None:
    ops = {op for op, family in families().items() if family == "activation"}
    assert ops - {"maxout"} == set(strategies_plain.FUNCTIONS)


def test_a_maximum_of_padding_is_minus_infinity() -> None:
    # what ONNX says of padding within the node itself is nothing: its own evaluator gives NaN
    stepping_over = p.Pooling("max", (2,), (1,), (3,), ((1, 1),))
    evaluator = pytest.importorskip("onnx.reference").ReferenceEvaluator
    model = to_onnx(single(stepping_over, (2, 1)))
    (result,) = evaluator(model).run(None, {"in_0": np.ones((1, 1, 2), np.float32)})
    assert result.tolist() == [[[-np.inf]]]
