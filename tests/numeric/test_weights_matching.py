"""Given arrays against those that a network needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from cnncalc import NetworkFacts, UsageError
from cnncalc.numeric.weights import initial, matched, required, scrambled
from cnncalc.numeric.weights.lazy import Array, Form, LazyArrays
from tests.helpers import chain


def small() -> NetworkFacts:
    return chain("8x8x3", "conv: {filters: 4, kernel: 3}", "batch_norm", "dense: 2", "normalize")


def given(**changes: Any) -> dict[str, Any]:
    """Weights that fit, with some changed; `__` stands for the dot."""
    weights: dict[str, Any] = dict(scrambled(small()))
    weights.update({name.replace("__", "."): value for name, value in changes.items()})
    return weights


def refusal(weights: Mapping[str, Any], facts: NetworkFacts | None = None) -> str:
    with pytest.raises(UsageError) as error:
        dict(matched(weights, facts or small(), "float32"))
    message = str(error.value)
    assert message.isprintable()
    return message


def test_what_fits_is_the_arrays_themselves_in_the_networks_order() -> None:
    weights = given()
    shuffled = dict(reversed(weights.items()))
    result = matched(shuffled, small(), "float32")
    assert list(result) == list(required(small()))
    for name, array in result.items():
        assert np.array_equal(array, weights[name])
        assert np.shares_memory(array, weights[name])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("stored", [">f8", "<f4", "f2"])
def test_every_float_is_converted(stored: str, dtype: str) -> None:
    weights = {name: array.astype(stored) for name, array in given().items()}
    kernel = np.asfortranarray(weights["conv_1.kernel"])
    result = matched({**weights, "conv_1.kernel": kernel}, small(), dtype)
    for name, array in result.items():
        assert array.dtype == np.dtype(dtype)
        assert array.dtype.isnative
        assert array.flags.c_contiguous
        assert array.flags.aligned
        assert array.shape == weights[name].shape
        assert np.array_equal(array, weights[name].astype(dtype))


def test_arrays_at_odd_addresses_are_copied_to_even_ones() -> None:
    raw = np.zeros(4 * 2 * 4 + 1, np.uint8)
    kernel = raw[1:].view(np.float32).reshape(4, 2)
    assert not kernel.flags.aligned
    assert matched(given(dense_1__kernel=kernel), small(), "float32")[
        "dense_1.kernel"
    ].flags.aligned


def test_all_that_is_wrong_is_in_one_line() -> None:
    weights = given(
        conv_1__kernel=np.zeros((3, 3, 3, 5), np.float32),
        dense_1__bias=np.zeros(2, np.int64),
        extra=np.zeros(3, np.float32),
    )
    weights["conv1.bias"] = weights.pop("conv_1.bias")
    message = refusal(weights)
    assert message.startswith("the weights do not fit the network: ")
    assert "1 missing: conv_1.bias" in message
    assert "2 not in the network: extra, conv1.bias (is it conv_1.bias?)" in message
    assert "conv_1.kernel (3×3×3×4 needed, 3×3×3×5 given)" in message
    assert "1 not of type float16, float32, float64: dense_1.bias (int64)" in message


def test_long_lists_are_cut_and_counted() -> None:
    layers = ["conv: {filters: 3, kernel: 1}"] * 20
    facts = chain("4x4x3", *layers)
    message = refusal({f"x{number}": np.zeros(1) for number in range(33)}, facts)
    assert "40 missing: conv_1.kernel, conv_1.bias, " in message
    assert "conv_5.bias and 30 more" in message
    assert "33 not in the network: x0, " in message
    assert "x9 and 23 more" in message
    assert "conv_6" not in message


def test_a_single_number_has_a_shape_too() -> None:
    assert "normalize_1.count (one number needed, 1 given)" in refusal(
        given(normalize_1__count=np.ones(1, np.float32))
    )
    assert "(2 needed, one number given)" in refusal(given(dense_1__bias=np.float32(1)))


def test_strange_names_are_shown_escaped() -> None:
    message = refusal(given(**{"\x1b]0;title\x07": np.zeros(1), "a b": np.zeros(1), "": 1.0}))
    assert r"'\x1b]0;title\x07', 'a b', ''" in message
    assert len(refusal(given(**{"n" * 10**6: np.zeros(1)}))) < 400


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (np.nan, r"conv_1.kernel holds nan at [2, 0, 1, 3]; weights must be finite numbers"),
        (np.inf, r"conv_1.kernel holds inf at [2, 0, 1, 3]; weights must be finite numbers"),
        (-np.inf, r"conv_1.kernel holds -inf at [2, 0, 1, 3]; weights must be finite numbers"),
        (1e300, r"conv_1.kernel holds 1e+300 at [2, 0, 1, 3], too large for float32; compute in"),
    ],
)
def test_what_nobody_can_compute_with_is_refused_when_it_is_read(
    value: float, message: str
) -> None:
    kernel = np.zeros((3, 3, 3, 4))
    kernel[2, 0, 1, 3] = value
    weights = given(conv_1__kernel=kernel)
    assert message in refusal(weights)
    result = matched(weights, small(), "float32")
    assert result["conv_1.bias"].shape == (4,)
    if np.isfinite(value):
        assert matched(weights, small(), "float64")["conv_1.kernel"][2, 0, 1, 3] == value


def test_a_negative_variance_is_refused() -> None:
    variance = np.array([1, 1, -0.25, 1], np.float32)
    message = refusal(given(batch_norm_1__moving_variance=variance))
    assert message == "batch_norm_1.moving_variance holds -0.25; a variance is never below 0"


def test_only_what_is_asked_for_is_read() -> None:
    weights = scrambled(small())
    read: list[str] = []

    def make(name: str) -> Array:
        read.append(name)
        return weights[name]

    result = matched(LazyArrays(weights.forms, make), small(), "float32")
    assert not read
    assert "conv_1.kernel" in result
    assert len(result) == len(weights)
    assert not read
    result["conv_1.kernel"]
    assert read == ["conv_1.kernel"]
    with pytest.raises(KeyError):
        result["nobody"]


def test_shapes_that_lie_are_not_read() -> None:
    forms = {**initial(small()).forms, "conv_1.kernel": Form((2**40,), np.dtype("f4"))}
    weights = LazyArrays(forms, lambda name: pytest.fail("read"))
    assert "conv_1.kernel (3×3×3×4 needed, 1099511627776 given)" in refusal(weights)


def test_the_type_is_one_of_two() -> None:
    with pytest.raises(UsageError, match="float32 or float64, not 'float16'"):
        matched(given(), small(), "float16")
