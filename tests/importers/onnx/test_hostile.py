"""Files that mean harm, or are broken: one line each, soon, and without a traceback."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cnncalc
from cnncalc.errors import CnncalcError, SpecError, UsageError
from cnncalc.importers.load import network_of
from cnncalc.importers.onnx import read_onnx
from tests.importers.onnx.building import Building

onnx: Any = pytest.importorskip("onnx")

PICTURE = {"x": (1, 3, 8, 8)}


def message_of(data: bytes | Path) -> str:
    """What reading it says."""
    started = time.process_time()
    with pytest.raises(SpecError) as caught:
        read_onnx(data, name="m.onnx")
    assert time.process_time() - started < 20
    assert "\n" not in str(caught.value)
    return str(caught.value)


def small() -> Building:
    """A convolution, a relu and a dense layer."""
    made = Building()
    y = made.node("Relu", made.node("Conv", "x", made.weight(4, 3, 3, 3), made.weight(4)))
    made.node("Gemm", made.node("Flatten", y), made.weight(144, 5))
    return made


def small_file() -> bytes:
    """That as a file."""
    made = small()
    return made.model(PICTURE, made.nodes[-1].output[0])


def test_no_model() -> None:
    assert "it has no graph" in message_of(b"")
    assert "no ONNX model" in message_of(b"hello, world")
    assert "cut off" in message_of(small_file()[:200])


def test_empty_messages_take_no_memory() -> None:
    graph = b"\x0a\x00" * 5_000_000  # nodes of nothing
    size, n = b"", len(graph)
    while n:
        size += bytes([n & 127 | (128 if n > 127 else 0)])
        n >>= 7
    assert "more than the 100,000 nodes" in message_of(b"\x3a" + size + graph)


def test_declared_sizes() -> None:
    made = small()
    made.arrays[0].dims[0] = 2**40
    assert "bytes, but there are" in message_of(made.model(PICTURE, "gemm_3"))
    with pytest.raises(UsageError, match="larger than is allowed"):
        read_onnx(small().model({"x": (1, 3, 2**60, 8)}, "gemm_3"), name="m.onnx")


def test_a_cycle() -> None:
    made = Building()
    made.nodes.append(onnx.helper.make_node("Add", ["x", "b"], ["a"], name="first"))
    made.nodes.append(onnx.helper.make_node("Relu", ["a"], ["b"], name="second"))
    assert "feeds itself" in message_of(made.model(PICTURE, "b"))


def test_what_nothing_gives() -> None:
    made = Building()
    made.node("Relu", "missing")
    assert "nothing gives 'missing'" in message_of(made.model(PICTURE, "relu_0"))


def calling(name: str) -> Any:
    """A node that calls a function."""
    return onnx.helper.make_node(name, ["a"], ["b"], domain="own")


def test_recursive_functions() -> None:
    opset = [onnx.helper.make_opsetid("", 17), onnx.helper.make_opsetid("own", 1)]
    functions = [
        onnx.helper.make_function(
            "own",
            name,
            ["a"],
            ["b"],
            [onnx.helper.make_node(called, ["a"], ["b"], domain="own")],
            opset,
        )
        for name, called in (("Ping", "Pong"), ("Pong", "Ping"))
    ]
    made = Building()
    made.node("Ping", "x", domain="own")
    data = made.model(PICTURE, "ping_0", domains=opset[1:], functions=functions)
    assert "calls itself" in message_of(data)


@pytest.mark.slow
def test_functions_that_double() -> None:
    opset = [onnx.helper.make_opsetid("", 17), onnx.helper.make_opsetid("own", 1)]
    functions = []
    for k in range(30):
        called = {"op_type": f"F{k + 1}", "domain": "own"} if k < 29 else {"op_type": "Relu"}
        twice = [
            onnx.helper.make_node(inputs=["a"], outputs=["c"], **called),
            onnx.helper.make_node(inputs=["c"], outputs=["b"], **called),
        ]
        functions.append(onnx.helper.make_function("own", f"F{k}", ["a"], ["b"], twice, opset))
    made = Building()
    made.node("F0", "x", domain="own")
    data = made.model(PICTURE, "f0_0", domains=opset[1:], functions=functions)
    assert "more than the 100,000 nodes" in message_of(data)


def external(folder: Path, location: str) -> Path:
    """A model whose kernel lies in another file."""
    made = small()
    array = made.arrays[0]
    values = array.raw_data
    array.ClearField("raw_data")
    array.data_location = onnx.TensorProto.EXTERNAL
    entry = array.external_data.add()
    entry.key, entry.value = "location", location
    folder.mkdir(exist_ok=True)
    path = folder / "model.onnx"
    path.write_bytes(made.model(PICTURE, "gemm_3"))
    (folder.parent / "outside.bin").write_bytes(values)
    return path


@pytest.mark.parametrize(
    ("location", "why"),
    [
        ("../outside.bin", "outside the model's folder"),
        ("a/../../outside.bin", "outside the model's folder|no such file"),
        ("/etc/passwd", "no file beside the model"),
        ("link.bin", "behind a symbolic link"),
        ("linked/outside.bin", "behind a symbolic link"),
        ("gone.bin", "no such file"),
        ("", "no file beside the model"),
    ],
)
def test_external_files(tmp_path: Path, location: str, why: str) -> None:
    folder = tmp_path / "model"
    path = external(folder, location)
    (folder / "link.bin").symlink_to(tmp_path / "outside.bin")
    (folder / "linked").symlink_to(tmp_path)
    model = read_onnx(path, name="m.onnx")  # which opens nothing
    assert cnncalc.analyze(network_of(model, "m")).layers[0].n_params == 112
    with pytest.raises(UsageError, match=why):
        model.weights["conv_0.kernel"]


def test_external_file_beside_the_model(tmp_path: Path) -> None:
    path = external(tmp_path / "model", "weights.bin")
    (tmp_path / "outside.bin").rename(tmp_path / "model" / "weights.bin")
    kernel = read_onnx(path, name="m.onnx").weights["conv_0.kernel"]
    assert kernel.shape == (3, 3, 3, 4)
    (tmp_path / "model" / "weights.bin").write_bytes(b"short")
    with pytest.raises(UsageError, match="beyond the end"):
        read_onnx(path, name="m.onnx").weights["conv_0.kernel"]


def test_constants_that_explode() -> None:
    made = Building()
    size = made.integers(2**20, 2**20)
    zeros = made.node("ConstantOfShape", size)
    made.node("Add", "x", made.node("ReduceSum", zeros, keepdims=0))
    layers = read_onnx(made.model(PICTURE, made.nodes[-1].output[0]), name="m.onnx").layers
    assert any("opaque" in layer for layer in layers)


def deep(levels: int) -> Any:
    """An If in an If in an If."""
    node = onnx.helper.make_node("Relu", ["x"], ["y0"])
    for k in range(levels):
        graph = onnx.helper.make_graph(
            [node], "g", [], [onnx.helper.make_tensor_value_info(f"y{k}", 1, None)]
        )
        node = onnx.helper.make_node(
            "If", ["c"], [f"y{k + 1}"], then_branch=graph, else_branch=graph
        )
    return node


def test_nested_subgraphs() -> None:
    made = Building()
    made.array(np.array(True), np.bool_)
    made.arrays[0].name = "c"
    made.nodes.append(deep(9))
    assert read_onnx(made.model(PICTURE, "y9"), name="m.onnx").layers[0].keys() == {"relu"}


def mutated(data: bytes, chance: random.Random) -> bytes:
    """The same with some bytes changed, taken out or put in."""
    changed = bytearray(data)
    for _ in range(chance.choice([1, 1, 2, 5])):
        place = chance.randrange(len(changed))
        match chance.randrange(4):
            case 0:
                changed[place] = chance.randrange(256)
            case 1:
                changed[place] ^= 1 << chance.randrange(8)
            case 2:
                del changed[place : place + chance.randrange(1, 9)]
            case _:
                changed[place:place] = chance.randbytes(chance.randrange(1, 9))
    return bytes(changed)


NUMBERS = (-(2**63), -1, 0, 1, 2, 3, 7, 2**40, 2**63 - 1)


def twisted(data: bytes, chance: random.Random) -> bytes:
    """A model that is well formed, but makes no sense."""
    model = onnx.load_model_from_string(data)
    node = chance.choice(model.graph.node)
    others = chance.choice(model.graph.node)
    changes: list[Callable[[], object]] = [
        lambda: setattr(node, "op_type", others.op_type),
        lambda: node.input.append(others.output[0]),
        node.input.pop,
        lambda: node.output.append("more"),
        node.attribute.pop,
        lambda: node.attribute.append(chance.choice(others.attribute)),
        lambda: chance.choice(node.attribute).ints.append(chance.choice(NUMBERS)),
        lambda: setattr(chance.choice(node.attribute), "i", chance.choice(NUMBERS)),
        lambda: setattr(chance.choice(node.attribute), "f", float("nan")),
        lambda: chance.choice(model.graph.initializer).dims.append(chance.choice((0, 1, 2, 2**40))),
        lambda: setattr(chance.choice(model.graph.initializer), "data_type", chance.randrange(30)),
    ]
    for change in chance.choices(changes, k=chance.randrange(1, 4)):
        try:
            change()
        except (IndexError, ValueError):
            continue
    return bytes(model.SerializeToString())


def various() -> list[bytes]:
    """Models with many kinds of operations."""
    made = Building()
    y = made.node("Conv", "x", made.weight(8, 3, 3, 3), pads=[1, 1, 1, 1])
    split = made.node("Split", y, made.integers(3, 5), outputs=2, axis=1)
    y = made.node("Concat", made.node("Tanh", f"{split}_1"), split, axis=1)
    y = made.node("Reshape", y, made.integers(1, 2, 4, 8, 8))
    y = made.node("Transpose", y, perm=[0, 2, 1, 3, 4])
    y = made.node("Reshape", y, made.integers(0, 8, 8, -1))
    y = made.node("Clip", y, made.array(-1.0), made.array(2.0))
    y = made.node("Pad", y, made.integers(0, 0, 1, 0, 0, 0, 0, 2))
    y = made.node(
        "Slice", y, made.integers(1), made.integers(9), made.integers(2), made.integers(2)
    )
    y = made.node("Resize", y, "", made.array([1, 1, 2, 2]), mode="nearest")
    y = made.node("MaxPool", y, kernel_shape=[2, 2], strides=[2, 2], ceil_mode=1)
    y = made.node("ReduceMean", y, axes=[2, 3], keepdims=0)
    y = made.node("Add", made.node("MatMul", y, made.weight(8, 4)), made.weight(4))
    softmax = made.node("Softmax", y, axis=-1)
    return [small_file(), made.model(PICTURE, softmax)]


@pytest.mark.parametrize("seed", range(2))
def test_any_bytes(seed: int) -> None:
    chance = random.Random(seed)
    files = various()
    for data in files:
        read_onnx(data, name="m.onnx")
    for _ in range(200):
        change = chance.choice((mutated, twisted))
        data = change(chance.choice(files), chance)
        try:
            network = network_of(read_onnx(data, name="m.onnx"), "m.onnx")
        except CnncalcError:
            continue
        assert not network.problems, network.problems
        cnncalc.analyze(network)


def test_noise() -> None:
    chance = random.Random(1)
    for _ in range(300):
        message_of(chance.randbytes(chance.randrange(200)))
