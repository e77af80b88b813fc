"""S101 beyond its examples: what is proposed, and for which inputs the whole network fits."""

from __future__ import annotations

from tests.linter.rules.looking import chain, fixed, look


def test_a_pool_over_nothing_is_taken_out() -> None:
    text = chain("8x8x3", "conv: {filters: 4, kernel: 8}", "max_pool: 2", "relu")
    (finding,) = look(text, "S101")
    assert finding.fixes[0].title == "remove the pool"
    assert fixed(text, "S101") == chain("8x8x3", "conv: {filters: 4, kernel: 8}", "relu")


def test_help_names_the_inputs_that_the_whole_network_fits() -> None:
    # 10 -> 8 -> 4 -> 2, which the last pool cannot halve twice; 18 -> 16 -> 8 -> 6 -> 2 -> 1 can
    layers = ("conv: {filters: 4, kernel: 3}", "max_pool: 2", "conv: {filters: 4, kernel: 3}")
    (finding,) = look(chain("10x10x3", *layers, "max_pool: 3"), "S101")
    assert finding.help is not None
    assert "the whole network fits an input of 12×12×3" in finding.help
    assert not look(chain("12x12x3", *layers, "max_pool: 3"), "S101", "S102")


def test_padding_and_dilation_count() -> None:
    # dilation 2: a kernel of 3 takes 5 cells, of which the map has 4
    text = chain("3x3x1", "conv: {filters: 1, kernel: 4, dilation: 2, padding: 1}")
    assert fixed(text, "S101") == text.replace("kernel: 4", "kernel: 3")


def test_copies_are_not_edited_when_only_one_is_wrong() -> None:
    (finding,) = look(chain("7x7x1", "conv: {filters: 1, kernel: 3, repeat: 4}"), "S101")
    assert not finding.fixes
    assert "the whole network fits an input of 9×9×1" in (finding.help or "")


def test_a_crop_has_no_arithmetic() -> None:
    (finding,) = look(chain("3x3x1", "crop: 2"), "S101")
    assert finding.message == "crop: the output's height is -1, but must be at least 1"
