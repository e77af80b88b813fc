"""What ONNX Runtime computes, layer by layer, from the model that the exporter writes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cnncalc.analysis.facts import NetworkFacts
from cnncalc.exporters.onnx import to_onnx
from tests.numeric.arrays import Array, Arrays

pytest.importorskip("onnx")
onnxruntime: Any = pytest.importorskip("onnxruntime")


def evaluate(facts: NetworkFacts, weights: Arrays, inputs: Arrays) -> dict[str, Array]:
    """The output of every layer in float32, batch first and channels last, as the inputs are."""
    model = to_onnx(facts, weights)
    given = [channels_first(inputs[name].astype(np.float32)) for name in facts.inputs]
    values = run(model, given)
    names = layer_tensors(model, facts)
    return {name: channels_last(as_infinite(values[names[name]])) for name in names}


def outputs(facts: NetworkFacts, weights: Arrays, inputs: Arrays) -> list[Array]:
    """The network's outputs in float32, batch first and channels last, as the inputs are."""
    given = [channels_first(inputs[name].astype(np.float32)) for name in facts.inputs]
    values = compute(to_onnx(facts, weights), given)
    return [channels_last(as_infinite(value)) for value in values.values()]


def run(model: Any, inputs: list[Array]) -> dict[str, Array]:
    """Every value that a model describes, from the graph's inputs in their order."""
    shown = type(model)()
    shown.CopyFrom(model)
    given_out = {info.name for info in model.graph.output}
    inner = [info for info in model.graph.value_info if info.name not in given_out]
    shown.graph.output.extend(inner)
    return compute(shown, inputs)


def compute(model: Any, inputs: list[Array]) -> dict[str, Array]:
    """A model's outputs, by name, from its inputs in their order."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4  # what fails raises, and need not be printed
    options.intra_op_num_threads = 1
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    names = [info.name for info in session.get_inputs()]
    wanted = [info.name for info in session.get_outputs()]
    values = session.run(wanted, dict(zip(names, inputs, strict=True)))
    return dict(zip(wanted, values, strict=True))


def layer_tensors(model: Any, facts: NetworkFacts) -> dict[str, str]:
    """The tensor of every layer, in which invisible characters are escaped."""
    described = {info.name for info in (*model.graph.value_info, *model.graph.output)}
    tensors = [node.output[0] for node in model.graph.node if node.output[0] in described]
    return dict(zip([layer.name for layer in facts.layers], tensors, strict=True))


def as_infinite(array: Array) -> Array:
    """ONNX Runtime's maximum of nothing but minus infinities is the lowest number there is."""
    return np.where(array == np.finfo(np.float32).min, np.float32(-np.inf), array)


def channels_first(array: Array) -> Array:
    return np.ascontiguousarray(np.moveaxis(array, -1, 1))


def channels_last(array: Array) -> Array:
    return np.ascontiguousarray(np.moveaxis(array, 1, -1))
