"""The flat spec means the same network with the same names, and is its own flat spec."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cnncalc
from cnncalc import Network, UsageError, analyze, zoo
from cnncalc.layers import Conv, Relu
from cnncalc.spec.flat import flat_spec
from tests.spec.checking import check_flat, facts_of, names, spec


@pytest.mark.parametrize("name", list(zoo.names()))
def test_zoo(name: str) -> None:
    check_flat(analyze(cnncalc.load(name)))


@pytest.mark.parametrize("name", ["resnet50", "mobilenet-v2", "unet"])
def test_nothing_but_layers_is_left(name: str) -> None:
    text = flat_spec(cnncalc.load(name))
    for word in ("blocks:", "vars:", "variants:", "defaults:", "repeat:", "first:", "when:", "$"):
        assert word not in text
    layers = [line for line in text.splitlines() if line.startswith("  - ")]
    assert len(layers) == len(analyze(cnncalc.load(name)).layers)
    assert all("{name: " in line for line in layers)


def test_from_is_given_where_it_is_not_the_layer_before() -> None:
    text = spec("relu: {name: a}", "tanh", "elu: {from: a}", "residual: {body: [selu]}")
    assert (
        flat_spec(cnncalc.load(text))
        == """\
input: 8x8x3
layers:
  - relu: {name: a}
  - tanh: {name: tanh_1}
  - elu: {name: elu_1, from: a}
  - selu: {name: selu_1}
  - add: {name: residual_1, paths: [selu_1, elu_1]}
"""
    )


def test_everything_of_the_language() -> None:
    text = """\
name: all
inputs: {left: 16x16x3, right: 16x16x3}
outputs: [both, head]
vars: {w: 4, act: {leaky_relu: 0.1}}
defaults: {conv: {padding: same, kernel: 3}}
budget: {params: 5M}
task: {loss: mse}
target: [keras, torch]
x-note: {a: [1, "2", ~]}
blocks:
  Tower:
    params: {w: null, act: none}
    layers:
      - conv: {filters: $w, activation: $act, repeat: 2, first: {stride: 2}}
      - residual: {body: [batch_norm, dropout: 0.5], name: r}
      - prelu
layers:
  - Tower: {w: $w, act: $act, from: left, name: one}
  - Tower: {share: one, from: right, name: two}
  - concat: {paths: [one, two], axis: 1, name: both}
  - pad: [[1, 2], [0, 3]]
  - conv: {filters: 1, bias: false, weights_scale: 1/3, in_channels: 4, dtype: float16}
  - resize: {size: [9, 11], mode: bilinear}
  - flatten
  - dense: {units: 3, name: head}
  - softmax: {when: false}"""
    facts = facts_of(text)
    assert names(facts)[:5] == [
        "one.conv_1",
        "one.conv_2",
        "one.batch_norm_1",
        "one.dropout_1",
        "one.r",
    ]
    flat = flat_spec(facts.network)
    assert "share: one.conv_1" in flat
    assert 'budget: {params: "5M"}' in flat


def test_the_output_is_kept_where_it_is_not_the_last_layer() -> None:
    text = spec(
        "relu: {name: a}", "tanh", "Nothing: {from: a}", head="blocks: {Nothing: {layers: []}}"
    )
    facts = facts_of(text)
    assert facts.outputs == ("a",)
    assert "outputs: [a]" in flat_spec(facts.network)


HOSTILE = [
    "a b",
    " a",
    "a ",
    "a:",
    "a: b",
    "#",
    "a #b",
    "- a",
    "-",
    "?",
    "~",
    "null",
    "true",
    "no",
    "1",
    "1.5",
    "1e3",
    "0x10",
    "010",
    "1:30",
    ".inf",
    "<<",
    "=",
    "*a",
    "&a",
    "!a",
    "|",
    ">",
    "@",
    "`",
    "%",
    "'",
    '"',
    "''",
    "[a]",
    "{a}",
    "a, b",
    "\\",
    "\\n",
    "\n",
    "a\nb",
    "\t",
    "\r\n",
    "\x1b[31m",
    "\x07",
    "\x7f",
    "\x85",
    "\u2028",
    "\u202e",
    "\u200b",
    "\ufeff",
    "é",
    "日本",
    "😀",
    "e\u0301",
    "---",
    "...",
    "x" * 900,
    "none",
    "a.b.c",
    "a/b:0",
    "Yes",
    "OFF",
    "2024-01-01",
    "prevv",
    "$".join("ab"),
]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_come_back(name: str) -> None:
    network = Network(
        input=(8, 8, 3),
        name=name,
        layers=[Conv(name=name, filters=3, kernel=1), Relu(), Relu(from_=name, name=f"{name}2")],
        outputs=[name],
    )
    facts = analyze(network)
    assert not network.problems
    assert facts.layers[0].name == name
    check_flat(facts)
    assert cnncalc.load(flat_spec(network)).name == name


TEXT = st.text(
    st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=20
).filter(lambda text: text[0] != "$" and text not in ("prev", "input"))


@given(TEXT, TEXT)
def test_any_names_come_back(first: str, second: str) -> None:
    if first == second or {f"{first}_1", f"{first}_2"} & {second}:
        return
    network = Network(
        inputs={first: "4x4x1", second + "!": "4x4x1"},
        layers=[Relu(from_=first, name=second), Relu(name=f"{first}?", repeat=2)],
    )
    if not network.problems:
        check_flat(analyze(network))


def test_other_keys_and_values_come_back(tmp_path: Path) -> None:
    network = cnncalc.load(
        spec("relu", head='"x-\\n\\u202e": {"a: b": ["\\t", 1e-7, 0.1, -3, ~, "~"]}')
    )
    text = flat_spec(network)
    again = cnncalc.load(text)
    assert flat_spec(again) == text
    path = tmp_path / "flat.yaml"
    path.write_text(text, encoding="utf-8")
    assert flat_spec(cnncalc.load(path)) == text


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (spec("convv: 3"), "unknown op 'convv': mend what check finds, then expand"),
        (spec("relu", input="x"), "input must be"),
        (spec("relu", head="budget: {params: $n}"), "n is not defined"),
        (spec("relu: {name: a}", "relu: {name: a}"), "is taken by another layer"),
        (spec("relu: {when: false}"), "every layer was dropped: there is nothing to write"),
    ],
)
def test_what_cannot_be_written(text: str, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        flat_spec(cnncalc.load(text + "\n"))


def test_shapes_at_fault_are_written_all_the_same() -> None:
    network = cnncalc.load(spec("conv: {filters: 4, kernel: 99}", "add: [prev, input]"))
    check_flat(analyze(network))
