"""Weights that are drawn: what they hold, and that they always hold the same."""

from __future__ import annotations

import tracemalloc
from math import prod, sqrt
from typing import Any

import numpy as np
import pytest

from cnncalc import NetworkFacts, UsageError
from cnncalc.numeric.weights import initial, required, scrambled
from tests.helpers import chain, facts_of, zoo_facts, zoo_names

INITIALIZERS = ("glorot_uniform", "glorot_normal", "he_uniform", "he_normal")
EVERYTHING = (
    "normalize",
    "conv: {filters: 6, kernel: 3, padding: same, activation: prelu}",
    "batch_norm",
    "scale: {bias: true}",
    "separable_conv: {filters: 8, kernel: 3}",
    "group_norm: 2",
    "conv_transpose: {filters: 4, kernel: 2, stride: 2}",
    "layer_norm",
    "global_response_norm",
    "instance_norm",
    "flatten",
    "dense: 3",
)


def everything() -> NetworkFacts:
    return chain("9x9x4", *EVERYTHING)


def test_the_same_seed_gives_the_same_weights_in_any_order() -> None:
    facts = everything()
    for make in (initial, scrambled):
        one, other = make(facts, seed=3), make(facts, seed=3)
        forwards = {name: one[name] for name in one}
        backwards = {name: other[name] for name in reversed(list(other))}
        assert all(np.array_equal(forwards[name], backwards[name]) for name in required(facts))
        different = make(facts, seed=4)
        assert not np.array_equal(forwards["dense_1.kernel"], different["dense_1.kernel"])


def test_an_array_depends_on_its_name_and_not_on_the_network_around() -> None:
    layer = "conv: {name: c, filters: 4, kernel: 3, padding: same}"
    alone, among = chain("8x8x4", layer), chain("8x8x4", "batch_norm", layer, "dense: 2")
    assert np.array_equal(initial(alone)["c.kernel"], initial(among)["c.kernel"])


def test_layers_of_one_shape_get_different_weights() -> None:
    layer = "conv: {filters: 4, kernel: 3, padding: same}"
    weights = initial(chain("8x8x4", layer, layer))
    assert not np.array_equal(weights["conv_1.kernel"], weights["conv_2.kernel"])


@pytest.mark.parametrize("kernel", INITIALIZERS)
def test_both_types_hold_the_same_but_for_rounding(kernel: str) -> None:
    facts = everything()
    single = initial(facts, kernel=kernel)
    double = initial(facts, kernel=kernel, dtype="float64")
    for name in required(facts):
        assert single[name].dtype == np.float32
        assert double[name].dtype == np.float64
        assert np.array_equal(single[name], double[name].astype(np.float32))
        assert single[name].shape == single.forms[name].shape


def test_what_is_no_kernel_starts_neutral() -> None:
    weights = initial(everything())
    starts = {
        "bias": 0, "beta": 0, "gamma": 1, "scale": 1, "alpha": 0.25, "moving_mean": 0,
        "moving_variance": 1, "mean": 0, "variance": 1, "count": 0,
    }  # fmt: skip
    found = {name.rpartition(".")[2] for name in weights}
    assert found == {*starts, "kernel", "depthwise_kernel", "pointwise_kernel"}
    for name, array in weights.items():
        start = starts.get(name.rpartition(".")[2])
        assert start is None or (array == start).all(), name


def expected_deviation(kernel: str, fan_in: float, fan_out: float) -> float:
    return sqrt(2 / (fan_in + fan_out)) if kernel.startswith("glorot") else sqrt(2 / fan_in)


