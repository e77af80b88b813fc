"""Inputs, shared weights, layouts, and what is not understood."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import cnncalc
from cnncalc.errors import UsageError
from cnncalc.importers.load import network_of
from cnncalc.importers.onnx import read_onnx
from cnncalc.importers.onnx.pointwise import INPUT, Expression, recognize
from tests.importers.onnx.building import Building
from tests.importers.onnx.running import check, opaque_layers

onnx: Any = pytest.importorskip("onnx")
pytestmark = pytest.mark.oracle

PICTURE = {"x": (1, 3, 8, 8)}


def figures(data: bytes) -> tuple[int, int, tuple[str, ...]]:
    """Parameters, multiply-accumulates, and the totals that are partial."""
    facts = cnncalc.analyze(network_of(read_onnx(data, name="m.onnx"), "m.onnx"))
    n_params = sum(layer.n_params or 0 for layer in facts.layers)
    return n_params, sum(layer.n_macs or 0 for layer in facts.layers), facts.totals.partial


def test_open_sizes() -> None:
    made = Building()
    conv = made.node("Conv", "x", made.weight(4, 3, 3, 3))
    data = made.model({"x": ("N", 3, "h", None)}, conv)
    with pytest.raises(UsageError) as caught:
        read_onnx(data, name="m.onnx")
    assert "open (height h, width); " in str(caught.value)
    assert "--input 224x224x3" in str(caught.value)
    for given in ({"input": (9, 10, 3)}, {"x": (9, 10, 3)}):
        assert read_onnx(data, name="m.onnx", inputs=given).inputs == {"x": (9, 10, 3)}
    check(data, {"x": (9, 10, 3)})
    with pytest.raises(UsageError, match="no input 'y'; its inputs are x"):
        read_onnx(data, name="m.onnx", inputs={"y": (9, 10, 3)})
    with pytest.raises(UsageError, match="takes 3 sizes, not 2"):
        read_onnx(data, name="m.onnx", inputs={"x": (9, 10)})


def test_one_symbol_for_two_inputs() -> None:
    made = Building()
    shape = ("N", 3, "size", "size")
    data = made.model({"x": shape, "y": shape}, made.node("Add", "x", "y"))
    model = read_onnx(data, name="m.onnx", inputs={"x": (6, 6, 3)})
    assert model.inputs == {"x": (6, 6, 3), "y": (6, 6, 3)}


def test_arrays_are_listed_as_inputs_too() -> None:
    made = Building()
    kernel = made.weight(4, 3, 3, 3)
    output = made.node("Conv", "x", kernel)
    data = made.model({kernel: (4, 3, 3, 3), **PICTURE}, output)
    assert list(read_onnx(data, name="m.onnx").inputs) == ["x"]


def test_weights_as_inputs() -> None:
    made = Building()
    output = made.node("Conv", "x", "kernel", "bias")
    data = made.model({"kernel": (4, 3, 3, 3), "bias": (4,), "x": ("N", 3, 8, 8)}, output)
    model = read_onnx(data, name="m.onnx")
    assert list(model.inputs) == ["x"]
    assert dict(model.weights) == {}
    assert figures(data)[0] == 112


def test_channels_last_models() -> None:
    made = Building()
    y = made.node("Conv", made.node("Transpose", "x", perm=[0, 3, 1, 2]), made.weight(8, 3, 3, 3))
    y = made.node("Add", made.node("Transpose", y, perm=[0, 2, 3, 1]), made.weight(8))
    y = made.node("Reshape", made.node("Relu", y), made.integers(-1, 14 * 14 * 8))
    data = made.model({"x": ("N", 16, 16, 3)}, made.node("MatMul", y, made.weight(14 * 14 * 8, 4)))
    layers = read_onnx(data, name="m.onnx").layers
    assert [next(iter(layer)) for layer in layers] == ["conv", "relu", "flatten", "dense"]
    check(data)


def test_a_fixed_batch_is_left_out() -> None:
    made = Building()
    y = made.node("Reshape", made.node("Conv", "x", made.weight(4, 3, 3, 3)), made.integers(8, -1))
    data = made.model({"x": (8, 3, 8, 8)}, made.node("Gemm", y, made.weight(144, 5)))
    assert read_onnx(data, name="m.onnx").inputs == {"x": (8, 8, 3)}
    check(data)


def test_shared_weights_count_once() -> None:
    made = Building()
    kernel = made.weight(3, 3, 3, 3)
    y = made.node("Conv", made.node("Conv", "x", kernel, pads=[1] * 4), kernel, pads=[1] * 4)
    data = made.model(PICTURE, y)
    layers = read_onnx(data, name="m.onnx").layers
    assert layers[1] == {"conv": {"name": "conv_1", "share": "conv_0"}}
    assert figures(data) == (81, 2 * 64 * 81, ())
    check(data)


def test_copies_of_weights_count_twice() -> None:
    made = Building()
    kernel = made.weight(3, 3, 3, 3)
    y = made.node("Conv", "x", kernel, pads=[1] * 4)
    y = made.node("Conv", y, made.node("Identity", kernel), pads=[1] * 4)
    assert figures(made.model(PICTURE, y))[0] == 162


def test_nodes_in_any_order() -> None:
    made = Building()
    made.node("Relu", made.node("Conv", "x", made.weight(4, 3, 3, 3)))
    made.nodes.reverse()
    check(made.model(PICTURE, "relu_1"))


def test_conditions_that_are_known() -> None:
    made = Building()
    y = made.node("Conv", "x", made.weight(4, 3, 3, 3))
    branches = {}
    for name, op in (("then_branch", "Relu"), ("else_branch", "Sigmoid")):
        info = onnx.helper.make_tensor_value_info(f"{op}_y", 1, None)
        node = onnx.helper.make_node(op, [y], [f"{op}_y"], name=op)
        branches[name] = onnx.helper.make_graph([node], name, [], [info])
    data = made.model(PICTURE, made.node("If", made.array(False, np.bool_), **branches))
    layers = read_onnx(data, name="m.onnx").layers
    assert [next(iter(layer)) for layer in layers] == ["conv", "sigmoid"]
    check(data)


def test_functions_of_the_file() -> None:
    opsets = [onnx.helper.make_opsetid("", 17), onnx.helper.make_opsetid("own", 1)]
    slope = onnx.helper.make_node("LeakyRelu", ["a"], ["b"])
    slope.attribute.append(onnx.AttributeProto(name="alpha", type=1, ref_attr_name="slope"))
    function = onnx.helper.make_function("own", "Bend", ["a"], ["b"], [slope], opsets, ["slope"])
    made = Building()
    y = made.node("Bend", "x", domain="own", slope=0.25)
    data = made.model(PICTURE, y, domains=opsets[1:], functions=[function])
    assert read_onnx(data, name="m.onnx").layers == [
        {"leaky_relu": {"name": "bend_0/LeakyRelu", "slope": 0.25}}
    ]
    check(data)


def test_unknown_operations_are_opaque() -> None:
    made = Building()
    y = made.node("Magic", "x", made.weight(7), domain="com.example")
    info = onnx.helper.make_tensor_value_info(y, 1, ["N", 3, 5, 5])
    domains = [onnx.helper.make_opsetid("com.example", 1)]
    conv = made.node("Conv", y, made.weight(4, 3, 3, 3, positive=True))
    data = made.model(PICTURE, conv, domains=domains, infos=[info])
    first, second = read_onnx(data, name="m.onnx").layers
    assert first["opaque"]["output"] == [5, 5, 3]
    assert first["opaque"]["params"] == 7
    assert "macs" not in first["opaque"]
    assert "com.example.Magic" in first["opaque"]["kind"]
    assert second["conv"]["filters"] == 4
    n_params, n_macs, partial = figures(data)
    assert (n_params, n_macs) == (115, 972)
    assert "n_macs" in partial


def test_products_of_two_computed_matrices() -> None:
    made = Building()
    tokens = made.node("Reshape", "x", made.integers(1, 3, 64))
    scores = made.node("MatMul", made.node("Transpose", tokens, perm=[0, 2, 1]), tokens)
    data = made.model(PICTURE, made.node("Softmax", scores, axis=-1))
    assert len(opaque_layers(data)) == 1
    assert figures(data)[1] == 64 * 64 * 3


def test_quantised_weights_count() -> None:
    made = Building()
    scale, zero = made.array(np.float32(0.05)), made.array(np.int8(0), np.int8)
    y = made.node("QuantizeLinear", "x", scale, zero)
    kernel = made.array(np.ones((4, 3, 3, 3)), np.int8)
    y = made.node("QLinearConv", y, scale, zero, kernel, scale, zero, scale, zero)
    info = onnx.helper.make_tensor_value_info(y, 3, [1, 4, 6, 6])
    data = made.model(PICTURE, made.node("DequantizeLinear", y, scale, zero), infos=[info])
    assert [kind.split(":")[0] for kind in opaque_layers(data)] == [
        "ONNX QuantizeLinear",
        "ONNX QLinearConv",
        "ONNX DequantizeLinear",
    ]
    assert figures(data) == (108, 6 * 6 * 108, ("n_flops",))


def test_dequantised_weights_are_weights() -> None:
    made = Building(13)
    kernel = made.array(np.arange(108).reshape(4, 3, 3, 3) - 50, np.int8)
    scales, zeros = made.array([0.01, 0.02, 0.03, 0.04]), made.array([0] * 4, np.int8)
    weights = made.node("DequantizeLinear", kernel, scales, zeros, axis=0)
    data = made.model(PICTURE, made.node("Conv", "x", weights))
    assert opaque_layers(data) == []
    check(data)


def test_half_precision_weights() -> None:
    made = Building()
    kernel = made.array(np.linspace(-1, 1, 108).reshape(4, 3, 3, 3), np.float16)
    check(made.model(PICTURE, made.node("Conv", "x", made.node("Cast", kernel, to=1))))


@pytest.mark.parametrize(("function", "op"), [("Sigmoid", "silu"), ("Tanh", None), ("Erf", None)])
def test_a_function_times_its_argument(function: str, op: str | None) -> None:
    steps = recognize(Expression("Mul", (INPUT, Expression(function, (INPUT,)))), INPUT)
    assert (None if steps is None else [step.op for step in steps]) == (op and [op])


def test_a_sigmoid_of_another_slope_is_no_silu() -> None:
    scaled = Expression("Mul", (INPUT, Expression("number", (), (1.702,))))
    swish = Expression("Mul", (INPUT, Expression("Sigmoid", (scaled,))))
    assert recognize(swish, INPUT) is None
