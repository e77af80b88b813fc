"""Runs an ONNX model with ONNX Runtime, and imported with NumPy, and compares the two."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

import cnncalc
from cnncalc.importers.load import network_of
from cnncalc.importers.onnx import imported, read_onnx
from cnncalc.importers.onnx.proto import read_file
from cnncalc.importers.onnx.run import Run
from cnncalc.importers.onnx.values import Atom, Feature
from cnncalc.importers.onnx.wire import Reader
from cnncalc.spec.network import Network

Array = NDArray[Any]
Sizes = tuple[int, ...]


def imported_network(data: bytes, inputs: Mapping[str, Sizes] | None = None) -> Network:
    """The network that a model becomes."""
    return network_of(read_onnx(data, name="model.onnx", inputs=inputs or {}), "model.onnx")


def opaque_layers(data: bytes, inputs: Mapping[str, Sizes] | None = None) -> list[str]:
    """What was not understood, with its reason."""
    layers = read_onnx(data, name="model.onnx", inputs=inputs or {}).layers
    return [str(layer["opaque"].get("kind")) for layer in layers if "opaque" in layer]


def check(
    data: bytes,
    inputs: Mapping[str, Sizes] | None = None,
    feeds: Mapping[str, Array] | None = None,
    folder: Path | None = None,
    tolerance: float = 1e-4,
    least: float = 1e-6,
) -> Network:
    """See that the NumPy backend gives what ONNX Runtime gives, and return the network.

    Args:
        data: The model.
        inputs: Shapes for its open sizes.
        feeds: What to run it on, as ONNX has it; random numbers if not given.
        folder: Where the model's external data is.
        tolerance: Largest difference, relative to the largest value.
        least: What counts as the largest value where all are smaller.
    """
    model = read_onnx(data, name="model.onnx", inputs=inputs or {})
    network = network_of(model, "model.onnx")
    assert not network.problems, network.problems
    facts = cnncalc.analyze(network)
    for layer in facts.layers:
        assert not layer.faults, (layer.name, layer.faults)
    reader = Reader(data)
    run, _, _ = imported(read_file(reader), reader, folder, inputs or {})
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3  # it warns of everything that a model could do without
    session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    random = np.random.default_rng(7)
    given: dict[str, Array] = {}
    for entry in session.get_inputs():
        value = run.values.get(entry.name)
        if feeds is not None and entry.name in feeds:
            given[entry.name] = feeds[entry.name]
        elif isinstance(value, Feature):
            given[entry.name] = random.standard_normal(value.dims).astype(np.float32)
    wanted = session.run(None, given)
    own = {
        value.layer: from_onnx(run, value, given[name])
        for name, value in run.values.items()
        if name in given and isinstance(value, Feature) and value.layer in model.inputs
    }
    got = cnncalc.run(network, own, model.weights)
    for entry, expected in zip(session.get_outputs(), wanted, strict=True):
        value = run.values[entry.name]
        assert isinstance(value, Feature), (entry.name, "has no known shape")
        found = to_onnx(run, value, got[value.layer])
        assert found.shape == expected.shape, (entry.name, found.shape, expected.shape)
        scale = max(float(np.abs(expected).max()), least)
        error = float(np.abs(found - expected).max()) / scale
        assert error <= tolerance, (entry.name, error)
    return network


def from_onnx(run: Run, value: Feature, array: Array) -> Array:
    """An ONNX tensor as the layer has its values: (batch, *shape)."""
    atoms, sizes = _atoms(run, value)
    order = [atoms.index(atom) for atom in _with_batch(run, value)]
    return array.reshape(sizes).transpose(order).reshape(-1, *value.shape)


def to_onnx(run: Run, value: Feature, array: Array) -> Array:
    """A layer's values (batch, *shape) as the ONNX tensor."""
    atoms, _ = _atoms(run, value)
    own = _with_batch(run, value)
    split = array.reshape([atom.size for atom in own])
    return split.transpose([own.index(atom) for atom in atoms]).reshape(value.dims)


def _atoms(run: Run, value: Feature) -> tuple[list[Atom], list[int]]:
    atoms = [atom for group in value.axes for atom in group]
    return atoms, [atom.size for atom in atoms]


def _with_batch(run: Run, value: Feature) -> list[Atom]:
    batch = [] if run.batch is None else [run.batch]
    return [*batch, *value.order]
