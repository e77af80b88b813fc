"""The facts of a network: everything that reports, rules, exporters and the backend read."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple, TypeVar

from cnncalc.analysis.weights import Weight
from cnncalc.ir import primitives as p
from cnncalc.ir.faults import Fault
from cnncalc.ir.graph import Node
from cnncalc.ir.shapes import Shape, Size, Sizes
from cnncalc.ir.windows import Window
from cnncalc.spec.network import Network

P = TypeVar("P", bound=p.Primitive)


class ReceptiveField(NamedTuple):
    """Which input cells an output cell can see, per spatial axis.

    Output `u` sees the input cells from `start + u·stride` to that plus `size - 1`, cells in the
    padding included. Where upsampling makes the size depend on the position, it is the largest.

    Attributes:
        size: Cells from the first to the last; None when not known.
        stride: Effective stride, a fraction after upsampling; None where the field is the whole
            input, or where merged paths differ in it.
        start: First cell that output 0 sees, negative in the padding.
        smallest: Size along the path that sees least.
        whole_input: Whether a path sees everything: after global pooling or flattening, and
            through a squeeze-and-excitation gate, whose `size` is that of the other paths.
        aligned: Whether the paths merged in this very layer share stride and centre; None where
            nothing is merged.

    Reference:
        Araujo, Norris, Sim, Computing receptive fields of convolutional neural networks, 2019.
    """

    size: Sizes | None
    stride: tuple[int | Fraction, ...] | None
    start: Sizes | None
    smallest: Sizes | None
    whole_input: bool = False
    aligned: bool | None = None


class Figures(NamedTuple):
    """What a layer costs, wherever it stands: shared by equal layers with equal inputs.

    A figure that cannot be known is None.
    """

    weights: tuple[Weight, ...] | None
    n_params: Size
    n_trainable_params: Size
    n_statistics: Size
    n_macs: Size
    flops: dict[str, int] | None
    n_flops: Size
    windows: tuple[Window, ...]
    weight_bytes: Size
    activation_bytes: Size
    input_bytes: Size


class LayerFacts(NamedTuple):
    """The facts of one layer.

    Attributes:
        name: Name, with the block calls it stands in.
        op: What it is, as the spec language calls it.
        inputs: Names of the layers and inputs that feed it.
        input_shapes: Their shapes.
        output_shape: Sizes per axis, channels last, without the batch; None when not known.
        figures: Its counts; the properties below read them.
        receptive_field: What it sees of the input; None when that is not known.
        shares: Name of the layer whose weights it uses, or None.
        faults: What is wrong with the shapes that meet here.
        node: Its node in the graph.
    """

    name: str
    op: str
    inputs: tuple[str, ...]
    input_shapes: tuple[Shape | None, ...]
    output_shape: Shape | None
    figures: Figures
    receptive_field: ReceptiveField | None
    shares: str | None
    faults: tuple[Fault, ...]
    node: Node

    @property
    def weights(self) -> tuple[Weight, ...] | None:
        """Its arrays, those it shares included."""
        return self.figures.weights

    @property
    def n_params(self) -> Size:
        """Weights, trainable and frozen; 0 for a layer that uses another's."""
        return self.figures.n_params if self.shares is None else 0

    @property
    def n_trainable_params(self) -> Size:
        """Weights that training changes."""
        return self.figures.n_trainable_params if self.shares is None else 0

    @property
    def n_statistics(self) -> Size:
        """Running statistics, which are no parameters."""
        return self.figures.n_statistics if self.shares is None else 0

    @property
    def n_macs(self) -> Size:
        """Multiply-accumulates of convolution and dense, bias excluded."""
        return self.figures.n_macs

    @property
    def flops(self) -> dict[str, int] | None:
        """Operations by kind; `macs` has two for each of them."""
        return self.figures.flops

    @property
    def n_flops(self) -> Size:
        """All operations."""
        return self.figures.n_flops

    @property
    def windows(self) -> tuple[Window, ...]:
        """The sliding window per spatial axis, with its misfit; empty where none slides."""
        return self.figures.windows

    @property
    def weight_bytes(self) -> Size:
        """Bytes of parameters and statistics."""
        return self.figures.weight_bytes if self.shares is None else 0

    @property
    def activation_bytes(self) -> Size:
        """Bytes of the output."""
        return self.figures.activation_bytes

    @property
    def sees_all(self) -> bool:
        """Whether every output sees the whole input: after global pooling or flattening.

        Behind a gate, a side path that does, the map still has a field of its own.
        """
        field = self.receptive_field
        if field is None or not field.whole_input:
            return False
        shape = self.output_shape
        return field.size is None or shape is None or all(size == 1 for size in shape[:-1])

    @property
    def arithmetic_intensity(self) -> float | None:
        """FLOPs per byte of input, weights and output."""
        figures = self.figures
        parts = (figures.input_bytes, figures.weight_bytes, figures.activation_bytes)
        known = [part for part in parts if part is not None]
        if figures.n_flops is None or len(known) < len(parts) or not sum(known):
            return None
        return figures.n_flops / sum(known)


