"""Worked answers against the facts: of generated networks, of the zoo, of every layer type."""

from __future__ import annotations

import io
import json
import re

import pytest
from hypothesis import given, settings

from cnncalc import UsageError, analyze, load
from cnncalc.layers import families, find
from cnncalc.report import explain_json, explain_markdown, explain_text
from cnncalc.teaching.explaining import explain
from tests.helpers import facts_of, zoo_facts, zoo_names
from tests.properties.strategies import Drawn, networks
from tests.teaching.checks import agrees, chain_field_agrees


@settings(max_examples=40)
@given(networks())
def test_generated_networks(drawn: Drawn) -> None:
    facts = facts_of(drawn.text)
    is_chain = all(len(layer.inputs) == 1 for layer in facts.layers)
    for layer in facts.layers:
        agrees(facts, layer)
        if is_chain:
            chain_field_agrees(facts, layer)


FEW = ["lenet5", "googlenet", "mobilenet-v2", "unet-valid", "m5", "dcgan"]


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[] if name in FEW else pytest.mark.slow)
        for name in sorted(zoo_names())
    ],
)
def test_zoo(name: str) -> None:
    facts = zoo_facts(name)
    done = set()
    for layer in facts.layers:
        if id(layer.figures) not in done:  # of equal layers one will do
            done.add(id(layer.figures))
            agrees(facts, layer)


def examples() -> list[object]:
    found: list[object] = []
    for op in families():
        layer_type = find(op)
        assert layer_type is not None
        text = re.search(r"```yaml\n(.*?)```", layer_type.__doc__ or "", re.DOTALL)
        assert text is not None
        lines = [line.removeprefix("        ") for line in text[1].splitlines()]
        found.append(pytest.param(op, "\n".join(lines) + "\n", id=op))
    return found


@pytest.mark.parametrize(("op", "text"), examples())
def test_every_layer_type_has_an_answer(op: str, text: str) -> None:
    facts = analyze(load(text))
    assert (op if op != "residual" else "add") in {layer.op for layer in facts.layers}
    for layer in facts.layers:
        agrees(facts, layer)
        worked = explain(facts, layer.name)
        output = worked.part("output")
        assert output is not None
        assert output.lines or output.notes
        plain, markdown, data = io.StringIO(), io.StringIO(), io.StringIO()
        explain_text.write_plain(plain.write, worked)
        explain_markdown.write_markdown(markdown.write, worked)
        explain_json.write_json(data.write, worked)
        assert max(map(len, plain.getvalue().splitlines())) <= 80
        assert markdown.getvalue().count("$$") % 2 == 0
        assert set(json.loads(data.getvalue())["parts"]) == {part.key for part in worked.parts}


def test_what_is_partial_is_said_so() -> None:
    text = "input: 8x8x2\nlayers:\n  - conv: {filters: 3, kernel: 1}\n  - opaque: {output: 8x8x3}\n"
    facts = analyze(load(text))
    parameters = explain(facts, "conv_1").part("parameters")
    assert parameters is not None
    assert parameters.notes == ()  # a share of what is not known is none
    for part in explain(facts).parts:
        assert part.notes == ("some layers are not known: at least so many",)
    opaque = explain(facts, "opaque_1")
    assert {part.result for part in opaque.parts} == {None}


def test_shared_weights_are_counted_once() -> None:
    text = (
        "input: 8x8x2\nlayers:\n  - conv: {name: a, filters: 2, kernel: 1}\n  - conv: {share: a}\n"
    )
    facts = analyze(load(text))
    shared = explain(facts, facts.layers[1].name).part("parameters")
    assert shared is not None
    assert "they are those of a, where they are counted" in shared.notes
    whole = explain(facts).part("parameters")
    assert whole is not None
    assert sum(line.value for line in whole.lines) == facts.totals.n_params == 6


def test_one_sample_is_explained() -> None:
    facts = analyze(load("lenet5"), batch=2)
    with pytest.raises(UsageError, match="analyse with batch 1, not 2"):
        explain(facts, "C1")


@pytest.mark.parametrize("name", FEW)
def test_whole_networks_add_up(name: str) -> None:
    facts = zoo_facts(name)
    for part, expected in zip(
        explain(facts).parts, (facts.totals.n_params, facts.totals.n_macs), strict=True
    ):
        assert sum(line.value for line in part.lines if not line.is_statistic) == expected
