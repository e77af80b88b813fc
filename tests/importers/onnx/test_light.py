"""The models without weights that ship with onnx: what is counted, and what comes out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cnncalc
from cnncalc.importers.load import network_of
from cnncalc.importers.onnx import read_onnx
from tests.helpers import sound
from tests.importers.onnx.running import check

onnx: Any = pytest.importorskip("onnx")

FOLDER = Path(onnx.__file__).parent / "backend/test/data/light"

# multiply-accumulates of convolutions and dense layers, and all numbers that the file declares:
# parameters and running statistics
COUNTS = {
    "bvlc_alexnet": (654_560_384, 60_965_224),
    "densenet121": (2_834_161_664, 8_146_152),
    "inception_v1": (1_431_556_352, 6_998_552),
    "inception_v2": (2_018_851_840, 11_234_792),
    "resnet50": (4_089_184_256, 25_610_152),
    "shufflenet": (124_664_528, 1_420_152),
    "squeezenet": (349_151_936, 1_235_496),
    "vgg19": (19_632_062_464, 143_667_240),
    "zfnet512": (1_481_727_008, 87_250_536),
}


@pytest.mark.parametrize("name", COUNTS)
def test_counts(name: str) -> None:
    model = read_onnx(FOLDER / f"light_{name}.onnx", name=name)
    assert not any("opaque" in layer for layer in model.layers)
    layers = sound(cnncalc.analyze(network_of(model, name))).layers
    n_macs = sum(layer.n_macs or 0 for layer in layers)
    n_numbers = sum((layer.n_params or 0) + (layer.n_statistics or 0) for layer in layers)
    assert (n_macs, n_numbers) == COUNTS[name]


def test_shuffles_are_recognised() -> None:
    layers = read_onnx(FOLDER / "light_shufflenet.onnx", name="shufflenet").layers
    shuffles = [layer["channel_shuffle"] for layer in layers if "channel_shuffle" in layer]
    assert [shuffle["groups"] for shuffle in shuffles] == [4] * 16


def filled(path: Path) -> bytes:
    """The model with random numbers as its weights."""
    model = onnx.load(path)
    graph, random = model.graph, np.random.default_rng(3)
    arrays = {array.name: onnx.numpy_helper.to_array(array) for array in graph.initializer}
    variances = {node.input[4] for node in graph.node if node.op_type == "BatchNormalization"}
    kept = []
    for node in graph.node:
        if node.op_type != "ConstantOfShape":
            kept.append(node)
            continue
        shape = tuple(arrays[node.input[0]])
        fan_in = max(int(np.prod(shape[1:])), 1)
        values = random.standard_normal(shape) * (np.sqrt(2 / fan_in) if len(shape) > 1 else 0.1)
        if len(shape) == 1:
            values = (np.abs(values) if node.output[0] in variances else values) + 0.5
        array = onnx.numpy_helper.from_array(values.astype(np.float32), node.output[0])
        graph.initializer.append(array)
    del graph.node[:]
    graph.node.extend(kept)
    return bytes(model.SerializeToString())


@pytest.mark.oracle
@pytest.mark.parametrize("name", ["shufflenet"])
def test_values(name: str) -> None:
    check(filled(FOLDER / f"light_{name}.onnx"))


@pytest.mark.slow
@pytest.mark.oracle
@pytest.mark.parametrize("name", sorted(COUNTS.keys() - {"shufflenet"}))
def test_values_of_large_ones(name: str) -> None:
    check(filled(FOLDER / f"light_{name}.onnx"))
