"""The network: what is loaded from a spec, or built in Python, and then analysed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from cnncalc.errors import UsageError
from cnncalc.ir.graph import Graph
from cnncalc.layers.base import Layer
from cnncalc.source import Node, Source, from_data, parse
from cnncalc.spec.document import SHAPE_FORMS, Document, Settings, parse_shape
from cnncalc.spec.expand import expand
from cnncalc.spec.problems import Problem, show

ShapeLike: TypeAlias = str | int | Sequence[int]
_NO_SETTINGS = Settings()


class Origin(NamedTuple):
    """The model that a network was imported from.

    Attributes:
        path: The file, or what stands for it.
        format: What it is: `ONNX opset 17, pytorch 2.4`.
        weights: Its arrays by `<layer>.<weight>`, each read when it is asked for; empty where the
            model holds none.
    """

    path: str
    format: str
    weights: Mapping[str, Any]


class Network:
    """A network as a graph of layers, with the document that it came from.

    Build one in Python from layers, or get one from `cnncalc.load`.

    Args:
        input: Shape of the input without the batch, channels last: `"32x32x3"`, `(32, 32, 3)`.
        layers: The layers in order.
        inputs: Shapes by name instead, for a network with several inputs.
        outputs: Names of the outputs; the last layer when left out.
        name: Name of the network.

    Attributes:
        name: Name of the network, or None.
        graph: Its layers, expanded, lowered and shaped.
        document: What was written.
        origin: The model that it was imported from; None for one that was written.

    Example:
        >>> from cnncalc import Network, analyze
        >>> from cnncalc.layers import Conv
        >>> network = Network(input="32x32x3", layers=[Conv(filters=10, kernel=5, padding=2)])
        >>> analyze(network).totals.n_params
        760
    """

    def __init__(
        self,
        *,
        layers: Sequence[Layer | str],
        input: ShapeLike | None = None,
        inputs: Mapping[str, ShapeLike] | None = None,
        outputs: Sequence[str] | None = None,
        name: str | None = None,
    ) -> None:
        data: dict[str, Any] = {"name": name, "input": _plain(input), "inputs": _plain(inputs)}
        data["outputs"] = None if outputs is None else list(outputs)
        data = {key: value for key, value in data.items() if value is not None}
        data["layers"] = [_layer_data(layer) for layer in layers]
        self._fill(Document(from_data(data), None, Settings()))

    @classmethod
    def from_source(cls, source: Source, settings: Settings = _NO_SETTINGS) -> Network:
        """A network from the text of a spec.

        Raises:
            SpecError: The text cannot be read as a spec.
            UsageError: A setting does not suit the spec.
        """
        network = cls.__new__(cls)
        network._fill(Document(parse(source), source, settings))
        return network

    @classmethod
    def from_data(
        cls,
        data: Mapping[str, Any],
        settings: Settings = _NO_SETTINGS,
        origin: Origin | None = None,
    ) -> Network:
        """A network from a spec as plain data: maps, lists, texts and numbers.

        Raises:
            SpecError: The data is no spec.
            UsageError: A setting does not suit it.
        """
        network = cls.__new__(cls)
        network._fill(Document(from_data(data), None, settings), origin)
        return network

    def _fill(self, document: Document, origin: Origin | None = None) -> None:
        self.document = document
        self.origin = origin
        self.graph: Graph = expand(document)
        self.name = document.name

    @property
    def source(self) -> Source | None:
        """The text that the network was read from; None for one built in Python."""
        return self.document.source

    @property
    def file(self) -> str | None:
        """The file that it was read from, a spec's or a model's; None for one built in Python."""
        if self.origin is not None:
            return self.origin.path
        return None if self.source is None else self.source.name

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with the document, in order of appearance."""
        return self.document.problems.all()

    # what a person expects of a network, done by rooms that know more than this one

    def to_keras(self) -> str:
        """Python code for Keras 3 that builds the network."""
        return self._exported("keras")

    def to_torch(self) -> str:
        """Python code for PyTorch that defines the network."""
        return self._exported("torch")

    def build_keras(self, weights: Mapping[str, Any] | None = None) -> Any:
        """The network as a live Keras model, with these weights or with Keras's own."""
        return self._built("keras", weights)

    def build_torch(self, weights: Mapping[str, Any] | None = None) -> Any:
        """The network as a live PyTorch module, with these weights or with PyTorch's own."""
        return self._built("torch", weights)

    def build_onnx(self, weights: Mapping[str, Any] | None = None) -> Any:
        """The network as an ONNX model; without weights these are inputs of its graph."""
        return self._built("onnx", weights)

    def _exported(self, to: str) -> str:
        from cnncalc.exporters.targets import export

        return export(self, to) or ""  # code is text

    def _built(self, to: str, weights: Mapping[str, Any] | None) -> Any:
        from cnncalc.exporters.targets import build

        return build(self, to, weights)

    def __repr__(self) -> str:
        count = len(self.graph.nodes) - self.graph.n_inputs
        return f"<Network {self.name or 'without a name'}, {count} layers>"

    def _repr_html_(self) -> str:
        from cnncalc.report.html import network_html  # the notebook asks the object itself

        html: str = network_html(self)
        return html


def settings_from(
    *,
    variant: str | None = None,
    define: Mapping[str, Any] | None = None,
    input: ShapeLike | Mapping[str, ShapeLike] | None = None,
) -> Settings:
    """Settings from plain values.

    Raises:
        UsageError: An input is no shape.
    """
    named = input if isinstance(input, Mapping) else {} if input is None else {"input": input}
    shapes = {}
    for name, given in named.items():
        shape = parse_shape(given)
        if shape is None:
            raise UsageError(f"the input must be {SHAPE_FORMS}, not {show(given)}")
        shapes[name] = shape
    nodes: dict[str, Node] = {name: from_data(value) for name, value in (define or {}).items()}
    return Settings(variant, nodes, shapes)


def _plain(value: Any) -> Any:
    match value:
        case Layer():
            return _layer_data(value)
        case Mapping():
            return {str(key): _plain(item) for key, item in value.items()}
        case list() | tuple():
            return [_plain(item) for item in value]
        case _:
            return value


def _layer_data(layer: Layer | str) -> Any:
    """A layer as it would stand in a spec."""
    if isinstance(layer, str):
        return layer
    words = {}
    for name in sorted(layer.model_fields_set):
        value = getattr(layer, name)
        if value is not None or name not in layer.flow_words:
            words["from" if name == "from_" else name] = _plain(value)
    return {layer.op: words}
