"""What a file of ConvNetJS says, and what is refused in one line."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cnncalc
from cnncalc.errors import CnncalcError, SpecError, UsageError
from cnncalc.importers.convnetjs import read_convnetjs
from cnncalc.importers.load import network_of
from cnncalc.importers.model import Model
from cnncalc.importers.recognize import recognize

SMALL = (Path(__file__).parent / "small.json").read_bytes()
INPUT = {"type": "input", "out_sx": 8, "out_sy": 6, "out_depth": 3}


def read(data: object) -> Model:
    text = data if isinstance(data, bytes) else json.dumps(data).encode()
    return read_convnetjs(text, name="net.json", inputs={})


def defined(*definitions: dict[str, Any]) -> Model:
    return read([INPUT, *definitions])


def changed(path: str, value: object) -> bytes:
    """The small net with one value changed: `layers.1.stride`."""
    net = json.loads(SMALL)
    at: Any = net
    *parents, key = path.split(".")
    for part in parents:
        at = at[part] if isinstance(at, dict) else at[int(part)]
    last = key if isinstance(at, dict) else int(key)
    if value is None:
        del at[last]
    else:
        at[last] = value
    return json.dumps(net).encode()


# -- what it means ---------------------------------------------------------------------------------


def test_a_saved_net_in_the_words_of_the_spec_language() -> None:
    model = read(SMALL)
    assert model.format == "ConvNetJS"
    assert model.inputs == {"input": (7, 9, 2)}
    assert model.outputs == ("softmax_1",)
    assert model.layers[0] == {
        "conv": {
            "name": "conv_1", "filters": 5, "kernel": [2, 3], "stride": 1, "padding": 1,
            "in_channels": 2,
        }
    }  # fmt: skip
    ops = [op for layer in model.layers for op in layer]
    assert ops == [
        "conv", "sigmoid", "local_response_norm", "max_pool", "slice", "maxout", "flatten", "dense",
        "tanh", "dropout", "rescale", "dense", "softmax",
    ]  # fmt: skip


def test_weights_have_the_layout_of_the_layer_table() -> None:
    weights = read(SMALL).weights
    assert list(weights) == [
        "conv_1.kernel", "conv_1.bias", "dense_1.kernel", "dense_1.bias", "dense_2.kernel",
        "dense_2.bias",
    ]  # fmt: skip
    volumes = json.loads(SMALL)["layers"][1]["filters"]
    kernel = weights["conv_1.kernel"]
    assert (kernel.shape, kernel.dtype) == ((2, 3, 2, 5), np.float64)
    for (y, x, d, filter_), value in np.ndenumerate(kernel):
        assert value == volumes[filter_]["w"][str((3 * y + x) * 2 + d)]


def test_values_as_a_list_are_the_same_as_by_index() -> None:
    net = json.loads(SMALL)
    for layer in net["layers"]:
        for volume in layer.get("filters", []):
            volume["w"] = list(volume["w"].values())
    np.testing.assert_equal(dict(read(net).weights), dict(read(SMALL).weights))


def test_a_map_of_one_cell_is_a_vector() -> None:
    model = read([{**INPUT, "out_sx": 1, "out_sy": 1}, {"type": "fc", "num_neurons": 2}])
    assert model.inputs == {"input": (3,)}
    assert [op for layer in model.layers for op in layer] == ["dense"]


def test_another_input_can_be_given() -> None:
    text = json.dumps([INPUT, {"type": "conv", "sx": 3, "filters": 2}]).encode()
    model = read_convnetjs(text, name="net.json", inputs={"input": (32, 32, 3)})
    assert model.inputs == {"input": (32, 32, 3)}
    with pytest.raises(UsageError, match="no input called 'image'; its only one is 'input'"):
        read_convnetjs(text, name="net.json", inputs={"image": (32, 32, 3)})


def test_what_no_op_covers_is_opaque_and_says_what_it_is() -> None:
    model = defined({"type": "fc", "num_neurons": 4, "tensor": True}, {"type": "deconv", "sx": 2})
    facts = cnncalc.analyze(network_of(model, "net.json"))
    opaque = [layer for layer in model.layers if "opaque" in layer]
    assert [layer["opaque"]["kind"] for layer in opaque] == ["quadtransform", "deconv"]
    assert {"n_params", "n_macs"} <= set(facts.totals.partial)


def test_products_of_a_vector_have_a_shape() -> None:
    vector = {**INPUT, "out_sx": 1, "out_sy": 1}
    model = read([vector, {"type": "fc", "num_neurons": 4, "tensor": True}])
    assert model.layers[0]["opaque"]["output"] == [3 + 9]
    assert cnncalc.analyze(network_of(model, "net.json")).totals.n_params == 12 * 4 + 4


def test_declared_sizes_are_checked_by_the_rules() -> None:
    assert "S113" not in _codes(SMALL)
    wrong = json.loads(SMALL)
    wrong["layers"][6]["num_inputs"] = 41
    for volume in wrong["layers"][6]["filters"]:
        volume.update(depth=41, w=[0.5] * 41)
    assert "S113" in _codes(json.dumps(wrong).encode())


def _codes(data: bytes) -> set[str]:
    network = network_of(read(data), "net.json")
    return {finding.code for finding in cnncalc.lint(cnncalc.analyze(network))}


# -- scripts ---------------------------------------------------------------------------------------

SCRIPT = b"""// from a page
var layer_defs = [], depth = 3;
layer_defs.push({type: 'input', out_sx: 8, "out_sy": 6, out_depth: depth,});
/* two
   lines */
