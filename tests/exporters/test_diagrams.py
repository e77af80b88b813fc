"""DOT and Mermaid: what they show, that parsers read it, and that no text of a spec is code."""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

import cnncalc
from cnncalc.analysis.facts import NetworkFacts
from cnncalc.drawing.diagram import MOST_BOXES
from cnncalc.errors import UsageError
from cnncalc.exporters.dot import to_dot
from cnncalc.exporters.mermaid import to_mermaid
from tests.helpers import chain, facts_of, zoo_facts, zoo_names
from tests.properties.strategies import Drawn, networks

BLOCKS = """
name: small
input: 8x8x3
blocks:
  Unit:
    params: {filters: null}
    layers:
      - Pair: $filters
      - residual: {body: [Pair: $filters]}
  Pair:
    params: {filters: null}
    layers: [conv: {filters: $filters, kernel: 3, padding: same, bias: false}, relu]
layers: [Unit: 4, global_avg_pool, dense: 2]
"""

TEXT = r'"(?:[^\W_]|[ _\-.,×?]|<br/>|#[0-9]+;)*"'
MERMAID = [
    r"flowchart TB",
    rf"n[0-9]+(\({TEXT}\)|\(\[{TEXT}\]\)|\[\[{TEXT}\]\])",
    rf"subgraph s[0-9]+ \[{TEXT}\]",
    r"end",
    rf"n[0-9]+ -->\|{TEXT}\| n[0-9]+",
]


def dot_graph(text: str) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pydot calls pyparsing by names that it has given up
        pydot = pytest.importorskip("pydot")
        (graph,) = pydot.graph_from_dot_data(text)
    return graph


def clusters(graph: Any) -> list[Any]:
    found = []
    for inner in graph.get_subgraphs():
        found += [inner, *clusters(inner)]
    return found


def boxes(graph: Any) -> dict[str, str]:
    """The label of every box by its name."""
    named = {
        node.get_name(): node.get("label")
        for part in (graph, *clusters(graph))
        for node in part.get_nodes()
    }
    return {name: label for name, label in named.items() if re.fullmatch("n[0-9]+", name)}


def read_mermaid(text: str) -> tuple[dict[str, str], list[str], list[str]]:
    """Boxes, frames and edges, after a look at every line."""
    lines = [line.strip() for line in text.splitlines()]
    for line in lines:
        assert any(re.fullmatch(form, line) for form in MERMAID), line
    assert lines.count("end") == sum(line.startswith("subgraph") for line in lines)
    found = {}
    for line in lines:
        box = re.fullmatch(r"(n[0-9]+)[(\[]+\"(.*)\"[)\]]+", line)
        if box:
            found[box[1]] = box[2]
    frames = [line for line in lines if line.startswith("subgraph")]
    return found, frames, [line for line in lines if "-->" in line]


def test_dot_has_shapes_and_frames() -> None:
    graph = dot_graph(to_dot(facts_of(BLOCKS)))
    titles = [cluster.get("label") for cluster in clusters(graph)]
    assert titles == ['"Unit_1"', '"Pair_1"', '"Pair_2"']
    labels = boxes(graph)
    assert labels["n1"] == r'"conv_1\nconv\n108 parameters"'
    assert labels["n0"] == '"input"'
    edges = {(e.get_source(), e.get_destination()): e.get("label") for e in graph.get_edges()}
    assert edges["n0", "n1"] == '"8×8×3"'
    assert edges["n2", "n5"] == edges["n4", "n5"] == '"8×8×4"'
    assert edges["n7", "n8"] == '"2"'
    assert len(labels) == 9


def test_dot_boxes_stand_in_their_frames() -> None:
    graph = dot_graph(to_dot(facts_of(BLOCKS)))
    (unit,) = graph.get_subgraphs()
    assert [node.get_name() for node in unit.get_nodes()] == ["n5"]
    pairs = [[node.get_name() for node in inner.get_nodes()] for inner in unit.get_subgraphs()]
    assert pairs == [["n1", "n2"], ["n3", "n4"]]


def test_mermaid_has_shapes_and_frames() -> None:
    found, frames, edges = read_mermaid(to_mermaid(facts_of(BLOCKS)))
    assert frames == ['subgraph s0 ["Unit_1"]', 'subgraph s1 ["Pair_1"]', 'subgraph s2 ["Pair_2"]']
    assert found["n1"] == "conv_1<br/>conv<br/>108 parameters"
    assert found["n8"] == "output"
    assert 'n2 -->|"8×8×4"| n5' in edges


