"""Model JSON as Keras 2 and tf.keras write it.

Reference:
    TensorFlow 2.15, tf.keras.Model.to_json; the nodes of op lambdas as in tf.keras's
    `Node.serialize`: tensors as [layer, call, tensor, keyword arguments].
"""

from __future__ import annotations

from typing import Any

import pytest

from cnncalc.analysis.analyze import analyze
from cnncalc.analysis.facts import NetworkFacts
from cnncalc.importers.keras import read_config
from cnncalc.spec.network import Network
from tests.helpers import sound

Data = dict[str, Any]


def layer(kind: str, name: str, *nodes: Any, **config: Any) -> Data:
    found = {"name": name, "trainable": True, "dtype": "float32", **config}
    return {"class_name": kind, "config": found, "name": name, "inbound_nodes": list(nodes)}


def source(name: str, shape: list[int | None]) -> Data:
    config = {"batch_input_shape": [None, *shape], "dtype": "float32", "sparse": False}
    return layer("InputLayer", name, **config, ragged=False)


def functional(*layers: Data, inputs: list[str], outputs: list[Any], name: str = "model") -> Data:
    config = {
        "name": name,
        "trainable": True,
        "layers": list(layers),
        "input_layers": [[key, 0, 0] for key in inputs],
        "output_layers": outputs,
    }
    return {"class_name": "Functional", "config": config}


def facts_of_model(model: Data, version: str | None = "2.15.0", **inputs: Any) -> NetworkFacts:
    data = {**model, "backend": "tensorflow"}
    if version is not None:
        data["keras_version"] = version
    read = read_config(data, name="old.json", inputs=inputs)
    assert read.format == f"Keras {version or 2}"
    network = Network.from_data(read.spec())
    assert not network.problems, network.problems
    return sound(analyze(network))


def conv(name: str, *nodes: Any, **config: Any) -> Data:
    given = {"filters": 4, "kernel_size": [3, 3], "strides": [1, 1], "padding": "same", **config}
    given = {"data_format": "channels_last", "dilation_rate": [1, 1], "groups": 1, **given}
    return layer("Conv2D", name, *nodes, **given)


def after(name: str, **words: Any) -> list[Any]:
    """The node of an ordinary layer that reads one tensor."""
    return [[name, 0, 0, words]]


def test_sequential() -> None:
    layers = [
        source("conv2d_input", [28, 28, 1]),
        conv("conv2d", activation="relu", padding="valid"),
        layer("MaxPooling2D", "pool", pool_size=[2, 2], strides=[2, 2], padding="valid"),
        layer("Activation", "hard", activation="hard_sigmoid"),
        layer("LeakyReLU", "leaky", alpha=0.30000001192092896),
        layer("Flatten", "flatten", data_format="channels_last"),
        layer("Dense", "dense", units=10, activation="softmax", use_bias=True),
    ]
    for data in layers:
        del data["name"], data["inbound_nodes"]
    facts = facts_of_model({"class_name": "Sequential", "config": {"name": "s", "layers": layers}})
    assert facts.totals.n_params == 40 + 13 * 13 * 4 * 10 + 10
    by_name = {found.name: found.node for found in facts.layers}
    assert by_name["hard"].lowered.primitives[0].variant == "keras2"  # type: ignore[union-attr]
    assert by_name["leaky"].lowered.primitives[0].alpha == pytest.approx(0.3)  # type: ignore[union-attr]


def test_sequential_as_a_list_without_a_version() -> None:
    first = {
        "class_name": "Dense",
        "config": {"name": "a", "units": 3, "batch_input_shape": [None, 5]},
    }
    last = {"class_name": "Dense", "config": {"name": "b", "units": 2, "activation": "swish"}}
    facts = facts_of_model({"class_name": "Sequential", "config": [first, last]}, None)
    assert facts.totals.n_params == 18 + 8


def test_shared_and_nested() -> None:
    tower = functional(
        source("image", [8, 8, 3]),
        conv("c", after("image")),
        layer("BatchNormalization", "b", after("c"), axis=[3], epsilon=0.001, scale=True),
        inputs=["image"],
        outputs=[["b", 0, 0]],
        name="tower",
    )
    nested = {**tower, "name": "tower", "inbound_nodes": [after("left"), after("right")]}
    # the calls of a nested model count from 1: number 0 is its own making
    model = functional(
        source("left", [8, 8, 3]),
        source("right", [8, 8, 3]),
        nested,
        layer("Subtract", "distance", [["tower", 1, 0, {}], ["tower", 2, 0, {}]]),
        layer("Concatenate", "both", [["tower", 1, 0, {}], ["distance", 0, 0, {}]], axis=-1),
        inputs=["left", "right"],
        outputs=[["both", 0, 0], ["tower", 2, 0]],
    )
    facts = facts_of_model(model)
    assert [found.name for found in facts.layers] == [
        *("tower.c", "tower.b", "tower.c_1", "tower.b_1", "distance", "both"),
    ]
    assert facts.totals.n_params == 4 * 27 + 4 + 8
    assert facts.totals.n_statistics == 8
    assert facts.layer("both").output_shape == (8, 8, 8)
    assert list(facts.outputs) == ["both", "tower.b_1"]


