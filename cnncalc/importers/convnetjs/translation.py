"""Layers of ConvNetJS in the words of the spec language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from cnncalc.errors import UsageError
from cnncalc.importers.convnetjs.entry import Entry, refuse
from cnncalc.importers.convnetjs.weights import Weights
from cnncalc.importers.model import Model
from cnncalc.ir.shapes import Sizes
from cnncalc.source.printable import quoted

_ACTIVATIONS = ("relu", "sigmoid", "tanh")
_LONGEST_KIND = 100


def translate(layers: Sequence[Entry], name: str, inputs: Mapping[str, Sizes]) -> Model:
    """The model that a net of ConvNetJS is.

    A map of one cell is a vector here, as ConvNetJS has no other word for it. What `svm` and
    `regression` give is what enters them, so they are no layers.

    Raises:
        SpecError: A value of a layer is missing or wrong, or there is no layer.
        UsageError: A shape is given for an input that there is not.
    """
    first = layers[0]
    if first.kind != "input":
        first.refuse("the first layer must be the input, with out_sx, out_sy and out_depth")
    net = _Translation(_input(first, inputs))
    for entry in layers[1:]:
        if entry.kind == "input":
            entry.refuse("only the first layer can be an input")
        net.add(entry)
    if not net.layers:
        refuse(name, "the net has no layers beside its input")
    outputs = (net.last,)
    return Model(None, "ConvNetJS", {"input": net.input}, outputs, net.layers, net.weights.arrays())


def _input(entry: Entry, given: Mapping[str, Sizes]) -> Sizes:
    other = next((name for name in given if name != "input"), None)
    if other is not None:
        raise UsageError(f"the model has no input called {quoted(other)}; its only one is 'input'")
    shape = given.get("input") or tuple(map(entry.size, ("out_sy", "out_sx", "out_depth")))
    return shape[2:] if shape[:2] == (1, 1) and len(shape) == 3 else shape


class _Translation:
    """A spec that grows layer by layer.

    Attributes:
        input: Shape of the input.
        layers: The layers so far.
        weights: Their weights.
        last: Name of the last one.
        depth: Channels that it gives; None when not known.
        is_vector: Whether it gives a vector, and no map.
    """

    def __init__(self, shape: Sizes) -> None:
        self.input = shape
        self.layers: list[dict[str, dict[str, Any]]] = []
        self.weights = Weights()
        self.last = "input"
        self.depth: int | None = shape[-1]
        self.is_vector = len(shape) == 1
        self._counts: Counter[str] = Counter()

    def add(self, entry: Entry) -> None:
        """Append what a layer of ConvNetJS is here."""
        match entry.kind:
            case "conv":
                self._convolution(entry)
            case "pool":
                self._pooling(entry)
            case "fc":
                self._dense(entry)
            case "softmax":
                self._vector()
                self._append("softmax")
            case "svm" | "regression":
                pass
            case "maxout":
                self._maxout(entry)
            case "dropout":
                rate = entry.number_of("drop_prob", 0.5)
                self._append("dropout", rate=rate)
                # not what remains but what is dropped is the factor at inference
                self._append("rescale", scale=rate)
            case "lrn":
                self._response_normalization(entry)
            case "quadtransform":
                self._products(entry)
            case kind if kind in _ACTIVATIONS:
                self._append(kind)
            case kind:
                self._unknown(entry, kind)

    def _append(self, op: str, **arguments: Any) -> None:
        self._counts[op] += 1
        self.last = f"{op}_{self._counts[op]}"
        self.layers.append({op: {"name": self.last, **arguments}})

    def _map(self) -> None:
        """Make a map of one cell of a vector, for a layer that slides a window."""
        if self.is_vector:
            self._append("reshape", shape=[1, 1, -1])
            self.is_vector = False

    def _vector(self) -> None:
        if not self.is_vector:
            self._append("flatten")
            self.is_vector = True

    def _convolution(self, entry: Entry) -> None:
        self._map()
        window, filters = _window(entry, "kernel", 1), entry.size("out_depth")
        arriving = entry.known_size("in_depth")
        self._append("conv", filters=filters, **window, **_declared("in_channels", arriving))
        kernel = (entry.size("sy", entry.size("sx")), entry.size("sx"))
        self.weights.add(entry, self.last, kernel, arriving, filters)
        self.depth = filters

    def _pooling(self, entry: Entry) -> None:
        self._map()
        self._append("max_pool", **_window(entry, "size", 2))

    def _dense(self, entry: Entry) -> None:
        self._vector()
        units, arriving = entry.size("out_depth"), entry.known_size("num_inputs")
        self._append("dense", units=units, **_declared("in_features", arriving))
        self.weights.add(entry, self.last, (), arriving, units)
        self.depth = units

    def _maxout(self, entry: Entry) -> None:
        pieces = entry.size("group_size", 2)
        if self.depth is not None:
            kept = self.depth - self.depth % pieces
            if kept != self.depth:  # the channels of a group that is not full are left out
                self._append("slice", start=0, stop=kept)
            self.depth = kept // pieces
        self._append("maxout", pieces=pieces)

    def _response_normalization(self, entry: Entry) -> None:
        size, alpha = entry.size("n"), entry.number_of("alpha")
        if size % 2 == 0:
            # the window has as many channels on either side, but the sum is divided by the even n
            size, alpha = size + 1, alpha * (size + 1) / size
        bias, beta = entry.number_of("k"), entry.number_of("beta")
        self._append("local_response_norm", size=size, alpha=alpha, beta=beta, bias=bias)

    def _products(self, entry: Entry) -> None:
        """All products of two channels, which no op of ours gives."""
        if self.depth is not None:
            self.depth += self.depth**2
        output = [self.depth] if self.is_vector and self.depth is not None else _output(entry)
        self._append("opaque", kind="quadtransform", params=0, **_declared("output", output))

    def _unknown(self, entry: Entry, kind: str) -> None:
        output = _output(entry)
        self._append("opaque", kind=kind[:_LONGEST_KIND], **_declared("output", output))
        self.depth = None if output is None else output[-1]
        self.is_vector = False


def _window(entry: Entry, word: str, stride: int) -> dict[str, Any]:
    """A window of ConvNetJS: sizes are rounded down, as they are in a spec."""
    width = entry.size("sx")
    height = entry.size("sy", width)
    return {
        word: width if width == height else [height, width],
        "stride": entry.size("stride", stride),
        "padding": entry.size("pad", 0, least=0),
    }


def _declared(key: str, value: object) -> dict[str, Any]:
    return {} if value is None else {key: value}


def _output(entry: Entry) -> list[int] | None:
    """The shape that the file says a layer gives."""
    sizes = [entry.known_size(key) for key in ("out_sy", "out_sx", "out_depth")]
    known = [size for size in sizes if size is not None]
    return known if len(known) == len(sizes) else None
