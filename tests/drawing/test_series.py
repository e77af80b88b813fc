"""The numbers behind the charts, against the facts and against walks through every window."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from cnncalc.analysis.analyze import analyze
from cnncalc.analysis.facts import NetworkFacts
from cnncalc.drawing.series import FieldStep, field_growth, layer_costs, live_memory
from tests.helpers import chain, facts_of, network_of
from tests.properties.reach import Endless, known
from tests.properties.simulator import peak_elements
from tests.properties.strategies import Drawn, networks

some = settings(max_examples=40)

# the second convolution needs a cell more than there is: its output is not known
BROKEN = """
input: 8x8x3
layers:
  - conv: {name: good, filters: 4, kernel: 3}
  - conv: {name: bad, filters: 4, kernel: 9}
  - global_avg_pool: {name: pool}
  - dense: {name: head, units: 2}
"""


def broken() -> NetworkFacts:
    return analyze(network_of(BROKEN))


@some
@given(networks())
def test_costs_add_up_to_the_totals(drawn: Drawn) -> None:
    facts = facts_of(drawn.text)
    costs, totals = layer_costs(facts), facts.totals
    assert [cost.name for cost in costs] == [layer.name for layer in facts.layers]
    assert sum(cost.n_params or 0 for cost in costs) == totals.n_params
    assert sum(cost.n_macs or 0 for cost in costs) == totals.n_macs
    assert sum(cost.n_flops or 0 for cost in costs) == totals.n_flops
    assert sum(cost.weight_bytes or 0 for cost in costs) == totals.weight_bytes
    assert sum(cost.activation_bytes or 0 for cost in costs) == totals.activation_bytes


def test_what_is_not_known_is_none() -> None:
    facts = broken()
    by_name = {cost.name: cost for cost in layer_costs(facts)}
    assert by_name["good"].n_macs == 6 * 6 * 9 * 3 * 4
    assert by_name["bad"].n_macs is None
    assert by_name["bad"].activation_bytes is None
    fields = {step.name: step for step in field_growth(facts)}
    assert fields["good"].size == (3, 3)
    assert fields["bad"].size == (11, 11)  # of which no output is known to be in the middle
    assert (fields["bad"].middle, fields["bad"].span, fields["bad"].seen_share) == (None,) * 3
    memory = live_memory(facts)
    assert memory.peak_bytes is None
    assert memory.peak_step is None
    assert facts.totals.peak_memory_bytes is None
    live = {step.name: step.live_bytes for step in memory.steps}
    assert live["good"] == 4 * (8 * 8 * 3 + 6 * 6 * 4)
    assert live["bad"] is None
    assert live["pool"] is None
    assert live["head"] == 4 * (4 + 2)  # the 4 channels are known, however large the map


@some
@given(networks())
def test_middle_outputs_see_what_a_walk_finds(drawn: Drawn) -> None:
    facts = facts_of(drawn.text)
    graph = facts.network.graph
    rank = len(known(graph.shape_of(0))) - 1
    walks = [Endless(graph, axis) for axis in range(rank)]
    for layer, step in zip(facts.layers, field_growth(facts), strict=True):
        assert step.size == (layer.receptive_field and layer.receptive_field.size)
        if step.span is None:
            continue
        if step.middle is None:
            assert step.span == tuple((0, n - 1) for n in known(graph.shape_of(0))[:-1])
            assert step.seen_share == 1
            continue
        assert step.middle == tuple((n - 1) // 2 for n in known(layer.output_shape)[:-1])
        for axis, walk in enumerate(walks):
            assert step.span[axis] == walk.span(layer.node.index, step.middle[axis]), layer.name


@some
@given(networks())
def test_the_spans_have_the_size_of_the_facts(drawn: Drawn) -> None:
    for layer, step in zip(
        (facts := facts_of(drawn.text)).layers, field_growth(facts), strict=True
    ):
        field = layer.receptive_field
        if field is None or step.span is None or step.middle is None or field.size is None:
            continue
        for axis, (first, last) in enumerate(step.span):
            assert last - first + 1 <= field.size[axis]
            stride = None if field.stride is None else field.stride[axis]
            if isinstance(stride, int) and not upsamples(facts) and field.start is not None:
                assert last - first + 1 == field.size[axis]
                assert first == field.start[axis] + step.middle[axis] * stride
        assert step.narrow_span is not None
        for axis, (first, last) in enumerate(step.narrow_span):
            assert field.smallest is not None
            assert last - first + 1 <= field.smallest[axis]


def upsamples(facts: NetworkFacts) -> bool:
    fields = [layer.receptive_field for layer in facts.layers]
    strides = [stride for field in fields if field for stride in field.stride or ()]
    return any(stride.denominator > 1 for stride in strides) or any(
        layer.op in ("upsample", "resize", "conv_transpose", "depth_to_space", "adaptive_avg_pool")
        for layer in facts.layers
    )


def test_the_share_leaves_padding_out() -> None:
    facts = chain("8x6x1", "conv: {filters: 1, kernel: 5, padding: 2, stride: 7}")
    (step,) = field_growth(facts)
    # 2×1 outputs: the middle one is the first, which sees -2 to 2 along both axes
    assert (step.middle, step.span) == ((0, 0), ((-2, 2), (-2, 2)))
    assert step.seen_span == ((0, 2), (0, 2))
    assert step.seen_share == 9 / 48


def test_paths_of_different_strides_are_seen_together() -> None:
    facts = chain("8x8x1", "add: [[crop: 2], [max_pool: 2]]")
    step = field_growth(facts)[-1]
    # of 4×4 outputs the middle one is (1, 1): cell 3 after the crop, cells 2 and 3 of the pool
    assert (step.stride, step.span, step.narrow_span) == (None, ((2, 3),) * 2, ((3, 3),) * 2)


def test_a_layer_of_another_input_has_the_field_on_that() -> None:
    spec = """
