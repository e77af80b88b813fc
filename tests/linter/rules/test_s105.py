"""S105 beyond its examples."""

from __future__ import annotations

import pytest

from tests.linter.rules.looking import chain, fixed, look


@pytest.mark.parametrize(
    "layer",
    [
        "conv: {filters: 1, kernel: 1, stride: 2}",  # D602's
        "max_pool: {size: 1, stride: 2}",  # the feature pyramid's last level
        "conv: {filters: 1, kernel: 3, stride: 3}",
        "conv: {filters: 1, kernel: 2, dilation: 3, stride: 4}",  # four cells wide
        "conv: {filters: 1, kernel: 40, stride: 50}",  # a single window
        "conv: {filters: 1, kernel: [1, 7], stride: [2, 2], padding: [0, 3]}",
    ],
)
def test_innocents(layer: str) -> None:
    assert not look(chain("40x40x3", layer), "S105")


def test_cells_are_counted() -> None:
    (finding,) = look(chain("64x3", "conv: {filters: 1, kernel: 2, stride: 5}"), "S105")
    assert "along the length, so 3 cells of every 5 are seen by no window" in finding.message


def test_one_axis_is_mended() -> None:
    text = chain("60x60x3", "conv: {filters: 1, kernel: [2, 3], stride: 3}")
    assert fixed(text, "S105") == text.replace("[2, 3]", "3")


def test_the_gap_of_a_pool() -> None:
    text = chain("60x60x3", "max_pool: {size: 2, stride: 3}")
    assert fixed(text, "S105") == text.replace("size: 2", "size: 3")


def test_a_kernel_that_would_not_fit_is_not_proposed() -> None:
    # (61 - 3)/3 leaves a cell; at stride 2 the kernel of 2 leaves one as well
    (finding,) = look(chain("61x61x3", "conv: {filters: 1, kernel: 2, stride: 3}"), "S105")
    assert not finding.fixes
    (finding,) = look(chain("62x62x3", "conv: {filters: 1, kernel: 2, stride: 3}"), "S105")
    assert [fix.title for fix in finding.fixes] == ["set stride: 2"]
