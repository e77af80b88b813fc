"""Windows over maps that take several blocks and all threads, against PyTorch in double."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from cnncalc.ir import primitives as p
from cnncalc.ir.shapes import Pair, Sizes
from cnncalc.numeric.kernels import candidates
from cnncalc.numeric.threads import crew
from tests.numeric.arrays import assert_close
from tests.numeric.kernel_runs import run, site_of
from tests.numeric.strategies import Case

torch_values: Any = pytest.importorskip("tests.numeric.torch_values")
pytestmark = pytest.mark.oracle


class Layer(NamedTuple):
    """A convolution of a network that people know, or a harder one."""

    shape: Sizes
    filters: int
    kernel: Sizes
    stride: int = 1
    padding: Pair = (0, 0)
    dilation: int = 1
    groups: int = 1

    def case(self) -> Case:
        rank = len(self.kernel)
        conv = p.Convolution(
            self.filters,
            self.kernel,
            (self.stride,) * rank,
            (self.dilation,) * rank,
            (self.padding,) * rank,
            self.groups,
        )
        return Case(conv, (self.shape,), 1)


LAYERS = {
    "stem": Layer((1, 224, 224, 3), 64, (7, 7), 2, (3, 3)),
    "vgg": Layer((2, 56, 57, 64), 64, (3, 3), 1, (1, 1)),
    "wide": Layer((1, 14, 14, 256), 200, (3, 3), 1, (1, 1)),
    "small": Layer((5, 7, 7, 96), 65, (3, 3), 1, (1, 1)),
    "pointwise": Layer((3, 31, 29, 64), 130, (1, 1)),
    "projection": Layer((1, 56, 56, 64), 128, (1, 1), 2),
    "halved": Layer((2, 57, 55, 32), 48, (3, 3), 2, (0, 1)),
    "dilated": Layer((1, 64, 64, 21), 21, (3, 3), 1, (8, 8), 8),
    "grouped": Layer((1, 28, 28, 128), 128, (3, 3), 1, (1, 1), 1, 32),
    "depthwise": Layer((1, 112, 112, 32), 32, (3, 3), 1, (1, 1), 1, 32),
    "depthwise halved": Layer((2, 56, 56, 48), 48, (5, 5), 2, (2, 2), 1, 48),
    "depthwise large": Layer((1, 28, 28, 96), 96, (7, 7), 1, (3, 3), 1, 96),
    "multiplied": Layer((1, 40, 40, 16), 32, (3, 3), 1, (1, 1), 2, 16),
    "sound": Layer((1, 8000, 1), 64, (80,), 4),
    "sound deeper": Layer((2, 1000, 64), 64, (3,), 1, (1, 1)),
    "video": Layer((1, 8, 28, 28, 16), 32, (3, 3, 3), 1, (1, 1)),
    "one block": Layer((1, 14, 14, 128), 128, (3, 3), 1, (1, 1)),
    "one odd block": Layer((1, 7, 7, 256), 256, (3, 3), 1, (1, 1)),
    "one block of few filters": Layer((1, 12, 14, 300), 40, (3, 3), 1, (0, 0)),
    "one block of uneven groups": Layer((1, 7, 6, 256), 200, (3, 3), 1, (2, 1)),
    "a block of each sample": Layer((3, 7, 8, 128), 96, (3, 3), 1, (1, 1)),
    "one channel": Layer((2, 60, 61, 1), 64, (7, 7), 1, (3, 3)),
    "one channel of sound": Layer((2, 4000, 1), 32, (9,), 1, (4, 4)),
    "one channel of video": Layer((1, 9, 20, 21, 1), 16, (3, 3, 3), 1, (1, 0)),
    "whole map": Layer((4, 7, 7, 64), 512, (7, 7)),
}


@pytest.mark.parametrize("n_threads", [1, 2, 3])
@pytest.mark.parametrize("name", LAYERS)
def test_every_way(name: str, n_threads: int) -> None:
    case = LAYERS[name].case()
    inputs, arrays = case.inputs("float32"), case.arrays("float32")
    expected = torch_values.compute(case.primitive, inputs, arrays)
    with crew(n_threads) as hands:
        for kernel in candidates(site_of(case, "float32")):
            kernel.load(arrays)
            assert_close(run(kernel, inputs, hands), expected, "float32", kernel.name)


@pytest.mark.parametrize("n_threads", [1, 2, 3])
@pytest.mark.parametrize("kind", ["max", "average"])
@pytest.mark.parametrize("size", [2, 3])
def test_pools(kind: p.PoolKind, size: int, n_threads: int) -> None:
    pads = ((size // 2, size // 2),) * 2
    case = Case(p.Pooling(kind, (size,) * 2, (2, 2), (1, 1), pads), ((3, 112, 111, 64),), 1)
    inputs = case.inputs("float32")
    expected = torch_values.compute(case.primitive, inputs)
    with crew(n_threads) as hands:
        for kernel in candidates(site_of(case, "float32")):
            kernel.load({})
            assert_close(run(kernel, inputs, hands), expected, "float32", kernel.name)


@pytest.mark.parametrize("n_threads", [1, 2, 3])
def test_transposed(n_threads: int) -> None:
    conv = p.TransposedConvolution(33, (4, 4), (2, 2), (1, 1), ((1, 1), (1, 1)), (0, 0), bias=False)
    case = Case(conv, ((2, 32, 31, 48),), 1)
    inputs, arrays = case.inputs("float32"), case.arrays("float32")
    expected = torch_values.compute(conv, inputs, arrays)
    with crew(n_threads) as hands:
        for kernel in candidates(site_of(case, "float32")):
            kernel.load(arrays)
            assert_close(run(kernel, inputs, hands), expected, "float32", kernel.name)