inputs: {a: 8x8x1, b: 9x9x1}
layers:
  - conv: {name: one, from: b, filters: 1, kernel: 3}
  - conv: {name: two, from: a, filters: 1, kernel: 2}
  - add: [one, two]
"""
    steps: list[FieldStep] = list(field_growth(facts_of(spec)))
    assert [step.input for step in steps] == ["b", "a", "a"]
    assert [step.input_sizes for step in steps] == [(9, 9), (8, 8), (8, 8)]


@some
@given(networks())
def test_live_memory_reaches_the_peak_and_no_more(drawn: Drawn) -> None:
    facts = facts_of(drawn.text)
    memory = live_memory(facts)
    assert memory.peak_bytes == facts.totals.peak_memory_bytes
    assert memory.peak_bytes == 4 * peak_elements(facts.network.graph)
    assert memory.peak_step is not None
    assert memory.steps[memory.peak_step].name == facts.totals.peak_layer
    for index, step in enumerate(memory.steps):
        alive = [size for _, size in memory.alive(index)]
        assert step.live_bytes == sum(size for size in alive if size is not None)


def test_live_memory_step_by_step() -> None:
    # the shortcut keeps the input; a separable convolution has a buffer of its own in between
    facts = chain(
        "10x10x1",
        "residual: {body: [conv: {name: a, filters: 1, kernel: 1}, relu], name: sum}",
        "separable_conv: {name: b, filters: 3, kernel: 1}",
        "flatten",
    )
    memory = live_memory(facts)
    live = [(step.name, (step.live_bytes or 0) // 4) for step in memory.steps]
    assert [size for _, size in live] == [100, 200, 200, 300, 400, 300]
    assert {name for name, _ in memory.alive(1)} == {"input", "a"}
    assert [size for _, size in memory.alive(4)] == [400, 1200]


@pytest.mark.parametrize(("batch", "dtype", "factor"), [(3, "float32", 12), (1, "float16", 2)])
def test_live_memory_has_batch_and_element_type(batch: int, dtype: str, factor: int) -> None:
    network = network_of("input: 10x10x1\nlayers:\n  - conv: {filters: 2, kernel: 1}\n")
    facts = analyze(network, batch=batch, dtype=dtype)
    assert live_memory(facts).peak_bytes == facts.totals.peak_memory_bytes == factor * 300
