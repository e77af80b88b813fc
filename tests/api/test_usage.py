"""How a person uses cnncalc from Python; `mypy --strict` reads this file too."""

from fractions import Fraction
from pathlib import Path
from typing import assert_type

import pytest

import cnncalc
from cnncalc import (
    CnncalcError,
    Diagnostic,
    Finding,
    LayerFacts,
    Network,
    NetworkFacts,
    ReceptiveField,
    SpecError,
    Totals,
    UsageError,
    analyze,
    lint,
    load,
)
from cnncalc.api import parse_value
from cnncalc.layers import (
    Add,
    AvgPool,
    BatchNorm,
    Concat,
    Conv,
    ConvTranspose,
    Crop,
    Dense,
    DepthwiseConv,
    Dropout,
    Flatten,
    GlobalAvgPool,
    GroupNorm,
    LayerNorm,
    LeakyRelu,
    MaxPool,
    Multiply,
    Opaque,
    Pad,
    Permute,
    Relu,
    Rescale,
    Reshape,
    Residual,
    Resize,
    SeparableConv,
    Sigmoid,
    Slice,
    Softmax,
    Split,
)
from cnncalc.spec.flat import flat_spec


def test_a_network_in_python() -> None:
    network = Network(input=(32, 32, 3), layers=[Conv(filters=10, kernel=5, padding=2)])
    facts = analyze(network)
    assert_type(network, Network)
    assert_type(facts, NetworkFacts)
    assert_type(facts.totals, Totals)
    assert_type(facts.layers, tuple[LayerFacts, ...])
    assert_type(facts.layers[0].n_params, int | None)
    assert_type(facts.layers[0].receptive_field, ReceptiveField | None)
    assert_type(facts.totals.n_macs, int)
    assert facts.totals.n_params == 760
    assert facts.output_shape == (32, 32, 10)
    assert lint(facts) == []


@pytest.mark.parametrize("shape", ["8x8x3", "[8, 8, 3]", (8, 8, 3), [8, 8, 3]])
def test_forms_of_the_input(shape: str | tuple[int, ...] | list[int]) -> None:
    if shape == "[8, 8, 3]":
        assert Network(input=shape, layers=["relu"]).problems
    else:
        assert analyze(Network(input=shape, layers=["relu"])).output_shape == (8, 8, 3)
    assert analyze(Network(input=64, layers=["relu"])).output_shape == (64,)


def test_all_sorts_of_layers() -> None:
    network = Network(
        name="zoo",
        input="32x32x3",
        layers=[
            Rescale(scale="1/255"),
            Pad(amount=((1, 1), (2, 2))),
            Conv(filters=16, kernel=(3, 3), activation="relu", name="stem"),
            Conv(filters=16, kernel=(1, 3), padding="same", activation=LeakyRelu(slope=0.1)),
            Crop(amount=(0, 1)),
            DepthwiseConv(kernel=3, padding=1, activation={"leaky_relu": 0.1}),
            SeparableConv(filters=16, kernel=3, padding=1),
            BatchNorm(epsilon=1e-5),
            GroupNorm(groups=4),
            LayerNorm(),
            MaxPool(size=2),
            AvgPool(size=2, stride=1, padding=((0, 1), (0, 1)), rounding="ceil"),
            ConvTranspose(filters=8, kernel=2, stride=2),
            Resize(factor=0.5),
            Split(parts=2, take=1),
            Slice(stop=2),
            Permute(order=(1, 0, 2)),
            Reshape(shape=(-1, 2)),
            "flatten",
            Dropout(rate=0.5),
            Dense(units=10),
            Softmax(),
        ],
    )
    facts = analyze(network)
    assert not network.problems
    assert facts.output_shape == (10,)
    assert facts.name == "zoo"
    assert facts.layer("stem").n_params == 448
    again = analyze(load(flat_spec(network)))
    assert again.totals == facts.totals


def test_merges() -> None:
    network = Network(
        input="16x16x8",
        layers=[
            Relu(name="x"),
            Add(paths=[[Conv(filters=8, kernel=3, padding=1)], "prev"]),
            Residual(body=[Conv(filters=8, kernel=1), "relu"]),
            Residual(body=[Relu()], shortcut=["tanh"]),
            Concat(paths=["x", "prev", []], axis=-1, name="all"),
            Multiply(paths=["prev", [GlobalAvgPool(), Dense(units=24), Sigmoid()]]),
        ],
    )
    facts = analyze(network)
    assert not network.problems
    assert facts.layer("all").inputs == ("x", "residual_2", "residual_2")
    assert facts.output_shape == (16, 16, 24)


