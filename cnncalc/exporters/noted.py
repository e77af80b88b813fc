"""What an exported model notes of the layers that it was made of.

A model in another form has `separable_conv` as two convolutions, and the padding of a pool as a
layer. So that it can be read again as what it was, it says beside its own layers which they are. A
reader must not believe that: it can write the layers once more and compare.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from cnncalc.analysis.facts import LayerFacts
from cnncalc.layers.base import Layer

# the values of a kernel are in the model itself, and so is the type of its values
_NOT_NOTED = ("dtype", "weights", "weights_scale")


def noted_arguments(layer: Layer) -> dict[str, Any]:
    """The arguments of a layer that are noted, as they would stand in a spec."""
    left_out = (*layer.flow_words, *layer.path_fields, *_NOT_NOTED)
    fields = (name for name in type(layer).model_fields if name in layer.model_fields_set)
    return {name: _plain(getattr(layer, name)) for name in fields if name not in left_out}


def noted_layer(layer: LayerFacts) -> dict[str, Any]:
    """A layer as an entry of a flat spec."""
    words: dict[str, Any] = {"name": layer.name}
    words |= {"paths": list(layer.inputs)} if len(layer.inputs) > 1 else {"from": layer.inputs[0]}
    if layer.shares is not None:
        words["share"] = layer.shares
    elif isinstance(layer.node.layer, Layer):
        words |= noted_arguments(layer.node.layer)
    return {layer.op: words}


def _plain(value: Any) -> Any:
    match value:
        case Layer():
            return {value.op: noted_arguments(value)}
        case list() | tuple():
            return [_plain(item) for item in value]
        case Fraction():
            return float(value)
        case _:
            return value
