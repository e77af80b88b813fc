"""Receptive fields against a walk through every window."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from cnncalc.analysis.facts import LayerFacts, NetworkFacts, ReceptiveField
from cnncalc.ir.graph import Graph, Node
from tests.helpers import chain, facts_of
from tests.properties.reach import Bounded, Endless, Span, known
from tests.properties.strategies import Drawn, Options, networks

LONGEST = 400  # outputs that are walked through, at most


def endless_fields(
    facts: NetworkFacts,
) -> Iterator[tuple[LayerFacts, ReceptiveField, list[Endless]]]:
    graph = facts.network.graph
    rank = len(known(graph.shape_of(0))) - 1
    walks = [Endless(graph, axis) for axis in range(rank)]
    for layer in facts.layers:
        field = layer.receptive_field
        if field is None:  # a picture that repeats that late is not drawn
            assert any(walk.period(layer.node.index) > 512 for walk in walks), layer.name
            continue
        assert field.whole_input == walks[0].whole(layer.node.index), layer.name
        if not walks[0].local(layer.node.index):
            assert (field.stride, field.size) == (None, input_of(graph))
            continue
        yield layer, field, walks


def input_of(graph: Graph) -> tuple[int, ...]:
    return known(graph.shape_of(0))[:-1]


def check_axis(
    layer: LayerFacts, field: ReceptiveField, walk: Endless, axis: int, told: str
) -> None:
    index = layer.node.index
    period = walk.period(index)
    if period > LONGEST:
        return
    assert field.size is not None, told
    if field.stride is None:  # paths of different strides: what counts are the outputs there are
        spans = [walk.span(index, u) for u in range(known(layer.output_shape)[axis])]
    else:
        spans = [walk.span(index, u) for u in range(2 * period)]
        for before, after in zip(spans, spans[period:], strict=False):
            if before is not None and after is not None:
                assert Fraction(after.first - before.first, period) == field.stride[axis], told
    assert field.size[axis] == max((span.size for span in spans if span), default=0), told
    if field.start is not None:
        assert spans[0] is not None, told
        assert field.start[axis] == spans[0].first, told
    paths = walk.paths(index)
    if paths is not None:
        assert field.smallest is not None, told
        narrow = [
            max(
                (span.size for u in range(period) if (span := walk.span_of_path(path, u))),
                default=0,
            )
            for path in paths
        ]
        assert field.smallest[axis] == min(narrow), told


def has_one_stride(node: Node, walks: list[Endless]) -> bool:
    """Whether all paths to a node move on by as much from one output to the next."""
    return all(len(walk.strides(node.index)) == 1 for walk in walks)


def is_aligned(layer: LayerFacts, walks: list[Endless]) -> bool | None:
    """Whether the inputs of a merge share the stride and the centre, along every axis."""
    sources = [index for index in layer.node.inputs if walks[0].local(index)]
    if len(layer.node.inputs) < 2 or len(sources) < 2:
        return None
    graph = walks[0].graph
    if not all(has_one_stride(graph.nodes[index], walks) for index in sources):
        return False
    for walk in walks:
        period = walk.period(layer.node.index)
        for u in range(2 * period):
            seen = [span for index in sources if (span := walk.span(index, u))]
            if len({span.first + span.last for span in seen}) > 1:
                return False
    return True


@settings(max_examples=200)
@given(networks(Options(ranks=(1, 1, 2), head=True)))
def test_fields(drawn: Drawn) -> None:
    facts = facts_of(drawn.text)
    for layer, field, walks in endless_fields(facts):
        for axis, walk in enumerate(walks):
            check_axis(layer, field, walk, axis, f"{layer.name}, axis {axis}")
        if max(walk.period(layer.node.index) for walk in walks) <= LONGEST:
            assert (field.stride is not None) == has_one_stride(layer.node, walks), layer.name
            if field.start is None:
                assert any(walk.span(layer.node.index, 0) is None for walk in walks), layer.name
            assert field.aligned == is_aligned(layer, walks), layer.name


@settings(max_examples=150)
@given(networks(Options(ranks=(1, 1, 2), largest={1: 64, 2: 14}, head=False, gates=False, most=4)))
def test_fields_inside_the_borders(drawn: Drawn) -> None:
    """Outputs that no border touches see exactly what is said; the largest of them is the size."""
    facts = facts_of(drawn.text)
    graph = facts.network.graph
    walk = Bounded(graph)
    layer = facts.layers[-1]
    field = layer.receptive_field
    if field is None:
        return
    assert field.size is not None
    assert field.stride is not None
    endless = [Endless(graph, axis) for axis in range(len(field.size))]
    index = layer.node.index
    periods = [one.period(index) for one in endless]
    largest = [0] * len(field.size)
    phases: list[set[int]] = [set() for _ in field.size]
    for place, cell in walk.maps[index].items():
        spans = walk.spans(cell.bits)
        if cell.touched or spans is None:
            continue
        for axis, u in enumerate(place):
            phases[axis].add(u % periods[axis])
            largest[axis] = max(largest[axis], spans[axis].size)
            if periods[axis] == 1 and field.start is not None:
                first = field.start[axis] + u * int(field.stride[axis])
                assert spans[axis] == Span(first, first + field.size[axis] - 1)
    for axis, period in enumerate(periods):
        assert largest[axis] <= field.size[axis]
        if period <= LONGEST and phases[axis] >= {
            u for u in range(period) if endless[axis].span(index, u)
        }:  # every phase of the picture is there, and so is the largest
            assert largest[axis] == field.size[axis]


@settings(suppress_health_check=[HealthCheck.filter_too_much])
@given(
    st.integers(4, 24),
    *[st.integers(1, 7)] * 2,
    *[st.integers(1, 4)] * 2,
    *[st.integers(0, 2)] * 2,
)
def test_paths_of_different_strides(
    size: int, kernel: int, other: int, stride: int, step: int, begin: int, other_begin: int
) -> None:
    """The field is the hull of both, the largest over the outputs that there are."""
    outputs = {
        (size + 2 * pad - window) // by + 1
        for window, by, pad in ((kernel, stride, begin), (other, step, other_begin))
    }
    assume(len(outputs) == 1 and min(outputs) > 0 and stride != step)
    first = f"conv: {{filters: 1, kernel: {kernel}, stride: {stride}, padding: {begin}}}"
    second = f"conv: {{filters: 1, kernel: {other}, stride: {step}, padding: {other_begin}}}"
    facts = chain(f"[{size}, 1]", f"add: [[{first}], [{second}]]")
    field = facts.layers[-1].receptive_field
    assert field is not None
    walk = Endless(facts.network.graph, 0)
    index = facts.layers[-1].node.index
    spans = [walk.span(index, u) for u in range(outputs.pop())]
    assert field.size == (max(span.size for span in spans if span),)
    assert field.stride is None
    assert field.aligned is False
    assert field.start == (min(-begin, -other_begin),)
    assert field.smallest == (min(kernel, other),)
