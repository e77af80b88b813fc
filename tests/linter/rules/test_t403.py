"""T403: which activations go together, and which of two should go."""

from __future__ import annotations

import pytest

from tests.linter.rules.looking import chain, fixed, look


def pair(first: str, second: str) -> str:
    return chain("16", "dense: 16", first, second, "dense: 8")


@pytest.mark.parametrize(
    ("first", "second", "kept", "is_safe"),
    [
        ("relu", "relu", "first", True),
        ("relu6", "relu6", "first", True),
        ("hard_tanh", "hard_tanh", "first", True),
        ("log_softmax", "log_softmax", "first", True),
        ("relu", "leaky_relu: 0.1", "first", True),
        ("relu", "prelu", "first", True),
        ("relu6", "relu", "first", True),
        ("sigmoid", "relu", "first", True),
        ("sigmoid", "relu6", "first", True),
        ("softplus", "elu", "first", True),
        ("relu", "relu6", "second", True),
        ("leaky_relu", "relu", "second", True),
        ("elu", "relu6", "second", True),
        ("log_softmax", "softmax", "second", True),
        ("tanh", "tanh", "first", False),
        ("gelu", "gelu", "first", False),
        ("leaky_relu: 0.1", "leaky_relu: 0.1", "first", False),
        ("softmax", "softmax", "first", False),
        ("softmax", "log_softmax", "second", False),
        ("leaky_relu: -1", "relu", "first", False),
        ("prelu", "relu", "first", False),
        ("gelu", "silu", "first", False),
        ("relu", "selu", "first", False),
    ],
)
def test_one_too_many(first: str, second: str, kept: str, is_safe: bool) -> None:
    (finding,) = look(pair(first, second), "T403")
    assert finding.line == (5 if kept == "first" else 4)
    assert [fix.is_safe for fix in finding.fixes] == [is_safe]
    left = first if kept == "first" else second
    assert fixed(pair(first, second), "T403") == chain("16", "dense: 16", left, "dense: 8")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("relu", "softmax"),
        ("relu", "tanh"),
        ("relu", "sigmoid"),
        ("tanh", "relu"),
        ("tanh", "sigmoid"),
        ("sigmoid", "softmax"),
        ("tanh", "softmax"),
        ("relu", "batch_norm"),
        ("relu", "dropout: 0.5"),
    ],
)
def test_two_that_make_sense(first: str, second: str) -> None:
    assert not look(pair(first, second), "T403")


def test_something_between() -> None:
    assert not look(chain("16", "relu", "batch_norm", "relu"), "T403")
    assert look(chain("16", "relu", "identity", "relu"), "T403")
    assert not look(chain("16x1", "max_pool: 2", "relu"), "T403")
    assert not look(chain("16", "relu", "add: [prev, prev]", "relu"), "T403")


@pytest.mark.parametrize(
    "between",
    ["max_pool: 2", "avg_pool: 2", "dropout: 0.5", "flatten", "pad: 1", "global_avg_pool"],
)
def test_what_is_not_negative_stays_so(between: str) -> None:
    (finding,) = look(chain("8x8x4", "relu", between, "relu"), "T403")
    assert finding.line == 5
    assert fixed(chain("8x8x4", "relu", between, "relu"), "T403") == chain("8x8x4", "relu", between)
    assert look(chain("8x8x4", "sigmoid", between, "leaky_relu"), "T403")
    for first, second in [("tanh", "tanh"), ("relu6", "relu6"), ("relu", "gelu"), ("elu", "relu")]:
        assert not look(chain("8x8x4", first, between, second), "T403")
    concat = chain("8x8x4", "relu", "max_pool: {name: a, size: 2}", "relu", "concat: [a, prev]")
    assert not look(concat, "T403")  # a block that begins with its activation


def test_the_argument_and_the_layer() -> None:
    text = chain("16", "dense: {units: 8, activation: leaky_relu}", "relu", "dense: 8")
    assert fixed(text, "T403") == chain("16", "dense: {units: 8}", "relu", "dense: 8")


def test_a_first_one_that_others_read_stays() -> None:
    text = chain("16", "leaky_relu: {name: a}", "relu", "add: [a, prev]")
    (finding,) = look(text, "T403")
    assert not finding.fixes
    text = chain("16", "relu: {name: a}", "leaky_relu", "add: [a, prev]")
    (finding,) = look(text, "T403")
    assert [fix.is_safe for fix in finding.fixes] == [True]  # the second goes, the first stays


def test_a_line_that_is_used_elsewhere_too_stays() -> None:
    text = """
        input: 16
        layers:
          - dense: {units: 16, activation: leaky_relu, repeat: 2}
          - relu
          - dense: 4
        """
    (finding,) = look(text, "T403")
    assert finding.layers == ("dense_2",)
    assert not finding.fixes