@pytest.mark.parametrize("kernel", INITIALIZERS)
@pytest.mark.parametrize(
    ("input", "layer", "fan_in", "fan_out"),
    [
        ("9x9x32", "conv: {name: x, filters: 128, kernel: 3}", 9 * 32, 9 * 128),
        ("9x9x64", "conv: {name: x, filters: 256, kernel: 3, groups: 4}", 9 * 16, 9 * 256),
        ("9x9x1024", "depthwise_conv: {name: x, kernel: 5}", 25, 25 * 1024),
        ("300", "dense: {name: x, units: 200}", 300, 200),
        ("40x16", "conv: {name: x, filters: 400, kernel: 9}", 9 * 16, 9 * 400),
        ("9x9x40", "conv_transpose: {name: x, filters: 80, kernel: 3}", 9 * 40, 9 * 80),
    ],
)
def test_kernels_have_the_variance_of_their_fans(
    kernel: str, input: str, layer: str, fan_in: int, fan_out: int
) -> None:
    values = initial(chain(input, layer), kernel=kernel, dtype="float64")["x.kernel"]
    deviation = expected_deviation(kernel, fan_in, fan_out)
    assert values.size > 20_000
    assert values.std() == pytest.approx(deviation, rel=0.02)
    assert abs(values.mean()) < 4 * deviation / sqrt(values.size)
    farthest = sqrt(3) if kernel.endswith("uniform") else 2 / 0.87962566103423978
    assert 0.98 * farthest * deviation < np.abs(values).max() <= farthest * deviation


def test_a_connected_kernel_counts_what_its_filters_see_on_average() -> None:
    rows = ", ".join("[0, 1, 2]" for _ in range(3000))
    facts = chain("9x9x6", f"conv: {{name: x, filters: 3000, kernel: 3, connections: [{rows}]}}")
    values = initial(facts, kernel="he_normal")["x.kernel"]
    assert values.shape == (3, 3, 9000)
    assert values.std() == pytest.approx(sqrt(2 / 27), rel=0.02)


@pytest.mark.oracle
@pytest.mark.parametrize("kernel", INITIALIZERS)
@pytest.mark.parametrize("shape", [(3, 3, 32, 128), (300, 200), (9, 16, 400)])
def test_kernels_are_spread_like_those_of_keras(kernel: str, shape: tuple[int, ...]) -> None:
    keras: Any = pytest.importorskip("keras")
    kind = "".join(part.title() for part in kernel.split("_"))
    theirs = np.asarray(getattr(keras.initializers, kind)(seed=1)(shape))
    *window, channels, filters = shape
    layer = f"{{name: x, filters: {filters}, kernel: [{', '.join(map(str, window))}]}}"
    if window:
        facts = chain("x".join(map(str, (*window, channels))), f"conv: {layer}")
    else:
        facts = chain(str(channels), f"dense: {{name: x, units: {filters}}}")
    ours = initial(facts, kernel=kernel)["x.kernel"]
    assert ours.shape == theirs.shape
    assert ours.std() == pytest.approx(theirs.std(), rel=0.02)
    assert np.abs(ours).max() == pytest.approx(np.abs(theirs).max(), rel=0.02)
    for part in (0.1, 0.25, 0.75, 0.9):
        near = float(theirs.std()) * 0.03
        assert np.quantile(ours, part) == pytest.approx(np.quantile(theirs, part), abs=near)