class Totals(NamedTuple):
    """Sums over the layers; what is in `partial` leaves out layers that are not known.

    Attributes:
        n_params: Parameters, every weight once.
        n_trainable_params: Those that training changes.
        n_statistics: Running statistics, beside the parameters.
        n_macs: Multiply-accumulates of convolution and dense, bias excluded.
        n_flops: Operations.
        flops: Operations by kind.
        weight_bytes: Bytes of parameters and statistics.
        activation_bytes: Bytes of all outputs together.
        peak_memory_bytes: Largest sum of live buffers in a forward pass; None when not known.
        peak_layer: Name of the layer at which the peak is reached.
        partial: Names of the figures above that are not complete.
    """

    n_params: int
    n_trainable_params: int
    n_statistics: int
    n_macs: int
    n_flops: int
    flops: dict[str, int]
    weight_bytes: int
    activation_bytes: int
    peak_memory_bytes: Size
    peak_layer: str | None
    partial: tuple[str, ...]


@dataclass(frozen=True)
class NetworkFacts:
    """Everything that is known about a network.

    Attributes:
        name: Name of the network, or None.
        inputs: Shape of every input by name.
        outputs: Names of the outputs, the main one last.
        layers: Facts of every layer, in topological order.
        totals: Sums over the layers.
        network: The network itself.
        batch: Samples that operations and memory are counted for.
        dtype: Element type unless a layer says another.
    """

    name: str | None
    inputs: dict[str, Shape | None]
    outputs: tuple[str, ...]
    layers: tuple[LayerFacts, ...]
    totals: Totals
    network: Network
    batch: int = 1
    dtype: str = "float32"

    @cached_property
    def _by_name(self) -> dict[str, LayerFacts]:
        return {layer.name: layer for layer in self.layers}

    def layer(self, name: str) -> LayerFacts:
        """The facts of the layer with this name.

        Raises:
            KeyError: There is none.
        """
        return self._by_name[name]

    @cached_property
    def _by_primitive(self) -> dict[type, list[tuple[LayerFacts, p.Primitive]]]:
        found: dict[type, list[tuple[LayerFacts, p.Primitive]]] = {}
        for layer in self.layers:
            for primitive in layer.node.lowered.primitives:
                found.setdefault(type(primitive), []).append((layer, primitive))
        return found

    @cached_property
    def _readers(self) -> dict[str, list[LayerFacts]]:
        found: dict[str, list[LayerFacts]] = {}
        for layer in self.layers:
            for name in layer.inputs:
                found.setdefault(name, []).append(layer)
        return found

    def having(self, kind: type[P]) -> list[tuple[LayerFacts, P]]:
        """Every layer that has a primitive of a kind, with that primitive, in order."""
        return self._by_primitive.get(kind, [])  # type: ignore[return-value]  # keyed by its type

    def readers(self, name: str) -> list[LayerFacts]:
        """The layers that read the output of a layer or an input, in order."""
        return self._readers.get(name, [])

    def sources(self, layer: LayerFacts) -> list[LayerFacts]:
        """The layers that feed a layer; network inputs are no layers."""
        return [self._by_name[name] for name in layer.inputs if name in self._by_name]

    @property
    def last_map(self) -> LayerFacts | None:
        """The last layer of which an output sees a part of the input; those after it see all.

        None where there is no such layer, or where one after it is not known.
        """
        last = next((layer for layer in reversed(self.layers) if not layer.sees_all), None)
        if last is None or last.receptive_field is None or not last.receptive_field.size:
            return None
        return last

    @property
    def output_shape(self) -> Shape | None:
        """Shape of the main output; None when not known."""
        return self.shape_of(self.outputs[-1]) if self.outputs else None

    def shape_of(self, name: str) -> Shape | None:
        """Shape of an input, or of what a layer gives; None when not known.

        Raises:
            KeyError: There is none of this name.
        """
        return self.inputs[name] if name in self.inputs else self.layer(name).output_shape

    def _repr_html_(self) -> str:
        from cnncalc.report.html import facts_html  # the notebook asks the object itself

        return facts_html(self)
