"""Live Keras models into networks."""

from __future__ import annotations

from typing import Any

from cnncalc.errors import UsageError
from cnncalc.importers.arrays import LazyArrays
from cnncalc.importers.json_text import parse_json
from cnncalc.importers.keras import read_located
from cnncalc.importers.keras.build import Array
from cnncalc.importers.keras.layout import arranged
from cnncalc.source.printable import quoted
from cnncalc.spec.network import Network, Origin


def _values(model: Any, place: Array) -> Any:
    """An array, taken from the model's variables."""
    import numpy as np

    owner = model
    for name in place.layer:
        owner = next((layer for layer in owner.layers if layer.name == name), None)
        if owner is None:
            raise UsageError(f"the model has no layer {quoted(name)} any more")
    variable = owner.weights[place.variable]
    value = getattr(variable, "value", variable)
    return arranged(np.asarray(variable if callable(value) else _host(value)), place.form)


def _host(value: Any) -> Any:
    """A tensor of any backend in the memory that NumPy reads."""
    detach = getattr(value, "detach", None)
    return value if detach is None else detach().cpu()


def from_keras(model: Any, *, input: tuple[int, ...] | None = None) -> Network:
    """A network from a live Keras model, with its weights.

    Args:
        model: A sequential or functional model; a subclass says nothing of its layers.
        input: Shape of the input without the batch, channels last, where the model leaves sizes
            open.

    Raises:
        SpecError: The model does not say what it is made of.
        UsageError: It is no Keras model, or a size is open.
    """
    to_json = getattr(model, "to_json", None)
    if to_json is None or not hasattr(model, "layers"):
        kind = quoted(type(model).__name__)
        raise UsageError(f"from_keras needs a Keras model, not {kind}; cnncalc.load reads files")
    try:
        text = to_json()
    except (NotImplementedError, TypeError, ValueError) as error:
        reason = quoted(" ".join(str(error).split()), 100)
        message = f"the model has no configuration: {reason}; build it from layers or functionally"
        raise UsageError(message) from None
    name = str(getattr(model, "name", "model"))
    given = {} if input is None else {"input": tuple(input)}
    read, places = read_located(parse_json(text.encode(), name), name=name, inputs=given)
    weights = LazyArrays(places, lambda _, place: _values(model, place))
    return Network.from_data(read.spec(), origin=Origin(name, read.format, weights))