def test_nested_sequence() -> None:
    inner = {"class_name": "Sequential", "config": {"name": "seq", "layers": [conv("k")]}}
    model = functional(
        source("x", [8, 8, 3]),
        {**inner, "name": "seq", "inbound_nodes": [after("x")]},
        layer("GlobalAveragePooling2D", "gap", [["seq", 1, 0, {}]]),
        inputs=["x"],
        outputs=[["gap", 0, 0]],
    )
    facts = facts_of_model(model)
    assert [found.name for found in facts.layers] == ["seq.k", "gap"]


def test_op_lambdas() -> None:
    """MobileNetV3's hard swish, a residual, a slice and a constant, spelled out in TensorFlow."""

    def op(name: str, function: str, node: Any) -> Data:
        return layer("TFOpLambda", name, node, function=function)

    def cut(start: int | None, stop: int | None) -> Data:
        return {"start": start, "stop": stop, "step": None}

    spec = [cut(None, None), cut(1, -1), cut(None, None), cut(0, 2)]
    model = functional(
        source("x", [8, 8, 3]),
        conv("c", after("x")),
        op("plus", "__operators__.add", ["c", 0, 0, {"y": 3.0, "name": None}]),
        layer("ReLU", "relu", after("plus"), max_value=6.0, negative_slope=0.0, threshold=0.0),
        op("times", "math.multiply", ["relu", 0, 0, {"y": 0.16666667, "name": None}]),
        layer("Multiply", "swish", [["c", 0, 0, {}], ["times", 0, 0, {}]]),
        op("sum", "__operators__.add", ["c", 0, 0, {"y": ["swish", 0, 0], "name": None}]),
        op("less", "math.subtract", ["_CONSTANT_VALUE", -1, 1.0, {"y": ["sum", 0, 0]}]),
        op("mean", "math.multiply", ["less", 0, 0, {"y": [[[[1.0, 2.0, 3.0, 4.0]]]]}]),
        layer(
            "SlicingOpLambda",
            "part",
            ["mean", 0, 0, {"slice_spec": spec}],
            function="__operators__.getitem",
        ),
        op("joined", "concat", [["part", 0, 0, {"axis": -1}], ["part", 0, 0, {"axis": -1}]]),
        op("pooled", "math.reduce_mean", ["joined", 0, 0, {"axis": [1, 2], "keepdims": False}]),
        op("odd", "linalg.norm", ["pooled", 0, 0, {}]),
        inputs=["x"],
        outputs=[["odd", 0, 0]],
    )
    facts = facts_of_model(model)
    ops = {found.name: found.op for found in facts.layers}
    assert ops["plus"] == ops["times"] == ops["less"] == ops["mean"] == "rescale"
    assert (ops["sum"], ops["joined"], ops["pooled"]) == ("add", "concat", "global_avg_pool")
    assert facts.layer("part").output_shape == (6, 8, 2)
    assert facts.layer("pooled").output_shape == (4,)
    assert ops["odd"] == "opaque"
    assert facts.layer("odd").output_shape is None


