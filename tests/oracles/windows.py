"""What the single layers are drawn from, and the output size that we give them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from cnncalc.ir.faults import EmptyOutput
from cnncalc.ir.shapes import Shape
from tests.layers.chain import output


@st.composite
def windows(draw: st.DrawFn) -> dict[str, list[int]]:
    """Sizes and window arguments, one entry per spatial axis, of one to three axes."""
    rank = draw(st.integers(1, 3))

    def per_axis(low: int, high: int) -> list[int]:
        return [draw(st.integers(low, high)) for _ in range(rank)]

    return {
        "sizes": per_axis(1, 19),
        "kernel": per_axis(1, 5),
        "stride": per_axis(1, 4),
        "dilation": per_axis(1, 3),
        "padding": per_axis(0, 4),
    }


def ours(op: str, argument: dict[str, Any], shape: Shape) -> Shape | None:
    """The output shape, or None for one that is empty."""
    try:
        return output(op, argument, shape)
    except EmptyOutput:
        return None