def test_several_inputs_and_outputs() -> None:
    network = Network(
        inputs={"left": "8x8x3", "right": (8, 8, 3)},
        outputs=["out", "one"],
        layers=[
            Conv(name="one", from_="left", filters=4, kernel=1),
            Conv(name="two", from_="right", filters=4, kernel=1, share="one"),
            Add(paths=["one", "two"], name="out"),
        ],
    )
    facts = analyze(network)
    assert not network.problems
    assert facts.inputs == {"left": (8, 8, 3), "right": (8, 8, 3)}
    assert facts.outputs == ("out", "one")
    assert facts.layer("two").shares == "one"
    assert facts.totals.n_params == 16


def test_flow_words() -> None:
    network = Network(
        input="8x8x3",
        layers=[
            Conv(filters=4, kernel=3, padding=1, repeat=3, first={"stride": 2}, name="c"),
            Relu(when=False),
            Flatten(from_="c_1"),
            Relu(share=None),
        ],
    )
    assert not network.problems
    assert [layer.name for layer in analyze(network).layers] == [
        "c_1",
        "c_2",
        "c_3",
        "flatten_1",
        "relu_1",
    ]
    assert analyze(network).output_shape == (64,)


def test_loading(tmp_path: Path) -> None:
    text = "vars: {w: 4}\nvariants: {wide: {vars: {w: 8}}}\ninput: 8x8x3\nlayers: [dense: $w]\n"
    path = tmp_path / "net.yaml"
    path.write_text(text)
    for source in (text, path, str(path)):
        assert analyze(load(source)).output_shape == (8, 8, 4)
    assert analyze(load(path, variant="wide")).output_shape == (8, 8, 8)
    assert analyze(load(path, define={"w": 5})).output_shape == (8, 8, 5)
    assert analyze(load(path, define={"w": Fraction(6)})).output_shape == (8, 8, 6)
    assert analyze(load(path, input="4x4x1")).output_shape == (4, 4, 4)
    assert analyze(load(path, input=(4, 4, 1))).output_shape == (4, 4, 4)
    assert load("resnet50").name == "resnet50"
    assert load("resnet50", input="64x64x3").graph.shape_of(0) == (64, 64, 3)


def test_inputs_of_a_loaded_network() -> None:
    text = "inputs: {a: 8x8x3, b: 8x8x3}\nlayers: [add: [a, b]]\n"
    assert analyze(load(text, input={"a": "4x4x3", "b": (4, 4, 3)})).output_shape == (4, 4, 3)
    assert load(text, input={"a": "4x4x3"}).graph.shape_of(1) == (8, 8, 3)
    one = "inputs: {image: 8x8x3}\nlayers: [relu]\n"
    assert analyze(load(one, input="4x4x3")).output_shape == (4, 4, 3)
    for wrong in ("4x4x3", {"c": "4x4x3"}):
        with pytest.raises(
            UsageError, match=r"the spec has no input '(input|c)'; its inputs are \['a', 'b'\]"
        ):
            load(text, input=wrong)
    with pytest.raises(UsageError, match="the input must be up to 4 sizes"):
        load(one, input="4x4x0")
    with pytest.raises(UsageError, match="the spec has no input 'c'"):
        load("lenet5", input={"c": "4x4x3"})


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("no/such.yaml", "no/such.yaml: there is no such file"),
        ("such.yaml", "such.yaml: there is no such file"),
        (Path("resnet"), "resnet: there is no such file"),
        ("resnet5", r"no zoo network called 'resnet5'; did you mean resnet50\?"),
        ("zzzzz", "cnncalc zoo lists the networks"),
        ("", "there is no file and no zoo network called ''"),
        ("a" * 5000, "there is no file and no zoo network called 'aaaa"),
        ("a\0b", "there is no file and no zoo network called"),
        ("a\0.yaml", "this is not a possible path"),
        (".", "this is a directory"),
        ("\n", "the document is empty"),
    ],
)
def test_what_cannot_be_loaded(source: str | Path, why: str) -> None:
    with pytest.raises(CnncalcError, match=why) as raised:
        load(source)
    assert "\n" not in str(raised.value)
    assert len(str(raised.value)) < 300


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.5", 0.5),
        ("[2, 2, [1]]", [2, 2, [1]]),
        ("same", "same"),
        ("'10'", "10"),
        ("true", True),
        ("no", "no"),
        ("~", None),
        ("{leaky_relu: 0.1}", {"leaky_relu": 0.1}),
        ("$(2*w)", "$(2*w)"),
    ],
)
def test_values_from_a_command_line(text: str, value: object) -> None:
    assert parse_value(text) == value


