"""What ConvNetJS's `makeLayers` makes of definitions: some bring further layers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from cnncalc.importers.convnetjs.entry import Entry

# the losses, and what they call the number of units of the layer that is put before them
_UNITS = {"softmax": "num_classes", "svm": "num_classes", "regression": "num_neurons"}
_SHAPE = {"in_sx": "out_sx", "in_sy": "out_sy", "in_depth": "out_depth"}
_FULLY_CONNECTED = ("num_neurons", "filters")  # either word will do, the first counts


def layers_of(definitions: Sequence[Entry]) -> Iterator[Entry]:
    """The layers of a net, as `net.toJSON()` would have them, but for shapes and weights."""
    for entry in definitions:
        values = entry.values
        units = _UNITS.get(entry.kind)
        if units is not None:
            yield _layer(entry, "fc", out_depth=entry.size(units))
        if values.get("tensor"):
            yield _layer(entry, "quadtransform")
        yield _itself(entry)
        activation = values.get("activation")
        if activation is not None:
            if not isinstance(activation, str):
                entry.refuse("activation must be a text")
            group = {"group_size": values["group_size"]} if "group_size" in values else {}
            yield _layer(entry, activation, **(group if activation == "maxout" else {}))
        if "drop_prob" in values and entry.kind != "dropout":
            yield _layer(entry, "dropout", drop_prob=values["drop_prob"])


def _itself(entry: Entry) -> Entry:
    values = entry.values
    match entry.kind:
        case "input":
            # either word will do, that of the output counts
            named = {out: values[key] for key, out in _SHAPE.items() if key in values}
            return entry._replace(values={**named, **values})
        case "conv":
            return entry._replace(values={**values, "out_depth": entry.size("filters")})
        case "fc":
            word = next((key for key in _FULLY_CONNECTED if key in values), _FULLY_CONNECTED[0])
            return _layer(entry, "fc", out_depth=entry.size(word))
        case _:
            return entry


def _layer(entry: Entry, kind: str, **values: Any) -> Entry:
    return entry._replace(kind=kind, values=values)
