"""What no layer is: the shape is ONNX Runtime's, and the weights and products are counted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import helper

import cnncalc
from cnncalc.importers.onnx import imported
from cnncalc.importers.onnx.proto import read_file
from cnncalc.importers.onnx.values import Feature
from cnncalc.importers.onnx.wire import Reader
from tests.importers.onnx.building import Building
from tests.importers.onnx.running import imported_network, opaque_layers

MICROSOFT = "com.microsoft"


class Case(NamedTuple):
    """A node after a convolution of 3×8×8 to 4×8×8, and its arrays and products."""

    make: Callable[[Building, str], str]
    n_params: int = 0
    n_macs: int = 0


def scale(made: Building) -> tuple[str, str]:
    return made.array(0.1), made.array(3, np.uint8)


def integers(made: Building, x: str) -> tuple[str, str, str]:
    return made.node("QuantizeLinear", x, *(pair := scale(made))), *pair


def some(made: Building, *shape: int) -> str:
    return made.array(np.arange(int(np.prod(shape))).reshape(shape) % 9, np.int8)


def quantised_convolution(made: Building, x: str) -> str:
    q, s, z = integers(made, x)
    zero, bias = made.array(0, np.int8), made.array(range(6), np.int32)
    arrays = (some(made, 6, 2, 3, 3), made.array(0.05), zero, s, z, bias)
    return made.node("QLinearConv", q, s, z, *arrays, pads=[1, 0, 2, 1], strides=[2, 1], group=2)


def quantised_product(made: Building, x: str) -> str:
    q, s, z = integers(made, x)
    zero = made.array(0, np.int8)
    return made.node("QLinearMatMul", q, s, z, some(made, 8, 5), made.array(0.1), zero, s, z)


def integer_convolution(made: Building, x: str) -> str:
    q, _, _ = integers(made, x)
    return made.node("ConvInteger", q, made.array(np.ones((2, 4, 3, 3)), np.uint8))


def dynamic(made: Building, x: str) -> str:
    q = made.node("DynamicQuantizeLinear", x, outputs=3)
    product = made.node("MatMulInteger", q, some(made, 8, 5), f"{q}_2")
    return made.node("Mul", made.node("Cast", product, to=1), f"{q}_1")


def of_microsoft(op: str, n: int = 1) -> Callable[[Building, str], str]:
    def make(made: Building, x: str) -> str:
        q, s, z = integers(made, x)
        return made.node(op, *(q, s, z) * n, s, z, domain=MICROSOFT)

    return make


def joined(made: Building, x: str) -> str:
    q, s, z = integers(made, x)
    return made.node("QLinearConcat", s, z, q, s, z, q, s, z, domain=MICROSOFT, axis=1)


def recurrent(op: str, gates: int, used: int, **attributes: Any) -> Callable[[Building, str], str]:
    def make(made: Building, x: str) -> str:
        flat = made.node("Reshape", x, made.integers(1, 4, 64))
        steps = made.node("Transpose", flat, perm=[2, 0, 1])
        state = made.array(np.zeros((2, 1, 5)))
        arrays = (made.weight(2, gates * 5, 4), made.weight(2, gates * 5, 5))
        bias = made.weight(2, 2 * gates * 5)
        given = (steps, *arrays, bias, "", state)
        both = {"hidden_size": 5, "direction": "bidirectional", **attributes}
        name = made.node(op, *given, outputs=2, **both)
        return name if used == 0 else f"{name}_{used}"

    return make


def tiled(made: Building, x: str) -> str:
    return made.node("Tile", x, made.integers(1, 2, 1, 3))


def regions(made: Building, x: str) -> str:
    boxes = made.node("Reshape", made.node("GlobalAveragePool", x), made.integers(1, 4))
    return made.node("RoiAlign", x, boxes, made.integers(0), output_height=3, output_width=2)


def marked(made: Building, x: str) -> str:
    places = made.node("ArgMax", x, axis=1, keepdims=0)
    ends = made.array([0.0, 1.0])
    return made.node("OneHot", places, made.array(7, np.int64), ends, axis=1)


def looked_up(made: Building, x: str) -> str:
    return made.node("Gather", made.weight(4, 6), made.node("ArgMax", x, axis=1, keepdims=0))


def deformed(made: Building, x: str) -> str:
    moves = made.node("Conv", x, made.weight(18, 4, 1, 1))
    return made.node("DeformConv", x, made.weight(5, 4, 3, 3), moves, made.weight(5), pads=[1] * 4)


CASES = {
    "QLinearConv": Case(quantised_convolution, 6 * 18 + 6, 6 * 5 * 7 * 18),
    "QLinearMatMul": Case(quantised_product, 40, 4 * 8 * 8 * 5),
    "ConvInteger": Case(integer_convolution, 72, 2 * 6 * 6 * 36),
    "DynamicQuantizeLinear": Case(dynamic, 40, 4 * 8 * 8 * 5),
    "QLinearAdd": Case(of_microsoft("QLinearAdd", 2)),
    "QLinearGlobalAveragePool": Case(of_microsoft("QLinearGlobalAveragePool")),
    "QLinearLeakyRelu": Case(of_microsoft("QLinearLeakyRelu")),
    "QLinearConcat": Case(joined),
    "LSTM": Case(recurrent("LSTM", 4, 0), 2 * 20 * (9 + 2), 64 * 2 * 20 * 9),
    "LSTM, state": Case(recurrent("LSTM", 4, 1), 2 * 20 * (9 + 2), 64 * 2 * 20 * 9),
    "GRU": Case(recurrent("GRU", 3, 0), 2 * 15 * (9 + 2), 64 * 2 * 15 * 9),
    "RNN": Case(recurrent("RNN", 1, 1), 2 * 5 * (9 + 2), 64 * 2 * 5 * 9),
    "Tile": Case(tiled),
    "RoiAlign": Case(regions, 0, -1),
    "OneHot": Case(marked),
    "Gather": Case(looked_up, 24),
    "TopK": Case(lambda m, x: m.node("TopK", x, m.integers(3), axis=1, outputs=2)),
    "CumSum": Case(lambda m, x: m.node("CumSum", x, m.array(1, np.int64))),
    "Einsum": Case(
        lambda m, x: m.node("Einsum", x, m.weight(4, 5), equation="nchw,cd->ndhw"), 20, 64 * 20
    ),
    "Pad": Case(lambda m, x: m.node("Pad", x, m.integers(0, 0, 1, 2, 0, 0, 0, 1), m.array(2.0))),
}


def built(case: Case) -> tuple[bytes, str]:
    """The file, and the name of what it gives out."""
    made = Building(opset=17)
    result = case.make(made, made.node("Conv", "x", made.weight(4, 3, 1, 1)))
    graph = helper.make_graph(
        made.nodes,
        "graph",
        [helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, [1, 3, 8, 8])],
        [onnx.ValueInfoProto(name=result)],
        made.arrays,
    )
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid(MICROSOFT, 1)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=9)
    return model.SerializeToString(), result


@pytest.mark.oracle
@pytest.mark.parametrize("name", CASES)
def test_shape_and_figures(name: str) -> None:
    case = CASES[name]
    data, result = built(case)
    facts = cnncalc.analyze(imported_network(data))
    assert opaque_layers(data), "what is a layer needs no such test"
    assert not facts.network.problems
    partial = set(facts.totals.partial)
    if case.n_macs < 0:
        assert partial == {"n_macs", "n_flops"}
    else:
        assert partial <= {"n_flops"}
        assert facts.totals.n_macs == 3 * 4 * 64 + case.n_macs
    assert facts.totals.n_params == 12 + case.n_params
    reader = Reader(data)
    run, _, _ = imported(read_file(reader), reader, None, {})
    value = run.values[result]
    assert isinstance(value, Feature)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    (given,) = session.run(None, {"x": np.ones((1, 3, 8, 8), np.float32)})
    assert value.dims == given.shape


def test_deformed_convolution() -> None:
    made = Building(opset=19)
    y = deformed(made, made.node("Conv", "x", made.weight(4, 3, 1, 1)))
    facts = cnncalc.analyze(imported_network(made.model({"x": (1, 3, 8, 8)}, y)))
    assert facts.totals.n_params == 12 + 72 + 5 * 36 + 5
    assert facts.totals.n_macs == 64 * (12 + 72 + 5 * 36)
    assert facts.layers[-1].output_shape == (8, 8, 5)


def test_a_product_of_a_fixed_batch_counts_one_example() -> None:
    made = Building()
    flat = made.node(
        "Reshape", made.node("Conv", "x", made.weight(4, 3, 1, 1)), made.integers(5, 4, 64)
    )
    turned = made.node("Transpose", flat, perm=[0, 2, 1])
    data = made.model({"x": (5, 3, 8, 8)}, made.node("MatMul", turned, flat))
    facts = cnncalc.analyze(imported_network(data))
    assert facts.totals.n_macs == 64 * 12 + 64 * 64 * 4


def test_what_a_condition_reads_is_read() -> None:
    """A sum behind a convolution is not its bias if a branch reads the convolution as well."""
    made = Building()
    y = made.node("Conv", "x", made.weight(4, 3, 1, 1))
    total = made.node("Add", y, made.weight(4, 1, 1))
    result = helper.make_tensor_value_info("branch", onnx.TensorProto.FLOAT, None)
    graphs = [
        helper.make_graph([helper.make_node(op, [y], ["branch"])], "branch", [], [result])
        for op in ("Relu", "Abs")
    ]
    sign = made.node("Greater", made.node("ReduceMean", total, keepdims=0), made.array(0.0))
    chosen = made.node("If", sign, then_branch=graphs[0], else_branch=graphs[1])
    network = imported_network(made.model({"x": (1, 3, 8, 8)}, chosen))
    ops = [layer.op for layer in cnncalc.analyze(network).layers]
    assert ops[:2] == ["conv", "rescale"]
