"""Parameters, operations and memory against naive counting."""

from __future__ import annotations

from itertools import product
from math import prod
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cnncalc.analysis.analyze import analyze
from cnncalc.analysis.facts import LayerFacts
from tests.helpers import facts_of, network_of
from tests.properties.reach import known
from tests.properties.simulator import peak_elements
from tests.properties.strategies import Drawing, Drawn, Map, Options, networks

some = settings(max_examples=150)


@some
@given(networks())
def test_parameters_are_the_declared_arrays(drawn: Drawn) -> None:
    facts = facts_of(drawn.text)
    for layer in facts.layers:
        assert layer.weights is not None
        learned = [weight for weight in layer.weights if not weight.is_statistic]
        kept = [weight for weight in layer.weights if weight.is_statistic]
        assert layer.n_params == sum(prod(weight.shape) for weight in learned)
        assert layer.n_statistics == sum(prod(weight.shape) for weight in kept)
        assert (layer.n_params, layer.n_statistics) == naive_weights(layer), layer.name
    totals = facts.totals
    assert totals.n_params == sum(layer.n_params or 0 for layer in facts.layers)
    assert totals.weight_bytes == 4 * (totals.n_params + totals.n_statistics)
    assert totals.n_macs == sum(layer.n_macs or 0 for layer in facts.layers)
    assert totals.n_flops == sum(totals.flops.values())
    assert totals.flops.get("macs", 0) == 2 * totals.n_macs


def naive_weights(layer: LayerFacts) -> tuple[int, int]:
    """Parameters and statistics of a layer, from its arguments and what arrives."""
    arguments: Any = layer.node.layer
    channels = known(layer.input_shapes[0])[-1]
    rank = len(known(layer.input_shapes[0])) - 1
    prelu = getattr(getattr(arguments, "activation", None), "op", None) == "prelu"
    filters = known(layer.output_shape)[-1]
    count = filters * prelu

    def cells() -> int:
        kernel = arguments.kernel
        return prod(kernel) if isinstance(kernel, tuple) else int(kernel**rank)

    match layer.op:
        case "conv":
            count += sum(cells() * channels // arguments.groups for _ in range(filters))
            count += filters * arguments.bias
        case "conv_transpose":
            count += cells() * channels * filters // arguments.groups + filters * arguments.bias
        case "depthwise_conv":
            count += cells() * channels * arguments.multiplier + filters * arguments.bias
        case "separable_conv":
            wide = channels * arguments.multiplier
            count += cells() * wide + wide * filters + filters * arguments.bias
        case "dense":
            count += channels * filters + filters
        case "batch_norm":
            return channels * (arguments.scale + arguments.center), 2 * channels
        case "layer_norm" if arguments.axes == "all":
            count += 2 * prod(known(layer.input_shapes[0]))
        case "layer_norm" | "group_norm" | "instance_norm" | "global_response_norm":
            count += 2 * channels
        case "scale":
            count += channels * (1 + arguments.bias)
        case "prelu":
            count += channels
        case _:
            pass
    return count, 0


@settings(max_examples=120)
@given(st.data())
def test_operations_of_convolutions_by_loops(data: st.DataObject) -> None:
    drawing = Drawing(data, Options())
    rank = drawing.integer(1, 2)
    map_ = Map([drawing.integer(2, 6) for _ in range(rank)], drawing.integer(1, 3))
    given_ = [*map_.sizes, map_.channels]
    entry = drawing.pick(drawing.conv, drawing.conv_transpose)(map_)
    drawn = Drawn({"input": given_, "layers": [entry]}, (*map_.sizes, map_.channels))
    (layer,) = facts_of(drawn.text).layers
    macs = 0
    if layer.op in ("conv", "depthwise_conv", "separable_conv", "conv_transpose"):
        macs = loops(layer, rank)
    assert layer.n_macs == macs
    flops = layer.flops
    assert flops is not None
    assert flops.get("macs", 0) == 2 * macs
    n_out = prod(map_.sizes) * map_.channels
    biased = getattr(layer.node.layer, "bias", False) and layer.op != "scale"
    assert flops.get("bias", 0) == n_out * biased


def loops(layer: LayerFacts, rank: int) -> int:
    """Multiply-accumulates counted one by one: padding is multiplied too."""
    arguments: Any = layer.node.layer
    inputs, output = known(layer.input_shapes[0]), known(layer.output_shape)
    kernel = arguments.kernel if isinstance(arguments.kernel, tuple) else (arguments.kernel,) * rank
    taps = len(list(product(*map(range, kernel))))
    groups = getattr(arguments, "groups", 1)
    macs = 0
    match layer.op:
        case "conv":
            for _ in product(*map(range, output)):  # every output value,
                for _ in range(inputs[-1] // groups):  # every channel that its filter sees,
                    macs += taps  # every cell of the window
        case "conv_transpose":
            for _ in product(*map(range, inputs)):  # every input value stamps every filter
                for _ in range(output[-1] // groups):
                    macs += taps
        case "depthwise_conv":
            for _ in product(*map(range, output)):
                macs += taps
        case "separable_conv":
            for _ in product(*map(range, output[:-1])):
                for _ in range(inputs[-1] * arguments.multiplier):
                    macs += taps + output[-1]
        case _:
            raise AssertionError(layer.op)
    return macs


@some
@given(networks())
def test_peak_memory(drawn: Drawn) -> None:
    facts = facts_of(drawn.text)
    assert facts.totals.peak_memory_bytes == 4 * peak_elements(facts.network.graph)


@settings(max_examples=30)
@given(networks(), st.integers(1, 9))
def test_batch_and_element_type_scale(drawn: Drawn, batch: int) -> None:
    network = network_of(drawn.text)
    one, many = analyze(network).totals, analyze(network, batch=batch, dtype="float16").totals
    assert many.n_params == one.n_params
    assert many.n_macs == batch * one.n_macs
    assert many.n_flops == batch * one.n_flops
    assert 2 * many.weight_bytes == one.weight_bytes
    assert 2 * many.activation_bytes == batch * one.activation_bytes
    assert one.peak_memory_bytes is not None
    assert many.peak_memory_bytes is not None
    assert 2 * many.peak_memory_bytes == batch * one.peak_memory_bytes