@pytest.mark.parametrize(
    ("function", "node", "op", "shape"),
    [
        ("cast", ["x", 0, 0, {"dtype": "float32"}], "identity", (8, 8, 3)),
        ("cast", ["x", 0, 0, {"dtype": "uint8"}], "opaque", (8, 8, 3)),
        ("concat", [["x", 0, 0, {"axis": -1}], ["_CONSTANT_VALUE", -1, [1.0], {}]], "opaque", None),
        ("concat", [["x", 0, 0, {"axis": 1}], ["x", 0, 0, {"axis": 1}]], "concat", (16, 8, 3)),
        ("nn.max_pool", ["x", 0, 0, {"ksize": 3, "strides": 2, "padding": "SAME"}], "opaque", None),
        ("reshape", ["x", 0, 0, {"shape": [-1, 64, 3]}], "reshape", (64, 3)),
        ("transpose", ["x", 0, 0, {"perm": [0, 3, 1, 2]}], "permute", (3, 8, 8)),
        ("compat.v1.squeeze", ["x", 0, 0, {"axis": [3]}], "opaque", None),
        ("image.resize", ["x", 0, 0, {"size": [4, 4], "method": "nearest"}], "resize", (4, 4, 3)),
        ("nn.relu6", ["x", 0, 0, {"name": None}], "relu6", (8, 8, 3)),
        ("math.square", ["x", 0, 0, {"name": None}], "opaque", (8, 8, 3)),
        ("math.pow", ["x", 0, 0, {"y": ["x", 0, 0]}], "opaque", None),
        ("math.divide", ["x", 0, 0, {"y": 2.0}], "rescale", (8, 8, 3)),
        ("math.maximum", ["x", 0, 0, {"y": 0.0}], "relu", (8, 8, 3)),
        ("math.reduce_max", ["x", 0, 0, {"axis": [1, 2]}], "global_max_pool", (3,)),
        ("math.reduce_mean", ["x", 0, 0, {"axis": 3}], "opaque", (8, 8)),
        ("nn.depth_to_space", ["x", 0, 0, {"block_size": 2}], "opaque", None),
        ("nn.space_to_depth", ["x", 0, 0, {"block_size": 2}], "space_to_depth", (4, 4, 12)),
        ("pad", ["x", 0, 0, {"paddings": [[0, 0], [1, 2], [0, 0], [0, 0]]}], "pad", (11, 8, 3)),
        ("pad", ["x", 0, 0, {"paddings": [[0, 0], [0, 0], [0, 0], [1, 0]]}], "opaque", None),
        ("split", ["x", 0, 0, {"num_or_size_splits": 3, "axis": -1}], "split", (8, 8, 1)),
        ("nn.l2_loss", ["x", 0, 0, {}], "opaque", None),
    ],
)
def test_one_op_lambda(function: str, node: Any, op: str, shape: tuple[int, ...] | None) -> None:
    end = layer("TFOpLambda", "f", node, function=function)
    model = functional(source("x", [8, 8, 3]), end, inputs=["x"], outputs=[["f", 0, 0]])
    facts = facts_of_model(model)
    (found,) = facts.layers
    assert (found.op, found.output_shape) == (op, shape)
    if op == "opaque":
        assert getattr(found.node.layer, "kind", "").startswith("tf.")


def test_lambda_and_custom_layers() -> None:
    model = functional(
        source("x", [None, None, 3]),
        layer("Lambda", "resize", after("x"), function=["4wEAAA==", None, None]),
        layer("Addons>WeightNormalization", "wn", after("resize")),
        conv("c", after("wn")),
        inputs=["x"],
        outputs=[["c", 0, 0]],
    )
    facts = facts_of_model(model, x=(8, 8, 3))
    kinds = [getattr(found.node.layer, "kind", None) for found in facts.layers]
    assert kinds == ["Lambda", "WeightNormalization", None]
    assert facts.totals.partial


def test_channels_first() -> None:
    model = functional(
        source("x", [3, 8, 10]),
        conv("c", after("x"), data_format="channels_first"),
        layer("BatchNormalization", "b", after("c"), axis=[1], epsilon=0.001),
        layer("Concatenate", "cat", [["b", 0, 0, {}], ["c", 0, 0, {}]], axis=1),
        layer("Flatten", "f", after("cat"), data_format="channels_first"),
        inputs=["x"],
        outputs=[["f", 0, 0]],
    )
    facts = facts_of_model(model)
    assert facts.inputs == {"x": (8, 10, 3)} or facts.inputs["x"] == (8, 10, 3)
    assert facts.layer("cat").output_shape == (8, 10, 8)
    assert [found.op for found in facts.layers] == ["conv", "batch_norm", "concat", "flatten"]


def test_frozen_layers() -> None:
    model = functional(
        source("x", [8, 8, 3]),
        conv("c", after("x"), trainable=False),
        conv("d", after("c")),
        inputs=["x"],
        outputs=[["d", 0, 0]],
    )
    totals = facts_of_model(model).totals
    assert (totals.n_params, totals.n_trainable_params) == (112 + 148, 148)


def test_tensorflow_js() -> None:
    """What tensorflowjs_converter writes: the model between its version and its weights."""
    dense = layer("Dense", "d", units=3, batch_input_shape=[None, 5])
    inner = {"class_name": "Sequential", "config": {"name": "s", "layers": [dense]}}
    topology = {"keras_version": "2.15.0", "backend": "tensorflow", "model_config": inner}
    data = {"format": "layers-model", "modelTopology": topology, "weightsManifest": []}
    read = read_config(data, name="model.json")
    assert (read.format, len(read.layers)) == ("Keras 2.15.0", 1)


def test_keras_2_archives_have_modules() -> None:
    """An archive of tf.keras 2.13 to 2.15 names modules, but calls are as ever in Keras 2."""
    model = functional(
        source("x", [8, 8, 3]),
        layer("Activation", "h", after("x"), activation="hard_sigmoid"),
        inputs=["x"],
        outputs=[["h", 0, 0]],
    )
    data = {**model, "module": "keras.src.engine.functional", "keras_version": "2.15.0"}
    read = read_config(data, name="old.keras")
    assert read.layers == [{"hard_sigmoid": {"name": "h", "variant": "keras2", "from": "x"}}]
    assert read_config({**data, "keras_version": "3.0.0"}, name="new").layers == [
        {"hard_sigmoid": {"name": "h", "from": "x"}}
    ]
