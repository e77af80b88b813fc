"""Questions about the graph that several rules ask."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import TypeAlias

from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.ir import primitives as p
from cnncalc.ir.shapes import Sizes
from cnncalc.source import Mapping

Weighted: TypeAlias = p.Convolution | p.TransposedConvolution | p.Dense


def input_map(facts: NetworkFacts) -> Sizes | None:
    """Spatial sizes of the input; None unless all inputs are maps of one known size."""
    if len({shape and shape[:-1] for shape in facts.inputs.values()}) != 1:
        return None
    shape = next(iter(facts.inputs.values()))
    if shape is None or len(shape) < 2 or None in shape[:-1]:
        return None
    return tuple([size for size in shape[:-1] if size is not None])


def last_map(facts: NetworkFacts) -> LayerFacts | None:
    """The last feature map of which a cell sees its own place in the input, and not all of it."""
    for layer in reversed(facts.layers):
        field = layer.receptive_field
        if field is not None and field.stride is not None and field.size is not None:
            if len(layer.output_shape or ()) == len(field.stride) + 1:
                return layer
    return None


def written_keys(layer: LayerFacts) -> frozenset[str]:
    """The keys that a layer is written with, flow words and other spellings as they stand."""
    place = layer.node.place
    if not isinstance(place, Mapping) or not place.entries:
        return frozenset()
    value = place.entries[0][1]
    if not isinstance(value, Mapping):
        return frozenset()
    return frozenset(str(key.value) for key, _ in value.entries)


def may_be_moved(layer: LayerFacts) -> bool:
    """Whether an entry may be put before a layer, or the layer be taken out.

    That is so where nothing about it refers to its neighbours or is referred to: it has no name
    and no `from`, and stands once.
    """
    return written_keys(layer).isdisjoint({"name", "from", "repeat", "first", "share"})


def weighted(facts: NetworkFacts) -> Iterator[tuple[LayerFacts, Weighted]]:
    """Every convolution, transposed convolution and dense layer, one kind after the other."""
    return chain(
        facts.having(p.Convolution), facts.having(p.TransposedConvolution), facts.having(p.Dense)
    )


def lone_reader(facts: NetworkFacts, layer: LayerFacts) -> LayerFacts | None:
    """The one layer that reads a layer; None when others do, or the network gives it out."""
    readers = facts.readers(layer.name)
    return readers[0] if len(readers) == 1 and layer.name not in facts.outputs else None


def same_repeats(a: LayerFacts, b: LayerFacts) -> bool:
    """Whether two layers that follow each other do so in every copy of the lines they stand on.

    That is so when they stand in the same list of layers and neither is written with `repeat`.
    """
    if a.node.scope != b.node.scope:
        return False
    return "repeat" not in written_keys(a) and "repeat" not in written_keys(b)


def gives_vectors(facts: NetworkFacts) -> bool:
    """Whether no output is a map: then it is the whole input that is judged, and not its cells."""
    for name in facts.outputs:
        shape = facts.inputs[name] if name in facts.inputs else facts.layer(name).output_shape
        if shape is None or any(size != 1 for size in shape[:-1]):
            return False
    return True
