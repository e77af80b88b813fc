"""What an ONNX graph is made of while the emitters write it: tensors, nodes, constants, weights."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeAlias

from numpy.typing import NDArray

from cnncalc.ir.shapes import Sizes

Array: TypeAlias = NDArray[Any]


class Tensor(NamedTuple):
    """A value in the graph.

    Attributes:
        name: Its name there.
        shape: Its shape as cnncalc has it, channels last and without the batch. The tensor itself
            is (N, channels, *the other axes).
    """

    name: str
    shape: Sizes

    @property
    def space(self) -> Sizes:
        """Its sizes without the channels."""
        return self.shape[:-1]

    @property
    def channels(self) -> int:
        """The size of its last axis."""
        return self.shape[-1]


def onnx_axis(axis: int, n_axes: int) -> int:
    """Where an axis of a channels-last shape without a batch is in the tensor."""
    return 1 if axis == n_axes - 1 else axis + 2


def onnx_shape(shape: Sizes) -> Sizes:
    """A channels-last shape with its channels first."""
    return (shape[-1], *shape[:-1])


class Graph(ABC):
    """Takes the nodes, constants and weights that the emitters make, layer by layer."""

    @abstractmethod
    def node(self, op: str, *inputs: str, **attributes: Any) -> str:
        """Append a node; the name of what it computes."""

    @abstractmethod
    def integers(self, what: str, values: Sequence[int] | Array) -> str:
        """A constant of whole numbers, such as a node's axes."""

    @abstractmethod
    def numbers(self, what: str, values: float | Sequence[float] | Array) -> str:
        """A constant of the graph's element type."""

    @abstractmethod
    def filled(self, what: str, shape: Sizes, value: float) -> str:
        """A constant with the same number everywhere."""

    @abstractmethod
    def weight(
        self,
        name: str,
        shape: Sizes | None = None,
        arrange: Callable[[Array], Array] | None = None,
    ) -> str:
        """An array of the layer's.

        Args:
            name: Its name within the layer.
            shape: Its shape in the graph, where that is another.
            arrange: What turns the layer's array into one of that shape; a reshape by default.
        """
