"""Arrays by name that exist only while somebody looks at them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from math import prod
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from cnncalc.errors import UsageError
from cnncalc.ir.shapes import Sizes

Array: TypeAlias = NDArray[Any]
Dtype: TypeAlias = np.dtype[Any]


class Form(NamedTuple):
    """What is known of an array without reading it."""

    shape: Sizes
    dtype: Dtype

    @property
    def size_bytes(self) -> int:
        """Bytes of its values."""
        return prod(self.shape) * self.dtype.itemsize


class LazyArrays(Mapping[str, Array]):
    """Arrays by name, each made when it is asked for, and not kept.

    Names, shapes and types are known from the start, so looking through them costs nothing, and a
    network of 500 MB is never in memory twice.

    Args:
        forms: Shape and type of every array, in order.
        make: Gives the array of a name; called anew whenever that is asked for.
    """

    def __init__(self, forms: Mapping[str, Form], make: Callable[[str], Array]) -> None:
        self.forms = forms
        self._make = make

    def __getitem__(self, name: str) -> Array:
        if name not in self.forms:
            raise KeyError(name)
        return self._make(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self.forms)

    def __len__(self) -> int:
        return len(self.forms)

    def __contains__(self, name: object) -> bool:
        return name in self.forms


def forms_of(arrays: Mapping[str, Any]) -> Mapping[str, Form]:
    """Shape and type of every array, without making one that is made when asked for."""
    if isinstance(arrays, LazyArrays):
        return arrays.forms
    found = {}
    for name, value in arrays.items():
        array = np.asarray(value)
        found[name] = Form(array.shape, array.dtype)
    return found


def float_dtype(dtype: str | Dtype) -> Dtype:
    """The element type that a name means.

    Raises:
        UsageError: It is neither float32 nor float64, which are what networks are computed in.
    """
    name = str(dtype)
    if name not in ("float32", "float64"):
        raise UsageError(f"the dtype must be float32 or float64, not {name[:40]!r}")
    return np.dtype(name)
