"""ConvNetJS: what `net.toJSON()` gives, and lists of layer definitions, as JSON or as a script.

Reference:
    ConvNetJS, build/convnet.js, version 0.3.0: what every layer computes, and what `makeLayers`
    makes of a definition.
"""

from __future__ import annotations

from collections.abc import Mapping

from cnncalc.importers.convnetjs.definitions import layers_of
from cnncalc.importers.convnetjs.entry import Entry, refuse
from cnncalc.importers.convnetjs.script import read_definitions
from cnncalc.importers.convnetjs.translation import translate
from cnncalc.importers.json_text import parse_json
from cnncalc.importers.model import Model
from cnncalc.ir.shapes import Sizes


def read_convnetjs(data: bytes, *, name: str, inputs: Mapping[str, Sizes]) -> Model:
    """The model that a file of ConvNetJS says.

    Args:
        data: The file: JSON, or JavaScript that lists layer definitions, of which nothing is run.
        name: What messages call it.
        inputs: The shape to use in place of the file's, as `input`.

    Raises:
        SpecError: It cannot be read, or has a layer that ConvNetJS could not make.
        UsageError: A shape is given for an input that there is not.
    """
    found = parse_json(data, name) if _is_json(data) else read_definitions(data, name)
    return translate(_layers(found, name), name, inputs)


def _is_json(data: bytes) -> bool:
    """Whether it is JSON: a list in a script may begin alike, but its keys need no quotes."""
    text = data.removeprefix(b"\xef\xbb\xbf").strip()
    if text[:1] == b"{":
        return True
    return text[:1] == b"[" and text[1:].lstrip()[1:].lstrip()[:1] in (b'"', b"}", b"")


def _layers(found: object, name: str) -> list[Entry]:
    """The layers of a net, made from definitions where it is a list of those."""
    if isinstance(found, dict):
        if "nets" in found:
            refuse(name, "a MagicNet, which averages several nets; save one of its nets")
        found, key = found.get("layers"), "layer_type"
        if not isinstance(found, list):
            refuse(name, "no net of ConvNetJS: net.toJSON() has a list called layers")
    else:
        key = "type"
    if not isinstance(found, list) or not found:
        refuse(name, "no layers of ConvNetJS are in it")
    entries = []
    for number, values in enumerate(found, 1):
        kind = values.get(key) if isinstance(values, dict) else None
        if not isinstance(kind, str):
            refuse(name, f"layer {number}: it must be an object with a text called {key}")
        entries.append(Entry(name, number, kind, values))
    return entries if key == "layer_type" else list(layers_of(entries))