@pytest.mark.parametrize("text", ["", "[1", "*a", "1e400", "9" * 100, "\x1b", "{a: 1, a: 2}"])
def test_what_is_no_value(text: str) -> None:
    with pytest.raises(UsageError, match="is not a value") as raised:
        parse_value(text)
    assert str(raised.value).isprintable()


def test_errors_know_their_place() -> None:
    with pytest.raises(SpecError) as raised:
        load("input: 3\nlayers: [relu\n")
    (diagnostic,) = raised.value.diagnostics
    assert_type(diagnostic, Diagnostic)
    assert (diagnostic.source, diagnostic.line) == ("<text>", 2)
    with pytest.raises(UsageError, match="the batch must be from 1"):
        analyze(load("lenet5"), batch=0)
    with pytest.raises(UsageError, match="the dtype must be one of"):
        analyze(load("lenet5"), dtype="float8")
    with pytest.raises(SpecError, match="the spec has no input"):
        Network(layers=["relu"])
    with pytest.raises(SpecError, match="layers is empty"):
        Network(input="3", layers=[])


def test_findings() -> None:
    facts = analyze(load("input: 7x7x1\nlayers:\n  - conv: {filters: 1, kernel: 3, stride: 3}\n"))
    found = [finding for finding in lint(facts) if finding.code == "S102"]
    assert_type(found, list[Finding])
    (finding,) = found
    assert (finding.line, finding.layer, finding.severity) == (3, "conv_1", "warning")
    assert "(7 - 3 + 2·0)/3 + 1 = 2.33" in finding.message


def test_a_network_in_python_has_findings_without_places() -> None:
    network = Network(
        input="7x7x1", layers=[Conv(filters=1, kernel=9), Relu(from_="nobody"), Relu(name="x\ny")]
    )
    found = [finding for finding in lint(analyze(network)) if finding.severity == "error"]
    assert sorted((finding.code, finding.line) for finding in found) == [
        ("S101", None),
        ("Y701", None),
    ]


def test_facts_of_a_layer() -> None:
    layer = analyze(load("lenet5")).layers[0]
    assert_type(layer.output_shape, tuple[int | None, ...] | None)
    assert_type(layer.flops, dict[str, int] | None)
    assert_type(layer.arithmetic_intensity, float | None)
    assert layer.receptive_field is not None
    assert layer.receptive_field.size == (5, 5)
    assert layer.weights is not None
    assert [weight.shape for weight in layer.weights] == [(5, 5, 1, 6), (6,)]
    with pytest.raises(KeyError):
        analyze(load("lenet5")).layer("nobody")


def test_opaque_layers() -> None:
    facts = analyze(Network(input="8x8x3", layers=[Opaque(output=(4, 4, 2), params=7)]))
    assert facts.totals.partial
    assert facts.totals.n_params == 7


def test_the_names_of_the_package() -> None:
    assert set(cnncalc.__all__) <= set(dir(cnncalc))
    for name in cnncalc.__all__:
        assert getattr(cnncalc, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nobody'"):
        getattr(cnncalc, "nobody")  # noqa: B009
    assert "Conv" in dir(cnncalc.layers)
    with pytest.raises(AttributeError, match="no attribute 'Convv'"):
        getattr(cnncalc.layers, "Convv")  # noqa: B009


def test_networks_show_themselves() -> None:
    assert repr(load("lenet5")) == "<Network lenet5, 25 layers>"
    assert repr(Network(input=3, layers=["relu"])) == "<Network without a name, 1 layers>"