@pytest.mark.parametrize(
    ("kernel", "value"),
    [("zeros", 0), ("ones", 1), ("constant:-2.5", -2.5), ("constant:1e-3", 1e-3)],
)
def test_constant_kernels(kernel: str, value: float) -> None:
    weights = initial(chain("4x4x2", "conv: {filters: 3, kernel: 2}"), kernel=kernel)
    assert (weights["conv_1.kernel"] == np.float32(value)).all()
    assert (weights["conv_1.bias"] == 0).all()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"kernel": "xavier"}, "there is no initialiser 'xavier'; give glorot_uniform, "),
        ({"kernel": "constant:"}, "constant: takes a number"),
        ({"kernel": "constant:nan"}, "constant: takes a number"),
        ({"kernel": "constant:1e39"}, "constant: takes a number"),
        ({"kernel": "constant:\x1b[2J"}, r"not '\\x1b\[2J'"),
        ({"seed": -1}, "the seed must be a whole number from 0, not -1"),
        ({"seed": 1.5}, "the seed must be a whole number from 0, not 1.5"),
        ({"dtype": "int8"}, "the dtype must be float32 or float64, not 'int8'"),
    ],
)
def test_arguments_that_cannot_be_used(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        initial(chain("4", "dense: 3"), **arguments)


def test_written_weights_are_taken_as_they_are() -> None:
    cross = "[[0, 1, 0], [1, 1, 1], [0, 1, 0]]"
    facts = chain(
        "7x7x1",
        f"conv: {{name: blur, filters: 1, kernel: 3, weights: {cross}, weights_scale: 1/5}}",
        "conv: {name: two, filters: 2, kernel: 1, weights: [[[[3, -4.5]]]]}",
        "depthwise_conv: {name: each, kernel: 1, weights: [[[[7, 8]]]], weights_scale: 2}",
        "flatten",
        "dense: {name: sum, units: 1, weights: "
        f"[{', '.join(f'[{number}]' for number in range(50))}]}}",
    )
    weights = initial(facts, dtype="float64", kernel="ones")
    expected = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]]) / 5
    assert np.array_equal(weights["blur.kernel"], expected.reshape(3, 3, 1, 1))
    assert np.array_equal(weights["two.kernel"], np.array([[[[3, -4.5]]]]))
    assert np.array_equal(weights["each.kernel"], np.array([[[[14, 16]]]]))
    assert np.array_equal(weights["sum.kernel"], np.arange(50.0).reshape(50, 1))
    assert initial(facts)["blur.kernel"].dtype == np.float32


def test_written_weights_of_a_connected_layer_are_those_of_its_connections() -> None:
    kernel = [[[[0, 1], [2, 3], [4, 5]]]]  # 1×1, three channels in, two filters
    layer = (
        f"conv: {{name: x, filters: 2, kernel: 1, weights: {kernel}, connections: [[2, 0], [1]]}}"
    )
    assert initial(chain("5x5x3", layer))["x.kernel"].tolist() == [[[4, 0, 3]]]


def test_scrambled_weights_are_nowhere_neutral_and_variances_are_positive() -> None:
    for name, array in scrambled(everything(), 5).items():
        assert not np.isin(array, (0, 1)).any(), name
        kind = name.rpartition(".")[2]
        if kind in ("moving_variance", "variance"):
            assert 0.5 <= array.min() <= array.max() <= 1.5
        if kind in ("gamma", "scale"):
            assert 0.8 <= array.min() <= array.max() <= 1.2
        if kind in ("bias", "beta", "moving_mean", "mean"):
            assert np.abs(array).max() <= 0.1
    spec = "conv: {name: x, filters: 1, kernel: 1, weights: [[0]]}"
    assert scrambled(chain("5x5x1", spec))["x.kernel"].item() != 0


@pytest.mark.parametrize("name", zoo_names())
def test_every_array_of_the_zoo_can_be_scrambled(name: str) -> None:
    facts = zoo_facts(name)
    weights = scrambled(facts)
    smallest: dict[str, str] = {}
    for array, weight in required(facts).items():  # one of each kind: the zoo has gigabytes
        kind = weight.name
        if kind not in smallest or weight.size < prod(weights.forms[smallest[kind]].shape):
            smallest[kind] = array
    for array in smallest.values():
        assert np.isfinite(weights[array]).all()


def test_names_and_shapes_cost_no_array_and_arrays_are_not_kept() -> None:
    facts = zoo_facts("vgg16")
    tracemalloc.start()
    try:
        weights = initial(facts)
        assert len(weights) == 32
        assert "fc1.kernel" not in weights
        assert sum(form.size_bytes for form in weights.forms.values()) > 550 * 10**6
        for name in list(weights)[:8]:
            weights[name]
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 8 * 10**6


def test_a_network_without_weights_has_none() -> None:
    assert dict(initial(facts_of("input: 4x4x1\nlayers:\n  - relu\n"))) == {}
