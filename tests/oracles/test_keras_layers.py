"""One layer with any arguments against Keras's idea of its output size."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cnncalc.ir.shapes import Shape
from tests.oracles.windows import ours, windows

keras: Any = pytest.importorskip("keras")
pytestmark = pytest.mark.oracle
many = settings(max_examples=250)


def shape_of(layer: Any, shape: Shape) -> Shape | None:
    """The shape that a layer computes; None where Keras refuses, or is left with nothing."""
    try:
        found: Shape = tuple(layer.compute_output_shape((None, *shape))[1:])
    except ValueError as error:
        if "zero or negative" not in str(error):
            raise
        return None
    return None if any(size is not None and size < 1 for size in found) else found


@many
@given(windows(), st.sampled_from(["valid", "same"]))
def test_conv(drawn: dict[str, list[int]], padding: str) -> None:
    sizes, kernel, stride, dilation = (
        tuple(drawn[key]) for key in ("sizes", "kernel", "stride", "dilation")
    )
    assume(max(stride) == 1 or max(dilation) == 1)  # Keras has not both
    layer = getattr(keras.layers, f"Conv{len(sizes)}D")(
        2, kernel, stride, padding=padding, dilation_rate=dilation
    )
    argument = {"kernel": kernel, "stride": stride, "dilation": dilation, "padding": padding}
    mine = ours("conv", {"filters": 2, **argument}, (*sizes, 3))
    assert mine == shape_of(layer, (*sizes, 3))


@many
@given(windows(), st.sampled_from(["valid", "same"]))
def test_pools(drawn: dict[str, list[int]], padding: str) -> None:
    sizes, size, stride = (tuple(drawn[key]) for key in ("sizes", "kernel", "stride"))
    argument = {"size": size, "stride": stride, "padding": padding}
    for op, name in (("max_pool", "MaxPooling"), ("avg_pool", "AveragePooling")):
        layer = getattr(keras.layers, f"{name}{len(sizes)}D")(size, stride, padding)
        assert ours(op, argument, (*sizes, 3)) == shape_of(layer, (*sizes, 3))


@many
@given(windows())
def test_conv_transpose_same(drawn: dict[str, list[int]]) -> None:
    sizes, kernel, stride = (tuple(drawn[key]) for key in ("sizes", "kernel", "stride"))
    layer = getattr(keras.layers, f"Conv{len(sizes)}DTranspose")(2, kernel, stride, padding="same")
    argument = {"filters": 2, "kernel": kernel, "stride": stride, "padding": "same"}
    assert ours("conv_transpose", argument, (*sizes, 3)) == shape_of(layer, (*sizes, 3))


@pytest.mark.parametrize("padding", ["valid", "same", "causal"])
@pytest.mark.parametrize("dilation", [1, 2, 5])
def test_causal(padding: str, dilation: int) -> None:
    layer = keras.layers.Conv1D(2, 3, padding=padding, dilation_rate=dilation)
    argument = {"filters": 2, "kernel": 3, "padding": padding, "dilation": dilation}
    assert ours("conv", argument, (20, 4)) == shape_of(layer, (20, 4))
