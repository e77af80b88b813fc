"""Keras models, configurations and archives, and weights on their way in and out."""

from __future__ import annotations

import builtins
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cnncalc
from cnncalc.analysis.facts import NetworkFacts
from cnncalc.errors import UsageError
from cnncalc.exporters.keras import build_keras, save_keras, to_keras, to_keras_json
from cnncalc.numeric.running import run
from cnncalc.numeric.weights import load_weights, save_weights, scrambled
from tests.exporters.keras_models import keras, outputs_of
from tests.helpers import facts_of
from tests.numeric.arrays import assert_close
from tests.numeric.graphs import some_inputs

pytestmark = pytest.mark.oracle

# every layer whose arrays Keras has in another layout or under another name
ODD = """
input: 8x8x4
layers:
  - normalize
  - depthwise_conv: {kernel: 3, padding: 1, multiplier: 2, activation: prelu}
  - separable_conv: {filters: 4, kernel: 3, padding: 1}
  - conv_transpose: {name: "up/x", filters: 6, kernel: 2, stride: 2}
  - conv: {name: ü, filters: 6, kernel: 3, stride: 2, dilation: 2}
  - subsample: 2
  - scale
"""


def facts_of_odd() -> NetworkFacts:
    return facts_of(ODD)


def check_same(model: Any, facts: NetworkFacts, weights: Any) -> None:
    inputs = some_inputs(facts)
    theirs = run(facts.network, inputs, weights, threads=1)
    for name, value in outputs_of(model, facts, inputs).items():
        assert_close(value, theirs[name], "float32", name)


@pytest.mark.slow
def test_configuration() -> None:
    facts = facts_of_odd()
    model = keras.models.model_from_json(to_keras_json(facts))
    assert [layer.name for layer in model.layers] == [
        layer.name for layer in build_keras(facts).layers
    ]
    assert model.output_shape[1:] == facts.output_shape


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras's own
def test_archive(tmp_path: Path) -> None:
    facts, path = facts_of_odd(), tmp_path / "odd.keras"
    weights = scrambled(facts)
    save_keras(facts, path, weights)
    check_same(keras.models.load_model(path), facts, weights)
    before = path.read_bytes()
    with pytest.raises(UsageError, match="exists already"):
        save_keras(facts, path)
    assert path.read_bytes() == before
    save_keras(facts, path, force=True)
    assert path.read_bytes() != before
    assert list(tmp_path.iterdir()) == [path]


def test_weights_travel_both_ways(tmp_path: Path) -> None:
    facts = facts_of_odd()
    namespace: dict[str, Any] = {"__name__": "network"}
    exec(compile(to_keras(facts), "network.py", "exec"), namespace)
    weights = scrambled(facts, 3)
    save_weights(tmp_path / "in.npz", weights)
    model = namespace["build_model"]()
    namespace["load_weights"](model, tmp_path / "in.npz")
    check_same(model, facts, weights)
    namespace["save_weights"](model, tmp_path / "out.npz")
    back = load_weights(tmp_path / "out.npz")
    assert back.keys() == weights.keys()
    for name, array in weights.items():
        if not name.endswith(".count"):  # which Keras keeps as a whole number
            np.testing.assert_array_equal(back[name], array)
    check_same(model, facts, back)


def test_a_trained_network_runs_here() -> None:
    facts = facts_of(
        "{input: 6x6x1, layers: [conv: {filters: 2, kernel: 3}, batch_norm, relu, flatten,"
        " dropout: 0.2, dense: {units: 2, activation: softmax}]}"
    )
    namespace: dict[str, Any] = {"__name__": "network"}
    exec(compile(to_keras(facts), "network.py", "exec"), namespace)
    model = namespace["build_model"]()
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((32, 6, 6, 1)).astype("float32"), rng.integers(0, 2, 32)
    before = [keras.ops.convert_to_numpy(v.value) for v in model.trainable_variables]
    model.compile("sgd", "sparse_categorical_crossentropy")
    model.fit(x, y, epochs=1, verbose=0)
    after = [keras.ops.convert_to_numpy(v.value) for v in model.trainable_variables]
    assert any(not np.array_equal(one, two) for one, two in zip(before, after, strict=True))
    arrays = {
        name: keras.ops.convert_to_numpy(variable.value)
        for _, variable, name in namespace["weights_of"](model)
    }
    ours = run(facts.network, x, arrays, threads=1)[facts.outputs[-1]]
    theirs = keras.ops.convert_to_numpy(model(x, training=False))
    assert_close(ours, theirs, "float32")


def test_frozen_layers() -> None:
    text = "{input: 4, layers: [dense: {units: 3, trainable: false}, batch_norm, dense: 2]}"
    model = build_keras(facts_of(text))
    assert [len(layer.trainable_weights) for layer in model.layers] == [0, 2, 2]


def test_wrong_weights() -> None:
    facts = facts_of("{input: 4, layers: [dense: 3]}")
    with pytest.raises(UsageError, match=r"the weights lack dense_1\.kernel, dense_1\.bias"):
        build_keras(facts, {})
    wrong = {"dense_1.kernel": np.zeros((3, 4)), "dense_1.bias": np.zeros(3)}
    with pytest.raises(UsageError, match=r"dense_1\.kernel must have the shape \(4, 3\)"):
        build_keras(facts, wrong)


def test_without_keras(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def missing(name: str, *arguments: Any, **more: Any) -> Any:
        if name == "keras":
            raise ImportError(name)
        return real(name, *arguments, **more)

    monkeypatch.setattr(builtins, "__import__", missing)
    monkeypatch.delitem(sys.modules, "keras", raising=False)
    facts = cnncalc.analyze(cnncalc.load("lenet5-modern"))
    assert "keras.Sequential" in to_keras(facts)
    with pytest.raises(UsageError, match=r'pip install "cnncalc\[keras\]"'):
        build_keras(facts)
