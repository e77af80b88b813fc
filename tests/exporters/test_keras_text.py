"""The code that the Keras exporter writes: its form, its names, and what it refuses."""

from __future__ import annotations

import ast
import json
import textwrap
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnncalc.errors import SpecError, UsageError
from cnncalc.exporters.keras import to_keras
from cnncalc.ir import primitives as p
from tests.exporters.keras_models import check_layers, compare, ruff, ruff_all
from tests.exporters.single import single
from tests.helpers import chain, facts_of, zoo_facts, zoo_names
from tests.properties.strategies import Drawn, networks

HOSTILE = "\"\"\"\n__import__('os').system('touch harmed')#"


def test_the_zoo_is_as_ruff_wants_it(tmp_path: Path) -> None:
    texts = {name: to_keras(zoo_facts(name)) for name in zoo_names()}
    assert not ruff_all(texts, tmp_path)
    assert len(texts["resnet50"].splitlines()) < 120
    assert "for i in range(9, 14):" in texts["resnet50"]


def test_generated_networks_are_as_ruff_wants_them(tmp_path: Path) -> None:
    texts: dict[str, str] = {}

    @settings(max_examples=60)
    @given(networks())
    def write(drawn: Drawn) -> None:
        try:
            texts[f"n{len(texts)}"] = to_keras(facts_of(drawn.text))
        except UsageError as refusal:
            if "no cells have no mean" not in str(refusal):
                raise

    write()
    assert len(texts) > 30
    assert not ruff_all(texts, tmp_path)


def test_a_chain_is_sequential() -> None:
    text = to_keras(chain("32x32x3", "conv: {filters: 10, kernel: 5, padding: 2}"))
    assert 'layers.Conv2D(10, 5, padding="same", name="conv_1")' in text
    assert "keras.Sequential(" in text
    assert "It has 760 parameters." in text


@pytest.mark.parametrize("name", [HOSTILE, "a/b", "ü", " ", "_x", "x.y", "{i}", "__class__"])
def test_hostile_names(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    spec = {
        "name": name,
        "inputs": {f"in {name}": [6, 6, 2], "other": [6, 6, 2]},
        "outputs": [f"out {name}", name],
        "blocks": {"Block": {"layers": [{"conv": {"filters": 2, "kernel": 1, "name": name}}]}},
        "layers": [
            {"add": {"name": f"sum {name}", "paths": [f"in {name}", "other"]}},
            {"Block": {"name": f"call {name}"}},
            {"relu": {"name": f"out {name}"}},
            {"conv": {"name": name, "filters": 2, "kernel": 1}},
        ],
    }
    facts = facts_of(json.dumps(spec))
    text = to_keras(facts)
    assert not ruff("format", "--diff", text=text) + ruff("check", text=text)
    compare(facts)
    assert list(tmp_path.iterdir()) == []


@settings(max_examples=60)
@given(st.text(min_size=1, max_size=20), st.text(min_size=1, max_size=20))
def test_no_name_becomes_code(first: str, second: str) -> None:
    layers = [{"conv": {"filters": 2, "kernel": 1, "name": first}}]
    if second != first:
        layers.append({"batch_norm": {"name": second}})
    spec = {"name": second, "input": [4, 4, 2], "layers": layers}
    try:
        facts = facts_of(json.dumps(spec))
    except (AssertionError, SpecError):  # a name that the language refuses
        return
    to_keras(facts)  # which looks through its own code


def test_shared_weights_are_one_layer() -> None:
    facts = facts_of(
        textwrap.dedent("""
        input: 9x9x2
        outputs: [second, third]
        blocks:
          Pair: {layers: [conv: {filters: 2, kernel: 3, padding: 1, stride: 2}, batch_norm]}
        layers:
          - conv: {name: first, filters: 2, kernel: 3, padding: same, activation: prelu}
          - conv: {name: second, share: first}
          - Pair: {name: third}
          - Pair: {name: fourth, share: third, from: second}
          - add: [third, prev]
          - conv: {share: first}
        """)
    )
    check_layers(facts, compare(facts))


def test_what_no_output_needs_is_left_out() -> None:
    facts = facts_of(
        "{input: 4, outputs: [a], layers: [dense: {name: a, units: 2}, dense: {name: b, units: 3}]}"
    )
    text = to_keras(facts)
    assert '"b"' not in text
    assert "It has 10 parameters." in text
    compare(facts)


def test_an_input_may_be_an_output() -> None:
    compare(facts_of("{inputs: {a: 4, b: 3}, outputs: [b, d], layers: [relu: {from: a, name: d}]}"))


def test_blocks_that_differ() -> None:
    facts = facts_of(
        textwrap.dedent("""
        input: 8x8x4
        blocks:
          B:
            params: {f: null, act: false, proj: false, body: [relu]}
            layers:
              - residual:
                  body: [conv: {filters: $f, kernel: 3, padding: same}, relu: {when: $act}]
                  shortcut: [conv: {filters: $f, kernel: 1, when: $proj}]
              - C: {repeat: 3}
          C: {layers: [dropout: 0.1, dense: $(2*in_channels), dense: $(in_channels//2)]}
        layers:
          - B: {f: 8, proj: true}
          - B: {f: 8, act: true}
          - B: {f: 16, act: true, proj: true}
          - B: 16
        """)
    )
    check_layers(facts, compare(facts))
    assert to_keras(facts).count("def ") == 3 + 4


@pytest.mark.parametrize(
    ("layer", "why"),
    [
        ("opaque: {output: 2x2x2}", "opaque"),
        ("conv: {filters: 2, kernel: 9}", "the shapes do not fit"),
    ],
)
def test_refusals(layer: str, why: str) -> None:
    from cnncalc import Network, analyze
    from cnncalc.source import Source

    text = f"input: 4x4x2\nlayers:\n  - {layer}\n"
    with pytest.raises(UsageError, match=f"cannot be written as Keras: .*{why}"):
        to_keras(analyze(Network.from_source(Source("t.yaml", text))))


def test_refusals_of_what_keras_lacks() -> None:
    ones, none = (1,), ((0, 0),)
    pool = p.Pooling("average", (2,), ones, (2,), none)
    with pytest.raises(UsageError, match="out: Keras pools with dilation"):
        to_keras(single(pool, (9, 2)))
    with pytest.raises(UsageError, match="out: pooling to 10,001 cells"):
        to_keras(single(p.AdaptivePooling("max", (10_001,)), (15_000, 1)))
    with pytest.raises(UsageError, match="out: resizing to 1,000,001 cells"):
        to_keras(single(p.Resize((1_000_001,), "nearest"), (7, 1)))


def test_the_page_shows_what_is_written() -> None:
    page = Path(__file__).parents[2].joinpath("docs", "export", "keras.md").read_text("utf-8")
    spec = page.partition("```yaml\n")[2].partition("```")[0]
    code = page.partition("```python\n")[2].partition("```")[0]
    # the same code: pages are laid out wider
    assert ast.dump(ast.parse(code)) == ast.dump(ast.parse(to_keras(facts_of(spec))))