layer_defs.push({type:'conv', sx:3, filters:4, stride:1., pad:+1, activation:'relu', drop_prob:.5});
layer_defs.push({type:'softmax', num_classes:2e0, bias_pref: undefined})
var net = new convnetjs.Net();
net.makeLayers(layer_defs);
trainer = new convnetjs.SGDTrainer(net, {method:'adadelta', batch_size:4});
var x = new convnetjs.Vol([0.3, -0.5]), y = net.forward(x);
net.label = "a \\x41";
"""


def test_a_script_is_read_without_being_run() -> None:
    model = read(SCRIPT)
    assert [op for layer in model.layers for op in layer] == [
        "conv", "relu", "dropout", "rescale", "flatten", "dense", "softmax",
    ]  # fmt: skip
    assert model.inputs == {"input": (6, 8, 3)}


def test_arithmetic_of_numbers_is_done() -> None:
    text = b"""
var width = 4, actions = 3, opt = {}, size = width*2 + actions * 3 - -(2 - 1)/1;
opt.rate = 0.5;
layer_defs = [{type: 'input', out_sx: 1, out_sy: 1, out_depth: size}];
layer_defs.push({type: 'regression', num_neurons: 28*28 - 4 / 2});
opt.layer_defs = layer_defs;
var brain = new deepqlearn.Brain(size, actions, opt);
"""
    model = read(text)
    assert model.inputs == {"input": (18,)}
    assert model.layers[0]["dense"]["units"] == 782


def test_a_list_of_objects_is_a_script_too() -> None:
    text = (
        b"[{type: 'input', out_sx: 2, out_sy: 2, out_depth: 1}, {type: 'softmax', num_classes: 3}]"
    )
    assert len(read(text).layers) == 3


@pytest.mark.parametrize(
    "text",
    [
        SMALL,
        SCRIPT,
        json.dumps([INPUT]).encode(),
        b"var defs = []; defs.push({type : 'input'});",
        b"layer_defs = [{'type': 'input'}]",
        b"[\n{type:'input', out_sx: 3}]",
        b"net.makeLayers([{type:'input'}])",
    ],
)
def test_all_forms_are_recognised(text: bytes) -> None:
    assert recognize(text) == "convnetjs"


@pytest.mark.parametrize(
    "text",
    [b"input: 8x8x3\nlayers: [relu]", b"x-note: {type: 'input'}\ninput: 3", b"push('input')"],
)
def test_other_texts_are_not(text: bytes) -> None:
    assert recognize(text) is None


def test_the_list_that_makelayers_is_given_counts() -> None:
    other = b"var more = [{type: 'input'}];" + SCRIPT
    assert read(other).layers == read(SCRIPT).layers
    unclear = other.replace(b"net.makeLayers(layer_defs);", b"")
    with pytest.raises(SpecError, match="2 lists of layers"):
        read(unclear)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("for (var i = 0; i < 3; i++) layer_defs.push({})", "'for' is not read here"),
        ("if (false) layer_defs.push({})", "'if' is not read here"),
        ("layer_defs.pop()", r"layer_defs.pop\(…\) may change a list"),
        ("opt = {}; opt.defs = layer_defs; opt.defs.push({})", r"opt.defs.push\(…\) may change"),
        ("opt = {}; opt.a.b = 1", "a part of a value is changed"),
        ("layer_defs.length = 1", "a part of a value is changed"),
        ("layer_defs[1] = {}", "'\\[' stands where|is not read here"),
        ("fill(layer_defs)", r"fill\(…\) may change a list"),
        ("change(layer_defs)", "the call of 'change' may change a list"),
        ("x = fill(layer_defs)", "'fill' may change a list"),
        ("layer_defs.push({type: 'fc', num_neurons: 2 % 3})", "'%' stands where '}' is expected"),
        ("layer_defs.push({type: 'fc', num_neurons: 2 / (1 - 1)})", "a division by zero"),
        ("layer_defs.push({type: 'fc', num_neurons: 1e9 * 1e9})", "larger than 1,000,000,000,000"),
        ("layer_defs.push({type: 'f' + 'c'})", r"'\+' is read between numbers only"),
        ("x = " + "-" * 10**5 + "1", "deeper than 20"),
        ("x = " + "(" * 10**5 + "1", "deeper than 20"),
        ("x = " + "f(" * 10**5 + "1", "deeper than 20"),
        ("layer_defs.push({type: 'fc', num_neurons: n})", "nothing is known of 'n'"),
        ("layer_defs.push({type: 'fc', num_neurons: f(3)})", "'f' is not a literal value"),
        ("layer_defs.push({type: 'fc', type: 'fc'})", "the key 'type' is there twice"),
        ("layer_defs.push(", "the script ends too soon"),
        ("layer_defs.push(" + "[" * 10**5, "deeper than 20"),
        ("x = 'abc", '"\'" is not read'),
        ("x = /* abc", "'/' is not read"),
        ("x = `abc`", "'`' is not read"),
    ],
)
def test_what_would_have_to_be_run_is_refused_with_its_place(line: str, message: str) -> None:
    with pytest.raises(SpecError, match=message) as caught:
        read(SCRIPT.partition(b"var net")[0] + b"\n" + line.encode())
    diagnostic = caught.value.diagnostics[0]
    assert diagnostic.line in (8, 9, None)
    assert "\n" not in diagnostic.message


# -- what is refused -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"{}", "has a list called layers"),
        (b"[]", "no layers of ConvNetJS"),
        (b'{"layers": []}', "no layers of ConvNetJS"),
        (b'{"nets": [], "layers": []}', "MagicNet"),
        (b'{"layers": [1]}', "layer 1: it must be an object"),
        (b'{"layers": [{"layer_type": 3}]}', "layer 1: it must be an object"),
        (b'{"layers": [{"layer_type": "relu"}]}', r"layer 1 \(relu\): the first layer must be the"),
        ([INPUT], "no layers beside its input"),
        ([INPUT, {"type": "svm"}], r"layer 2 \(svm\): num_classes must be an integer from 1"),
        ([INPUT, INPUT], "only the first layer can be an input"),
        ([{"type": "input", "out_sx": 3}], "out_sy must be an integer from 1 to .* is missing"),
        ([INPUT, {"type": "conv", "filters": 3}], "sx must be an integer from 1"),
        ([INPUT, {"type": "conv", "sx": 3}], "filters must be an integer from 1"),
        ([INPUT, {"type": "pool", "sx": 2, "stride": 0}], "stride must be an integer .* not 0"),
        ([INPUT, {"type": "pool", "sx": 2, "stride": 0.5}], "stride must be .* not 0.5"),
        ([INPUT, {"type": "pool", "sx": 2, "pad": -1}], "pad must be an integer from 0"),
        ([INPUT, {"type": "pool", "sx": True}], "sx must be an integer .* not True"),
        ([INPUT, {"type": "pool", "sx": 10**16}], "not 10000000000000000"),
        ([INPUT, {"type": "fc", "num_neurons": "10"}], "must be an integer .* not '10'"),
        ([INPUT, {"type": "relu", "activation": {}}], "activation must be a text"),
        ([INPUT, {"type": "lrn", "n": 5}], "alpha must be a number, but is missing"),
        ([INPUT, {"type": "relu", "drop_prob": "x"}], "drop_prob must be a number, not 'x'"),
        (changed("layers.1.stride", 0), r"layer 2 \(conv\): stride"),
        (changed("layers.1.out_depth", 2**40), "it has 5 filters, but out_depth is 1,099,511"),
        (changed("layers.1.sx", 2**40), "a filter is 2×3×2 .* needs 2×1099511627776×2"),
        (changed("layers.1.filters.2.depth", 3), "a filter is 2×3×3"),
        (changed("layers.1.filters.2.w", [1, 2]), "a filter has 2 values, but needs 12"),
        (changed("layers.1.filters.2.w", None), "a filter has no values"),
        (changed("layers.1.filters.2", 1), "a filter must be an object"),
        (changed("layers.1.filters.0", "no"), "a filter must be an object"),
        (changed("layers.1.biases", None), "biases must be an object"),
        (changed("layers.1.biases.depth", 4), "biases is 1×1×4"),
    ],
)
def test_a_wrong_file_is_refused_in_one_line(data: object, message: str) -> None:
    with pytest.raises(SpecError, match=message) as caught:
        read(data)
    assert str(caught.value).startswith("net.json: ")
    assert len(str(caught.value)) < 300
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("1", "a weight is '1', which is no number"),
        (True, "a weight is True"),
        ([], "a weight is a list"),
        (10**400, "a weight is infinite"),
    ],
)
def test_a_wrong_weight_is_refused_when_it_is_read(value: object, message: str) -> None:
    weights = read(changed("layers.1.filters.2.w.3", value)).weights
    with pytest.raises(SpecError, match=f"net.json: layer 2 .conv.: {message}"):
        weights["conv_1.kernel"]
    assert weights["conv_1.bias"].shape == (5,)


def test_a_missing_or_null_weight_is_refused_when_it_is_read() -> None:
    text = SMALL.replace(b'"7":', b'"70":', 1)
    with pytest.raises(SpecError, match="the value 7 of w is missing"):
        read(text).weights["conv_1.kernel"]
    text = re.sub(rb'"7":[-0-9.]+', b'"7":null', SMALL, count=1)
    with pytest.raises(SpecError, match="a weight is None"):
        read(text).weights["conv_1.kernel"]


def test_sizes_of_any_length_are_counted_exactly() -> None:
    wide = {**INPUT, "out_sx": 2**40}
    model = read([wide, {"type": "conv", "sx": 3, "filters": 2**30}])
    facts = cnncalc.analyze(network_of(model, "net.json"))
    assert facts.totals.n_params == 2**30 * 28
    assert facts.totals.n_macs == 2**30 * 27 * (2**40 - 2) * 4


def test_no_damage_leads_to_anything_but_a_clear_error() -> None:
    """Bytes replaced, cut out and doubled, in JSON and in scripts."""
    chance = random.Random(5)
    messages = []
    for number in range(1500):
        text = bytearray(SCRIPT if number % 2 else SMALL[:1500] + SMALL[-900:])
        if number % 2 == 0 and number % 4:
            text = bytearray(SMALL)
        for _ in range(chance.randint(1, 4)):
            start = chance.randrange(len(text))
            stop = min(len(text), start + chance.choice((1, 1, 2, 30)))
            new = chance.choice(
                (b"", bytes([chance.randrange(256)]), text[start:stop] * 2, b"9e99")
            )
            text[start:stop] = new
        try:
            model = read(bytes(text))
            network = network_of(model, "net.json")
            cnncalc.analyze(network)
            for name in model.weights:
                model.weights[name]
        except CnncalcError as error:
            messages.append(str(error))
    assert len(messages) > 500
    assert not [message for message in messages if "\n" in message]
