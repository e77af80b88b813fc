"""Which arrays a network needs."""

from __future__ import annotations

import pytest

from cnncalc import Network, UsageError
from cnncalc.analysis.analyze import analyze
from cnncalc.numeric.weights import required
from cnncalc.source import Source
from tests.helpers import chain, facts_of, network_of, zoo_facts, zoo_names


@pytest.mark.parametrize("name", zoo_names())
def test_the_arrays_are_what_the_totals_count(name: str) -> None:
    facts = zoo_facts(name)
    arrays = required(facts)
    sizes = {True: 0, False: 0}
    for array in arrays.values():
        sizes[array.is_statistic] += array.size
    assert sizes[False] == facts.totals.n_params
    assert sizes[True] == facts.totals.n_statistics


def test_names_are_layer_and_weight_in_the_order_of_the_network() -> None:
    facts = facts_of("""
input: 8x8x4
blocks:
  Unit:
    layers:
      - separable_conv: {filters: 6, kernel: 3, activation: prelu}
      - batch_norm
layers:
  - Unit
  - dense: 2
""")
    shapes = {name: weight.shape for name, weight in required(facts).items()}
    expected = {
        "Unit_1.separable_conv_1.depthwise_kernel": (3, 3, 1, 4),
        "Unit_1.separable_conv_1.pointwise_kernel": (1, 1, 4, 6),
        "Unit_1.separable_conv_1.bias": (6,),
        "Unit_1.separable_conv_1.alpha": (6,),
        "Unit_1.batch_norm_1.gamma": (6,),
        "Unit_1.batch_norm_1.beta": (6,),
        "Unit_1.batch_norm_1.moving_mean": (6,),
        "Unit_1.batch_norm_1.moving_variance": (6,),
        "dense_1.kernel": (6, 2),
        "dense_1.bias": (2,),
    }
    assert list(shapes.items()) == list(expected.items())


def test_a_layer_that_shares_has_no_arrays_of_its_own() -> None:
    facts = chain(
        "8x8x4",
        "conv: {name: first, filters: 4, kernel: 3, padding: same}",
        "conv: {share: first}",
    )
    assert list(required(facts)) == ["first.kernel", "first.bias"]


@pytest.mark.parametrize(
    ("layers", "unknown"),
    [
        ("  - opaque: {output: 4x4x8, params: 30, macs: 1}\n  - dense: 3", "opaque_1 (opaque)"),
        ("  - conv: {filters: 4, kernel: 9}", "conv_1 (S101)"),
        ("  - opaque: {output: 8}\n  - nonsense: 3", "nonsense_1 (unknown shape)"),
    ],
)
def test_what_cannot_be_known_is_named(layers: str, unknown: str) -> None:
    network = Network.from_source(Source("t.yaml", f"input: 4x4x1\nlayers:\n{layers}\n"))
    with pytest.raises(UsageError, match="cannot be known") as error:
        required(analyze(network))
    assert unknown in str(error.value)
    assert "\n" not in str(error.value)


def test_a_hundred_unknown_layers_are_one_line() -> None:
    layers = "".join("  - opaque: {output: 4x4x8}\n" for _ in range(100))
    with pytest.raises(UsageError) as error:
        required(analyze(network_of(f"input: 4x4x1\nlayers:\n{layers}")))
    assert "100 layers" in str(error.value)
    assert "and 90 more" in str(error.value)
    assert len(str(error.value)) < 400