@pytest.mark.parametrize(("depth", "n_boxes"), [(0, 5), (1, 7), (2, 9), (9, 9), (None, 9)])
def test_blocks_below_the_depth_are_one_box(depth: int | None, n_boxes: int) -> None:
    facts = facts_of(BLOCKS)
    found, _, edges = read_mermaid(to_mermaid(facts, depth=depth))
    assert len(found) == len(boxes(dot_graph(to_dot(facts, depth=depth)))) == n_boxes
    if depth == 0:
        assert found["n1"] == "Unit_1<br/>5 layers<br/>252 parameters"
        assert 'n0 -->|"8×8×3"| n1' in edges
        assert len(edges) == 4


def test_a_large_network_is_folded() -> None:
    found, _, _ = read_mermaid(to_mermaid(zoo_facts("resnet152")))
    assert 50 < len(found) <= MOST_BOXES + 1
    every, _, _ = read_mermaid(to_mermaid(zoo_facts("resnet152"), depth=9))
    assert len(every) == len(zoo_facts("resnet152").layers) + 2


@pytest.mark.parametrize("name", zoo_names())
def test_the_zoo_can_be_read(name: str) -> None:
    facts = zoo_facts(name)
    read_mermaid(to_mermaid(facts))
    every, _, edges = read_mermaid(to_mermaid(facts, depth=99))
    assert len(every) == len(facts.layers) + len(facts.inputs) + len(set(facts.outputs))
    assert len(edges) >= len(facts.layers)


@pytest.mark.parametrize("name", ["lenet5", "squeezenet", "inception-v3"])
def test_the_zoo_can_be_read_as_dot(name: str) -> None:
    facts = zoo_facts(name)
    assert len(boxes(dot_graph(to_dot(facts)))) == len(read_mermaid(to_mermaid(facts))[0])


@settings(max_examples=30)
@given(networks())
def test_generated(drawn: Drawn) -> None:
    facts = facts_of(drawn.text)
    found, _, _ = read_mermaid(to_mermaid(facts, depth=99))
    assert len(found) == len(facts.layers) + len(facts.inputs) + len(set(facts.outputs))


def test_the_page_shows_what_is_drawn() -> None:
    page = Path(__file__).parents[2].joinpath("docs/export/diagrams.md").read_text(encoding="utf-8")
    spec, mermaid, dot = re.findall(r"```(?:yaml|text)\n(.*?)```", page, re.DOTALL)[:3]
    facts = facts_of(spec)
    assert (mermaid, dot) == (to_mermaid(facts), to_dot(facts))


HOSTILE = [
    '"]; evil [label="',
    "\\",
    '\\"',
    "\\N\\n\\l",
    "&quot;<b>x</b>",
    "end",
    "`code`",
    '"] --> n0[',
    "%% comment",
    "#quot;;",
    "名前 é",
    "a\u202eb\x1b[31m",
    "}{|<>",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_text_of_a_spec_stays_text(name: str) -> None:
    spec = {
        "name": name,
        "inputs": {name: [4, 4, 2]},
        "layers": [{"conv": {"name": f"{name}1", "filters": 2, "kernel": 1}}],
    }
    facts = cnncalc.analyze(cnncalc.load(json.dumps(spec) + "\n"))
    found, _, edges = read_mermaid(to_mermaid(facts))
    assert set(found) == {"n0", "n1", "n2"}
    assert len(edges) == 2
    graph = dot_graph(to_dot(facts))
    assert set(boxes(graph)) == {"n0", "n1", "n2"}
    assert len(graph.get_edges()) == 2
    label = boxes(graph)["n1"]
    assert label.count("&") == label.count("&amp;")
    assert "\x1b" not in to_dot(facts) + to_mermaid(facts)


@pytest.mark.parametrize("draw", [to_dot, to_mermaid])
def test_faults_are_drawn_with_question_marks(draw: Callable[[NetworkFacts], str]) -> None:
    spec = "input: 4x4x3\nlayers: [conv: {filters: 2, kernel: 9}, opaque: {output: [5]}]\n"
    assert '"?×?×2"' in draw(cnncalc.analyze(cnncalc.load(spec)))


@pytest.mark.parametrize("draw", [to_dot, to_mermaid])
def test_a_negative_depth_is_refused(draw: Callable[..., str]) -> None:
    with pytest.raises(UsageError, match="the depth must be 0 or more, not -1; 0 opens no block"):
        draw(chain("4", "relu"), depth=-1)
