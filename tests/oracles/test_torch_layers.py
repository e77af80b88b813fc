"""One layer with any arguments against PyTorch's idea of its output size."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnncalc.ir.shapes import Shape
from tests.oracles.windows import ours, windows

torch: Any = pytest.importorskip("torch")
pytestmark = pytest.mark.oracle
many = settings(max_examples=250)


def run(module: Any, sizes: list[int], channels: int) -> Shape | None:
    """The shape that a module gives; None where PyTorch refuses, as it does an empty one."""
    try:
        _, filters, *found = module(torch.empty(1, channels, *sizes, device="meta")).shape
    except RuntimeError as error:
        if not any(word in str(error) for word in ("size", "too small", "negative dimension")):
            raise
        return None
    return (*found, filters)


@many
@given(windows(), st.integers(1, 3), st.integers(1, 3), st.integers(1, 3))
def test_conv(drawn: dict[str, list[int]], groups: int, inside: int, outside: int) -> None:
    sizes, channels, filters = drawn["sizes"], groups * inside, groups * outside
    arguments = {key: tuple(value) for key, value in drawn.items() if key != "sizes"}
    module = getattr(torch.nn, f"Conv{len(sizes)}d")(
        channels,
        filters,
        arguments["kernel"],
        arguments["stride"],
        arguments["padding"],
        arguments["dilation"],
        groups,
        device="meta",
    )
    mine = ours("conv", {"filters": filters, "groups": groups, **arguments}, (*sizes, channels))
    assert mine == run(module, sizes, channels)


@many
@given(windows(), st.integers(1, 3), st.data())
def test_conv_transpose(drawn: dict[str, list[int]], groups: int, data: st.DataObject) -> None:
    sizes, channels = drawn["sizes"], 2 * groups
    arguments = {key: tuple(value) for key, value in drawn.items() if key != "sizes"}
    added = tuple(
        data.draw(st.integers(0, max(stride, dilation) - 1))
        for stride, dilation in zip(drawn["stride"], drawn["dilation"], strict=True)
    )
    module = getattr(torch.nn, f"ConvTranspose{len(sizes)}d")(
        channels,
        groups,
        arguments["kernel"],
        arguments["stride"],
        arguments["padding"],
        added,
        groups,
        dilation=arguments["dilation"],
        device="meta",
    )
    arguments["output_padding"] = added
    argument = {"filters": groups, "groups": groups, **arguments}
    mine = ours("conv_transpose", argument, (*sizes, channels))
    # PyTorch gives an output of size 0 without a word
    theirs = run(module, sizes, channels)
    assert mine == (None if theirs is None or 0 in theirs else theirs)


@many
@given(windows(), st.booleans())
def test_pools(drawn: dict[str, list[int]], ceil: bool) -> None:
    sizes, size, stride = drawn["sizes"], tuple(drawn["kernel"]), tuple(drawn["stride"])
    padding = tuple(min(n, k // 2) for n, k in zip(drawn["padding"], size, strict=True))
    argument = {"size": size, "stride": stride, "padding": padding, "ceil_mode": ceil}
    shape = (*sizes, 2)
    average = getattr(torch.nn, f"AvgPool{len(sizes)}d")(size, stride, padding, ceil)
    if len(sizes) < 3 or all(n >= k for n, k in zip(sizes, size, strict=True)):
        # AvgPool3d alone refuses a window that only fits together with the padding
        assert ours("avg_pool", argument, shape) == run(average, sizes, 2)
    dilation = tuple(drawn["dilation"])
    largest = getattr(torch.nn, f"MaxPool{len(sizes)}d")(
        size, stride, padding, dilation, ceil_mode=ceil
    )
    mine = ours("max_pool", {**argument, "dilation": dilation}, shape)
    assert mine == run(largest, sizes, 2)


@many
@given(windows())
def test_adaptive_pools(drawn: dict[str, list[int]]) -> None:
    sizes, wanted = drawn["sizes"], tuple(drawn["kernel"])
    for op, name in (
        ("adaptive_avg_pool", "AdaptiveAvgPool"),
        ("adaptive_max_pool", "AdaptiveMaxPool"),
    ):
        module = getattr(torch.nn, f"{name}{len(sizes)}d")(wanted)
        assert ours(op, {"size": wanted}, (*sizes, 3)) == run(module, sizes, 3)
