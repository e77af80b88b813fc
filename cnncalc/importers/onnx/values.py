"""What an ONNX value is while a graph is imported: a constant, or what a layer gives.

ONNX reshapes and transposes where a spec has channels last, so what a layer gives is kept together
with a *view*: the layer's values in their order are split into atoms, and every axis of the ONNX
tensor is a product of some of these. Transposes, flattenings and the reshapes around them only
rename axes; a layer is written when an operation needs the values in another order.
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import TYPE_CHECKING, Any, TypeAlias

from cnncalc.errors import UsageError
from cnncalc.importers.onnx.pointwise import INPUT, Expression
from cnncalc.ir.shapes import Sizes

if TYPE_CHECKING:
    from numpy.typing import NDArray

Array: TypeAlias = "NDArray[Any]"
MOST_FOLDED = 1_000_000


class Constant:
    """A value that no input changes.

    Its shape is known; its values are made when they are asked for, and may not be there at all.

    Attributes:
        shape: Its shape.
        dtype: NumPy's name of its element type.
        make: Gives the values; None where the file does not hold them.
        is_parameter: Whether the file holds it as an array, so that it counts as a parameter.
        identity: Equal for constants that are one and the same array of the file.
    """

    __slots__ = ("_array", "_integers", "dtype", "identity", "is_parameter", "make", "shape")

    def __init__(
        self,
        shape: Sizes,
        dtype: str,
        make: Callable[[], Array] | None,
        integers: Callable[[], list[int] | None] | None = None,
        *,
        is_parameter: bool = False,
        identity: tuple[object, ...] = (),
    ) -> None:
        self.identity = identity or (object(),)
        self.shape = shape
        self.dtype = dtype
        self.make = make
        self.is_parameter = is_parameter
        self._integers = integers
        self._array: Array | None = None

    @classmethod
    def of(cls, array: Array) -> Constant:
        """A constant with these values."""
        constant = cls(array.shape, str(array.dtype), lambda: array)
        constant._array = array
        return constant

    @classmethod
    def sizes(cls, values: list[int]) -> Constant:
        """A vector of integers, as `Shape` gives."""
        return cls((len(values),), "int64", lambda: _int64(values), lambda: values)

    @property
    def size(self) -> int:
        """Number of values."""
        return prod(self.shape)

    @property
    def is_float(self) -> bool:
        """Whether it holds real numbers."""
        return self.dtype.startswith("float")

    def array(self) -> Array:
        """The values.

        Raises:
            UsageError: The file does not hold them.
        """
        if self._array is not None:
            return self._array
        if self.make is None:
            raise UsageError("the model's file does not hold these weights")
        try:
            array = self.make()
        except RecursionError:
            raise UsageError("these weights are prepared in too many steps") from None
        if array.size <= 64:
            self._array = array
        return array

    def integers(self) -> list[int] | None:
        """The values of a short vector or number of integers; None if it is none."""
        if self.make is None or self.size > MOST_FOLDED:
            return None
        values = self._integers() if self._integers is not None else None
        if values is None and self.dtype.startswith(("int", "uint", "bool")):
            values = [int(value) for value in self.array().reshape(-1).tolist()]
        return values

    def number(self) -> float | None:
        """The one number that the values are; None if they are more than one, or not there."""
        if self.size != 1 or self.make is None or self.dtype == "other":
            return None
        return float(self.array().reshape(-1)[0])

    def then(self, shape: Sizes, change: Callable[[Array], Array], tag: str) -> Constant:
        """The constant that is made of this one's values.

        Args:
            shape: Its shape.
            change: What makes it.
            tag: Tells one such change from another.
        """
        make = None if self.make is None else lambda: change(self.array())
        identity = (*self.identity, tag)
        return Constant(shape, self.dtype, make, is_parameter=self.is_parameter, identity=identity)


def _int64(values: list[int]) -> Array:
    import numpy as np

    return np.array(values, np.int64)


class Atom:
    """A factor of an axis; two atoms of one size are two."""

    __slots__ = ("size",)

    def __init__(self, size: int) -> None:
        self.size = size


Group: TypeAlias = tuple[Atom, ...]


def size_of(group: Group) -> int:
    """Number of cells of an axis."""
    return prod(atom.size for atom in group)


class Feature:
    """What a layer gives, and how the ONNX tensor looks at it.

    Attributes:
        layer: The layer, or the network's input.
        shape: What it gives, channels last, without the batch.
        order: The atoms of its values; in this order they vary from slowest to fastest.
        axes: The atoms of every axis of the ONNX tensor; the batch is an atom of its own, or none.
        expression: A function of the layer's values that is still to be written as a layer.
    """

    __slots__ = ("axes", "expression", "layer", "order", "shape")

    def __init__(
        self,
        layer: str,
        shape: Sizes,
        order: Group,
        axes: tuple[Group, ...],
        expression: Expression = INPUT,
    ) -> None:
        self.layer = layer
        self.shape = shape
        self.order = order
        self.axes = axes
        self.expression = expression

    @property
    def dims(self) -> Sizes:
        """The shape of the ONNX tensor."""
        return tuple(map(size_of, self.axes))

    def seen(self, axes: tuple[Group, ...]) -> Feature:
        """The same values, looked at in another way."""
        return Feature(self.layer, self.shape, self.order, axes, self.expression)


class Unknown:
    """What a layer gives of which the shape is not known.

    Attributes:
        layer: The layer.
    """

    __slots__ = ("layer",)

    def __init__(self, layer: str) -> None:
        self.layer = layer


Value: TypeAlias = Constant | Feature | Unknown
