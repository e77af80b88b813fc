"""Shapes that PyTorch gives, where its rule is the one we follow."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cnncalc.ir.faults import EmptyOutput
from cnncalc.ir.shapes import Shape
from tests.layers.chain import output

torch: Any = pytest.importorskip("torch")
pytestmark = pytest.mark.oracle

small = st.integers(1, 5)
sizes = st.integers(1, 24)
many = settings(max_examples=150, deadline=None)


def size_of(operation: Any, size: int) -> int:
    result: int = operation(torch.zeros(1, 1, size)).shape[-1]
    return result


def ours(op: str, argument: dict[str, object], size: int) -> int | None:
    try:
        shape: Shape | None = output(op, argument, (size, 1))
    except EmptyOutput:
        return None
    assert shape is not None
    return shape[0]


@many
@given(
    size=sizes,
    kernel=small,
    stride=small,
    dilation=small,
    padding=st.integers(0, 4),
    data=st.data(),
)
def test_conv_transpose(
    size: int, kernel: int, stride: int, dilation: int, padding: int, data: st.DataObject
) -> None:
    added = data.draw(st.integers(0, max(stride, dilation) - 1))
    argument: dict[str, object] = {
        "filters": 1,
        "kernel": kernel,
        "stride": stride,
        "dilation": dilation,
        "padding": padding,
        "output_padding": added,
    }
    mine = ours("conv_transpose", argument, size)
    assume(mine is not None)
    layer = torch.nn.ConvTranspose1d(1, 1, kernel, stride, padding, added, 1, True, dilation)
    assert mine == size_of(layer, size)


@many
@given(size=sizes, kernel=small, stride=small, ceil=st.booleans(), data=st.data())
def test_pools(size: int, kernel: int, stride: int, ceil: bool, data: st.DataObject) -> None:
    padding = data.draw(st.integers(0, kernel // 2))
    assume(size + 2 * padding >= kernel)
    argument: dict[str, object] = {
        "size": kernel,
        "stride": stride,
        "padding": padding,
        "rounding": "ceil" if ceil else "floor",
    }
    pools = {"max_pool": torch.nn.MaxPool1d, "avg_pool": torch.nn.AvgPool1d}
    for op, pool in pools.items():
        theirs = size_of(pool(kernel, stride, padding, ceil_mode=ceil), size)
        assert ours(op, argument, size) == theirs


@many
@given(size=sizes, factor=st.sampled_from([1, 2, 3, 0.5, 1.5, 0.25, 2.75, 1 / 3, 2 / 3, 0.7]))
def test_resize(size: int, factor: float) -> None:
    mine = ours("resize", {"factor": factor}, size)
    assume(mine is not None)
    assert mine == size_of(torch.nn.Upsample(scale_factor=factor), size)


@given(size=sizes, wanted=sizes)
def test_adaptive(size: int, wanted: int) -> None:
    assert ours("adaptive_avg_pool", {"size": wanted}, size) == wanted
    assert size_of(torch.nn.AdaptiveAvgPool1d(wanted), size) == wanted


def test_rearrangements() -> None:
    picture = torch.zeros(1, 12, 6, 4)
    assert output("pixel_shuffle", 2, (6, 4, 12)) == (12, 8, 3)
    assert tuple(torch.nn.PixelShuffle(2)(picture).shape) == (1, 3, 12, 8)
    assert output("space_to_depth", 2, (6, 4, 12)) == (3, 2, 48)
    assert tuple(torch.nn.PixelUnshuffle(2)(picture).shape) == (1, 48, 3, 2)
