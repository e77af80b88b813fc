"""Maps of several blocks, on one and two threads, against PyTorch."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cnncalc.analysis.weights import weights
from cnncalc.ir import primitives as p
from cnncalc.ir.shapes import Pair
from tests.numeric.arrays import assert_close
from tests.numeric.running import normal, run_kernel

torch_values: Any = pytest.importorskip("tests.numeric.torch_values")
pytestmark = pytest.mark.oracle

MAP = (61, 50, 64)  # 780 kB in float32: four blocks and a bit, and rows that divide by nothing
FEW = (101, 97, 3)


def pool(kind: p.PoolKind, size: int, stride: int, pad: Pair = (0, 0), **more: Any) -> p.Pooling:
    """A square pool."""
    return p.Pooling(kind, (size,) * 2, (stride,) * 2, (1, 1), (pad,) * 2, **more)


def norm(kind: p.NormKind, **more: Any) -> p.Normalization:
    """A normalisation."""
    return p.Normalization(kind, 1e-3, **more)


CASES: list[tuple[p.Primitive, tuple[tuple[int, ...], ...]]] = [
    (pool("max", 3, 2, (1, 1)), (MAP,)),
    (pool("max", 2, 2, ceil=True), (MAP,)),
    (pool("max", 5, 1, (2, 2)), (FEW,)),
    (pool("average", 3, 1, (1, 1)), (MAP,)),
    (pool("average", 3, 2, (1, 1), count_padding=True, ceil=True), (MAP,)),
    (pool("average", 2, 2), (FEW,)),
    (pool("sum", 2, 2), (MAP,)),
    (
        p.Pooling("max", (2, 3, 2), (2, 1, 2), (1, 2, 1), ((0, 1), (1, 1), (0, 0))),
        ((9, 40, 31, 20),),
    ),
    *(
        (p.AdaptivePooling(kind, (1, 1)), (shape,))
        for kind in ("max", "average")
        for shape in (MAP, FEW)
    ),
    *((p.AdaptivePooling(kind, (7, 6)), (MAP,)) for kind in ("max", "average")),
    *((norm(kind), (shape,)) for kind in ("batch", "instance", "response") for shape in (MAP, FEW)),
    (norm("group", groups=8), (MAP,)),
    (norm("layer", axes=(2,)), (MAP,)),
    (norm("layer", axes=(0, 1, 2)), (MAP,)),
    (norm("layer", axes=(0, 1)), (MAP,)),
    (norm("layer", axes=(0, 2), scale=False), (FEW,)),
    (norm("l2", scale=False, center=False), (MAP,)),
    (norm("input", scale=False, center=False), (FEW,)),
    *(
        (p.LocalResponseNormalization(size, 0.3, beta, 1.5), (MAP,))
        for size, beta in ((5, 0.75), (4, 0.5), (1, 1.0), (7, 0.6), (200, 0.75))
    ),
    (p.Activation("relu"), (MAP,)),
    (p.Activation("gelu"), (MAP,)),
    (p.Activation("prelu"), (FEW,)),
    (p.Activation("softmax"), (MAP,)),
    (p.Maxout(4), (MAP,)),
    (p.ChannelScale(True), (FEW,)),
    (p.Rescale((0.5, 2.0, -1.0), (0.0, 1.0, 3.0)), (FEW,)),
    *(
        (p.Merge(kind), (MAP,) * 3)
        for kind in ("add", "multiply", "subtract", "maximum", "average")
    ),
    (p.Merge("multiply"), (MAP, (1, 1, 64))),
    (p.Merge("add"), ((64,), MAP, MAP, (1, 1, 64))),
    (p.Merge("concat", 2), (MAP, (61, 50, 5), MAP)),
    (p.Merge("concat", 0), (MAP, (7, 50, 64))),
    (p.Permute((2, 0, 1)), (MAP,)),
    (p.ChannelShuffle(4), (MAP,)),
    (p.DepthToSpace(4), (MAP,)),
    (p.SpaceToDepth(2), ((62, 50, 32),)),
    (p.Pad(((0, 3), (2, 1))), (MAP,)),
    (p.Pad(((3, 0), (2, 49)), "reflect"), (MAP,)),
    (p.Pad(((0, 3), (2, 1)), "edge"), (FEW,)),
    (p.Crop(((0, 3), (2, 1))), (MAP,)),
    (p.Slice(1, 3, 48), (MAP,)),
    (p.Reshape((50, 61, 64)), (MAP,)),
    (p.Dropout("element", 0.5), (MAP,)),
    (p.Resize((122, 150), "nearest"), (MAP,)),
    (p.Resize((40, 75), "nearest"), (MAP,)),
    (p.Resize((122, 150), "bilinear"), (MAP,)),
    (p.Resize((61, 33), "bilinear"), (MAP,)),
    (p.Resize((90, 50), "bilinear", True), (MAP,)),
    (p.Resize((1, 120), "bilinear", True), (MAP,)),
    (p.Resize((9, 31, 40), "bilinear"), ((7, 31, 20, 30),)),
]


@pytest.mark.parametrize(("dtype", "n_threads"), [("float32", 2), ("float64", 1)])
@pytest.mark.parametrize(("primitive", "shapes"), CASES, ids=lambda value: str(value)[:60])
def test_pytorch(
    primitive: p.Primitive, shapes: tuple[tuple[int, ...], ...], dtype: str, n_threads: int
) -> None:
    inputs = [normal(k, 2, *shape, dtype=dtype) for k, shape in enumerate(shapes)]
    arrays = {
        weight.name: np.abs(normal(9 + k, *weight.shape, dtype=dtype)) + np.array(0.1, dtype)
        for k, weight in enumerate(weights(primitive, shapes[0]) or ())
    }
    found = run_kernel(primitive, inputs, arrays, n_threads=n_threads)
    expected = torch_values.compute(primitive, inputs, arrays)
    assert_close(found, expected, dtype)


@pytest.mark.parametrize("shape", [MAP, FEW])
def test_training(shape: tuple[int, ...]) -> None:
    x = normal(1, 3, *shape) * 2 + 5
    arrays = {"gamma": normal(2, shape[-1]), "beta": normal(3, shape[-1])}
    unused = {
        "moving_mean": np.full(shape[-1], np.nan),
        "moving_variance": np.full(shape[-1], np.nan),
    }
    found = run_kernel(norm("batch"), [x], arrays | unused, training=True, n_threads=2)
    assert_close(found, torch_values.compute(norm("batch"), [x], arrays, training=True), "float32")
