"""The zoo's networks against those that keras.applications builds, layer by layer.

The two are written down in different orders (a shortcut before or after its body), so layers are
matched by their place in the graph: a layer is known by its kind, its output shape, its parameters
and statistics, and the layers that feed it. Equal sets of such layers mean equal networks.
Activations that are arguments count as layers; padding, cropping, dropout, reshapes and the scaling
of the input do not, nor does the softmax at the end, which torchvision leaves out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from cnncalc.analysis.facts import NetworkFacts
from tests.helpers import zoo_facts
from tests.oracles.keras_builder import weight_counts

keras: Any = pytest.importorskip("keras")
pytestmark = pytest.mark.oracle

NETWORKS: dict[str, tuple[str, dict[str, Any]]] = {
    "vgg16": ("VGG16", {}),
    "vgg19": ("VGG19", {}),
    "resnet50-keras": ("ResNet50", {}),
    "xception": ("Xception", {}),
    "inception-v3": ("InceptionV3", {}),
    "mobilenet-v1": ("MobileNet", {}),
    "mobilenet-v2": ("MobileNetV2", {}),
    "mobilenet-v2-0.5": ("MobileNetV2", {"alpha": 0.5}),
    "densenet121": ("DenseNet121", {}),
    "densenet169": ("DenseNet169", {}),
    "densenet201": ("DenseNet201", {}),
    "efficientnet-b0": ("EfficientNetB0", {}),
}

KINDS = {
    "conv": "Conv2D",
    "depthwise_conv": "DepthwiseConv2D",
    "separable_conv": "SeparableConv2D",
    "dense": "Dense",
    "batch_norm": "BatchNormalization",
    "max_pool": "MaxPooling2D",
    "avg_pool": "AveragePooling2D",
    "global_avg_pool": "GlobalAveragePooling2D",
    "add": "Add",
    "concat": "Concatenate",
    "multiply": "Multiply",
}
# VGG's adaptive pool, which is torchvision's, changes nothing at 224
LEFT_OUT_HERE = {
    "pad",
    "dropout",
    "drop_path",
    "reshape",
    "flatten",
    "softmax",
    "adaptive_avg_pool",
}
LEFT_OUT_THERE = {
    "ZeroPadding2D",
    "Dropout",
    "Reshape",
    "Flatten",
    "Rescaling",
    "Normalization",
    "softmax",
    "linear",
}


class Known(NamedTuple):
    """What a layer is known by."""

    kind: str
    shape: tuple[int, ...]
    n_params: int
    n_statistics: int


class Places:
    """A number for every layer in its place, the same in both networks."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[Known | None, tuple[int, ...]], int] = {}
        self.known: list[Known | None] = []

    def number(self, known: Known | None, feeds: list[int]) -> int:
        key = (known, tuple(sorted(feeds)))  # the order of a merge's paths is no difference
        if key not in self._numbers:
            self._numbers[key] = len(self.known)
            self.known.append(known)
        return self._numbers[key]


def squeezed(shape: tuple[Any, ...]) -> tuple[int, ...]:
    """A map of one cell is as good as a vector."""
    *sizes, channels = shape
    return (channels,) if all(size == 1 for size in sizes) else shape


def ours(facts: NetworkFacts, places: Places) -> list[int]:
    graph = facts.network.graph
    number = {index: places.number(None, []) for index in range(graph.n_inputs)}
    found: list[int] = []
    for layer in facts.layers:
        node = layer.node
        feeds = [number[index] for index in node.inputs]
        if layer.op in LEFT_OUT_HERE:
            assert layer.op != "adaptive_avg_pool" or layer.output_shape == layer.input_shapes[0]
            (number[node.index],) = feeds
            continue
        assert layer.output_shape is not None
        shape = squeezed(layer.output_shape)
        counts = (layer.n_params or 0, layer.n_statistics or 0)
        found.append(places.number(Known(KINDS.get(layer.op, layer.op), shape, *counts), feeds))
        activation = getattr(node.layer, "activation", None)
        if activation is not None and activation.op != "softmax":
            found.append(places.number(Known(activation.op, shape, 0, 0), found[-1:]))
        number[node.index] = found[-1]
    return found


def theirs(model: Any, places: Places) -> list[int]:
    number: dict[int, int] = {}
    found: list[int] = []
    for layer in model.layers:
        kind = type(layer).__name__
        if kind == "InputLayer":
            number[id(layer)] = places.number(None, [])
            continue
        inputs = layer.input if isinstance(layer.input, list) else [layer.input]
        feeds = [number[id(tensor._keras_history.operation)] for tensor in inputs]
        if kind in ("Activation", "ReLU"):
            limit = getattr(layer, "max_value", None)
            kind = "relu6" if limit else "relu" if kind == "ReLU" else layer.activation.__name__
        if kind in LEFT_OUT_THERE:
            (number[id(layer)],) = feeds
            continue
        shape = squeezed(tuple(layer.output.shape[1:]))
        found.append(places.number(Known(kind, shape, *weight_counts([layer])), feeds))
        activation: Callable[..., Any] | None = getattr(layer, "activation", None)
        if activation is not None and layer.weights:
            name = activation.__name__
            if name not in LEFT_OUT_THERE:
                found.append(places.number(Known(name, shape, 0, 0), found[-1:]))
        number[id(layer)] = found[-1]
    return found


@pytest.mark.parametrize("name", NETWORKS)
def test_every_layer(name: str) -> None:
    application, arguments = NETWORKS[name]
    with keras.StatelessScope(initialize_variables=False):  # variables get no values
        model = getattr(keras.applications, application)(weights=None, **arguments)
    places = Places()
    mine, others = Counter(ours(zoo_facts(name), places)), Counter(theirs(model, places))
    only_mine = [places.known[number] for number in (mine - others).elements()]
    only_theirs = [places.known[number] for number in (others - mine).elements()]
    # the first of each list is where the two part; what follows it differs for that reason
    assert (only_mine[:3], only_theirs[:3]) == ([], [])
    assert sum(mine.values()) > 15
    keras.backend.clear_session(free_memory=False)
