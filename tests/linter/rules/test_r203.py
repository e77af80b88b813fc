"""R203: stems for large images."""

from __future__ import annotations

import pytest

from tests.linter.rules.looking import chain, fixed, look

NEXT = "conv: {filters: 8, kernel: 3, padding: same, activation: relu}"
HEAD = ["global_avg_pool", "dense: 10"]
POOL = "max_pool: {size: 3, stride: 2, padding: 1}"


def stem(stride: int) -> str:
    return f"conv: {{filters: 8, kernel: 7, stride: {stride}, padding: 3}}"


@pytest.mark.parametrize(("size", "expected"), [(32, 1), (64, 1), (65, 0), (84, 0), (224, 0)])
def test_only_small_inputs_are_looked_at(size: int, expected: int) -> None:
    text = chain(f"{size}x{size}x3", stem(2), "relu", POOL, NEXT, *HEAD)
    assert len(look(text, "R203")) == expected


@pytest.mark.parametrize(("stride", "expected"), [(2, 0), (3, 0), (4, 1)])
def test_four_fold_is_the_bound(stride: int, expected: int) -> None:
    assert len(look(chain("32x32x3", stem(stride), "relu", NEXT, *HEAD), "R203")) == expected


def test_halving_after_every_layer_is_usual() -> None:
    """LeNet, ConvNetJS and DCGAN's discriminator halve once per weighted layer."""
    text = chain("32x32x3", NEXT, "max_pool: 2", NEXT, "max_pool: 2", NEXT, *HEAD)
    assert look(text, "R203") == []


def test_patches_are_meant() -> None:
    text = chain("32x32x3", "conv: {filters: 8, kernel: 4, stride: 4}", NEXT, *HEAD)
    assert look(text, "R203") == []


def test_what_was_shrunk_before_the_stem_does_not_count() -> None:
    text = chain("32x32x3", "space_to_depth: 4", NEXT, NEXT, *HEAD)
    assert look(text, "R203") == []


def test_a_global_pooling_is_no_stem() -> None:
    assert look(chain("32x32x3", stem(1), "global_avg_pool", "dense: 8", "dense: 2"), "R203") == []


def test_a_crop_of_a_larger_picture_may_be_small() -> None:
    text = chain("32x32x3", stem(2), "relu", POOL, NEXT, "conv: {filters: 2, kernel: 1}")
    assert look(text, "R203") == []


def test_a_resnet_on_cifar_is_found_and_its_pool_is_left_out() -> None:
    """The stride comes from the block's parameter, so only the pool can be edited."""
    text = """
        input: 32x32x3
        blocks:
          ConvBN:
            params: {filters: null, kernel: 3, stride: 1}
            layers:
              - conv: {filters: $filters, kernel: $kernel, stride: $stride, padding: same}
              - batch_norm
        layers:
          - ConvBN: {filters: 64, kernel: 7, stride: 2}
          - relu
          - max_pool: {size: 3, stride: 2, padding: 1}
          - ConvBN: 64
          - relu
          - global_avg_pool
          - dense: 10
        """
    (finding,) = look(text, "R203")
    assert [fix.title for fix in finding.fixes] == ["leave out the pooling"]
    assert "max_pool" not in fixed(text, "R203")


def test_a_named_pool_stays() -> None:
    pool = "max_pool: {size: 3, stride: 2, padding: 1, name: pool1}"
    (finding,) = look(chain("32x32x3", stem(2), pool, NEXT, *HEAD), "R203")
    assert finding.fixes == ()


def test_a_single_strong_stride_is_taken_out() -> None:
    text = chain("32x32x3", stem(4), "relu", NEXT, *HEAD)
    assert fixed(text, "R203") == chain("32x32x3", stem(1), "relu", NEXT, *HEAD)


def test_unknown_sizes_say_nothing() -> None:
    assert look(chain("32x32x3", stem(2), "opaque: {output: 8x8x8}", NEXT, *HEAD), "R203") == []
