"""S115 beyond its examples: the overlap is counted, and the size is kept."""

from __future__ import annotations

import pytest

import cnncalc
from tests.linter.rules.looking import chain, fixed, look


@pytest.mark.parametrize(
    ("kernel", "stride", "dilation", "weights"),
    [
        (4, 2, 1, None),
        (2, 2, 1, None),
        (3, 1, 1, None),
        (6, 3, 1, None),
        (3, 2, 1, "1 or 2"),
        (5, 2, 1, "2 or 3"),
        (9, 4, 1, "2 or 3"),
        (2, 3, 1, "none or 1"),
        (4, 2, 3, None),
        (4, 2, 2, "none or 4"),  # every other cell gets nothing
    ],
)
def test_overlap(kernel: int, stride: int, dilation: int, weights: str | None) -> None:
    layer = (
        f"conv_transpose: {{filters: 1, kernel: {kernel}, stride: {stride}, dilation: {dilation}}}"
    )
    found = look(chain("8x8x3", layer), "S115")
    assert [weights in finding.message for finding in found if weights] == [True] * bool(weights)
    assert bool(found) == bool(weights)


def test_a_single_cell_does_not_overlap() -> None:
    layer = "conv_transpose: {filters: 1, kernel: 5, stride: 2}"  # as a generator begins
    assert not look(chain("1x1x100", layer), "S115")
    assert len(look(chain("1x1x100", layer, layer), "S115")) == 1


@pytest.mark.parametrize("size", [4, 7])
@pytest.mark.parametrize(
    "rest",
    [
        "kernel: 3, stride: 2, padding: 1, output_padding: 1",
        "kernel: 3, stride: 2",
        "kernel: 5, stride: 2, padding: 2",
        "kernel: 5, stride: 3, padding: 1",
        "kernel: 2, stride: 3",
        "kernel: [3, 4], stride: 2, padding: same",
        "kernel: 9, stride: 4, padding: 4, output_padding: 3",
    ],
)
def test_the_fix_keeps_the_size(size: int, rest: str) -> None:
    text = chain(f"{size}x{size}x3", f"conv_transpose: {{filters: 2, {rest}}}")
    mended = fixed(text, "S115")
    assert not look(mended, "S115", "S116")
    shapes = [cnncalc.analyze(cnncalc.load(spec)).output_shape for spec in (text, mended)]
    assert shapes[0] == shapes[1]


def test_as_pytorch_has_it() -> None:
    text = chain(
        "8x8x3", "conv_transpose: {filters: 2, kernel: 3, stride: 2, padding: 1, output_padding: 1}"
    )
    assert fixed(text, "S115") == text.replace("kernel: 3", "kernel: 4").replace(
        "output_padding: 1", "output_padding: 0"
    )
