"""A spec as ONNX and back again means the same network."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import event, given, settings

import cnncalc
from cnncalc.analysis.facts import NetworkFacts
from cnncalc.errors import UsageError
from cnncalc.exporters.onnx import to_onnx
from cnncalc.ir import primitives as p
from cnncalc.numeric.weights import scrambled
from tests.exporters.zoo_sizes import QUICK, small
from tests.helpers import facts_of, sound, zoo_facts, zoo_names
from tests.importers.onnx.running import check, imported_network, opaque_layers
from tests.numeric.graphs import some_inputs
from tests.properties.strategies import Drawn, networks

# the kernel of a table of connections is exported with zeros where nothing is connected
WITH_TABLES = ("lenet5",)


def totals(facts: NetworkFacts) -> tuple[int, int, int]:
    """Parameters, statistics and multiply-accumulates."""
    layers = facts.layers
    return (
        sum(layer.n_params or 0 for layer in layers),
        sum(layer.n_statistics or 0 for layer in layers),
        sum(layer.n_macs or 0 for layer in layers),
    )


def compare(facts: NetworkFacts, *, with_weights: bool) -> None:
    """Export, import, and compare what is counted and what comes out."""
    weights = scrambled(facts, 1) if with_weights else None
    data = to_onnx(facts, weights).SerializeToString()
    assert opaque_layers(data) == []
    back = sound(cnncalc.analyze(imported_network(data)))
    assert totals(back) == totals(facts)
    given = [facts.layer(name).output_shape for name in dict.fromkeys(facts.outputs)]
    assert [back.layer(name).output_shape for name in back.outputs] == given
    if with_weights:
        check(data)


@pytest.mark.parametrize(
    "name", ["convnext-tiny", "inception-v3", "mobilenet-v3-large", "xception"]
)
def test_one_of_a_kind(name: str) -> None:
    compare(zoo_facts(name), with_weights=False)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(set(zoo_names()) - set(WITH_TABLES)))
def test_zoo(name: str) -> None:
    compare(zoo_facts(name), with_weights=False)


@pytest.mark.oracle
@pytest.mark.parametrize("name", ["lenet5-modern", "m5"])
def test_values(name: str) -> None:
    compare(small(name), with_weights=True)


@pytest.mark.slow
@pytest.mark.oracle
@pytest.mark.parametrize("name", sorted(set(QUICK) - set(WITH_TABLES)))
def test_zoo_values(name: str) -> None:
    compare(small(name), with_weights=True)


@settings(max_examples=25, deadline=None)
@given(networks())
def test_generated(drawn: Drawn) -> None:
    facts = facts_of(drawn.text)
    try:
        to_onnx(facts)
    except UsageError as error:
        event(f"ONNX has not all of it: {error}")
        return
    weights, inputs = scrambled(facts, 1), some_inputs(facts)
    data = to_onnx(facts, weights).SerializeToString()
    network = imported_network(data)
    assert opaque_layers(data) == []
    back = sound(cnncalc.analyze(network))
    if not has_tables(facts):
        assert totals(back) == totals(facts)
    wanted = cnncalc.run(facts.network, inputs, weights)
    assert network.origin is not None
    got = cnncalc.run(network, inputs, network.origin.weights)
    for name, other in zip(dict.fromkeys(facts.outputs), back.outputs, strict=True):
        assert got[other].shape == wanted[name].shape
        is_finite = np.isfinite(wanted[name])  # a window in the padding has no largest value
        assert (np.isfinite(got[other]) == is_finite).all()
        theirs, ours = wanted[name][is_finite], got[other][is_finite]
        scale = float(np.abs(theirs).max(initial=1e-6))
        assert float(np.abs(ours - theirs).max(initial=0)) <= 1e-4 * scale


def has_tables(facts: NetworkFacts) -> bool:
    """Whether a convolution has a table of connections."""
    return any(
        isinstance(primitive, p.Convolution) and primitive.connections is not None
        for layer in facts.layers
        for primitive in layer.node.lowered.primitives
    )
