"""S118 beyond its examples."""

from __future__ import annotations

import pytest

from tests.linter.rules.looking import chain, fixed, look

CONV = "conv: {filters: 8, kernel: 3, padding: 1}"


@pytest.mark.parametrize(
    ("input", "layers"),
    [
        ("1x1x100", (CONV,)),  # a generator begins with a point
        ("4x4x3", ("avg_pool: 4", "conv: {filters: 8, kernel: 1}")),
        ("4x4x3", ("conv: {filters: 8, kernel: 4}", "conv_transpose: {filters: 8, kernel: 4}")),
        ("8x4x3", ("avg_pool: 4", "conv: {filters: 8, kernel: 3, padding: 1}")),  # 2×1
    ],
)
def test_innocents(input: str, layers: tuple[str, ...]) -> None:
    assert not look(chain(input, *layers), "S118")


def test_weights_are_counted() -> None:
    (finding,) = look(chain("4x4x3", "avg_pool: 4", CONV), "S118")
    assert "of the 3×3 kernel one weight meets it and 8 meet padding" in finding.message
    (finding,) = look(
        chain("4x3", "avg_pool: 4", "conv: {filters: 8, kernel: 3, padding: 1}"), "S118"
    )
    assert "the map is 1, so of the 3 kernel" in finding.message


def test_padding_goes_with_the_kernel() -> None:
    text = chain("4x4x3", "avg_pool: 4", CONV)
    assert fixed(text, "S118") == text.replace("kernel: 3, padding: 1", "kernel: 1, padding: 0")


def test_a_pool_is_taken_out() -> None:
    text = chain("4x4x3", "avg_pool: 4", "max_pool: {size: 3, stride: 1, padding: 1}", "relu")
    assert fixed(text, "S118") == chain("4x4x3", "avg_pool: 4", "relu")


def test_a_block_is_edited_if_all_its_calls_are_on_a_point() -> None:
    block = """\
        input: 4x4x3
        blocks:
          B:
            layers:
              - conv: {filters: 3, kernel: 3, padding: 1}
        layers:
          - max_pool: 4
          - B
        """
    assert len(look(block, "S118")[0].fixes) == 1
    (finding,) = look(block.replace("  - max_pool: 4", "  - B\n          - max_pool: 4"), "S118")
    assert not finding.fixes
