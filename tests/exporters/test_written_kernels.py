"""Kernels that a spec writes out are in the code that is exported."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cnncalc
from cnncalc.exporters.keras import build_keras, to_keras, to_keras_json
from cnncalc.exporters.torch import build_torch, to_torch
from cnncalc.numeric.weights import initial, load_weights
from tests.exporters.keras_models import keras, outputs_of, ruff_all
from tests.exporters.torch_models import complaints, torch
from tests.helpers import chain, facts_of
from tests.numeric.arrays import assert_close
from tests.numeric.graphs import some_inputs

pytestmark = pytest.mark.oracle

# every layer that can have one, with every layout of a framework
SPEC = """
input: 8x8x1
blocks:
  Sharpen:
    params: {kernel: [[0, -1, 0], [-1, 5, -1], [0, -1, 0]]}
    layers: [depthwise_conv: {kernel: 3, padding: 1, bias: false, weights: $kernel}]
layers:
  - conv: {name: blur, filters: 1, kernel: 3, padding: same, weights: [[1,2,1],[2,4,2],[1,2,1]],
      weights_scale: 1/16}
  - Sharpen
  - Sharpen: {name: again}
  - conv: {name: blurred, share: blur}
  - depthwise_conv: {name: each, kernel: 1, multiplier: 2, weights: [[[[7, 8]]]], weights_scale: 2}
  - depthwise_conv: {name: both, kernel: [1, 2], multiplier: 2,
      weights: [[[[1, 2, 3, 4]], [[5, 6, 7, 8]]]]}
  - conv: {name: mixed, filters: 2, kernel: 1, activation: prelu,
      weights: [[[[1, 2], [3, 4], [5, 6], [7, 9]]]]}
  - conv_transpose: {name: up, kernel: [2, 1], stride: 2, filters: 3,
      weights: [[[[1, 2, 3], [4, 5, 6.5]]], [[[7, 8, 9], [-1, -2, -3e-7]]]]}
  - conv: {name: table, filters: 2, kernel: 1, connections: [[0, 2], [1]],
      weights: [[[[1, 2], [3, 4], [5, 6]]]]}
  - conv_transpose: {name: down, kernel: 1, groups: 2, filters: 4, weights: [[[[1, 2, 3, 4]]]]}
  - global_avg_pool
  - dense: {name: last, units: 2, bias: false, weights: [[1, 2], [3, 4], [5, 6], [7, 8]],
      trainable: false}
"""


def namespace(code: str) -> dict[str, Any]:
    """What a person has who imports the file."""
    names: dict[str, Any] = {"__name__": "generated"}
    exec(code, names)
    return names


def check_kernels(path: Path) -> None:
    """Hold a file of weights to the kernels of the spec."""
    found, wanted = load_weights(path), initial(facts_of(SPEC))
    assert set(found) == set(wanted)
    kernels = [name for name in wanted if name.endswith(".kernel")]
    assert len(kernels) == 10
    for name in kernels:
        np.testing.assert_array_equal(found[name], wanted[name], name)


def test_keras_begins_with_them(tmp_path: Path) -> None:
    code = to_keras(facts_of(SPEC))
    names = namespace(code)
    names["save_weights"](names["build_model"](), tmp_path / "weights.npz")
    check_kernels(tmp_path / "weights.npz")
    assert not ruff_all({"network": code}, tmp_path)
    assert code.count("\nKERNEL_") == 9


def test_torch_begins_with_them(tmp_path: Path) -> None:
    code = to_torch(facts_of(SPEC))
    names = namespace(code)
    names["save_weights"](names["Network"](), tmp_path / "weights.npz")
    check_kernels(tmp_path / "weights.npz")
    assert not complaints([code], tmp_path)
    assert code.count("\nKERNEL_") == 9


BLUR = "conv: {filters: 1, kernel: 3, bias: false, weights: [[1,2,1],[2,4,2],[1,2,1]]}"


def test_what_it_computes_needs_no_file() -> None:
    facts = chain("6x7x1", BLUR)
    inputs = some_inputs(facts)
    (expected,) = cnncalc.run(facts.network, inputs).values()
    model = keras.models.model_from_json(to_keras_json(facts))
    for built in (build_keras(facts), model):
        (result,) = outputs_of(built, facts, inputs).values()
        assert_close(result, expected, "float32")
    with torch.no_grad():
        result = build_torch(facts)(torch.from_numpy(inputs["input"][:, None, :, :, 0]))
    assert_close(result.numpy()[:, 0, :, :, None], expected, "float32")


def test_given_weights_go_before() -> None:
    facts = chain("6x7x1", BLUR)
    ones = {"conv_1.kernel": np.ones((3, 3, 1, 1), np.float32)}
    (kernel,) = build_keras(facts, ones).weights
    assert keras.ops.convert_to_numpy(kernel.value).min() == 1
    assert next(build_torch(facts, ones).parameters()).min() == 1


def test_many_layers_with_one_kernel_have_one_constant() -> None:
    facts = facts_of(f"{{input: 1000x1000x1, layers: [{', '.join(['{' + BLUR + '}'] * 300)}]}}")
    for code in (to_keras(facts), to_torch(facts)):
        assert code.count("[[1, 2, 1], [2, 4, 2], [1, 2, 1]]") == 1


def test_a_network_without_has_no_constants() -> None:
    facts = chain("6x7x1", "conv: {filters: 1, kernel: 3}")
    assert "KERNEL" not in to_keras(facts) + to_torch(facts)


def test_the_page_shows_what_is_written() -> None:
    page = Path(__file__).parents[2].joinpath("docs", "export", "keras.md").read_text("utf-8")
    section = page.partition("Kernels that a spec writes out")[2]
    spec = section.partition("```yaml\n")[2].partition("```")[0]
    assert section.partition("```python\n")[2].partition("```")[0] in to_keras(facts_of(spec))
