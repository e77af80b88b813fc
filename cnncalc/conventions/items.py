"""A network as tools meet it: its primitives, each with all that decides what it counts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.analysis.weights import weights
from cnncalc.conventions.charges import Form, Item
from cnncalc.conventions.forms import Writing
from cnncalc.ir import primitives as p
from cnncalc.ir.graph import Lowered
from cnncalc.ir.shapes import Shape
from cnncalc.layers.base import Layer


class Kind(NamedTuple):
    """Layers that every tool counts alike.

    Attributes:
        items: Their primitives; None for layers that are not known.
        n_layers: How many layers these are.
        n_owners: How many of them have weights of their own.
    """

    items: tuple[Item, ...] | None
    n_layers: int
    n_owners: int


def kinds_of(facts: NetworkFacts) -> list[Kind]:
    """The layers, those that no tool can tell apart together."""
    writing = Writing(facts)
    uses: dict[tuple[object, ...], list[int]] = {}
    examples: dict[
        tuple[object, ...], tuple[LayerFacts, tuple[Form, ...], p.Convolution | None]
    ] = {}
    for layer in facts.layers:
        forms = writing.forms(layer)
        folds = _folds_into(facts, layer)
        key: tuple[object, ...] = (id(layer.figures), forms, folds)
        examples[key] = (layer, forms, folds)
        counts = uses.setdefault(key, [0, 0])
        counts[0] += 1
        counts[1] += layer.shares is None
    return [
        Kind(_items(*examples[key]), n_layers, n_owners)
        for key, (n_layers, n_owners) in uses.items()
    ]


def _folds_into(facts: NetworkFacts, layer: LayerFacts) -> p.Convolution | None:
    """The convolution that a batch norm alone reads."""
    match layer.node.lowered.primitives[:1]:
        case (p.Normalization(kind="batch"),):
            pass
        case _:
            return None
    sources = facts.sources(layer)
    if len(sources) != 1 or len(facts.readers(sources[0].name)) != 1:
        return None
    if sources[0].name in facts.outputs or sources[0].shares is not None:
        return None
    last = sources[0].node.lowered.primitives[-1:]
    return last[0] if last and isinstance(last[0], p.Convolution) else None


def _items(
    layer: LayerFacts, forms: tuple[Form, ...], folds: p.Convolution | None
) -> tuple[Item, ...] | None:
    lowered = layer.node.lowered
    if not lowered.primitives or len(lowered.shapes) != len(lowered.primitives):
        return None
    node = layer.node.layer
    trainable = not isinstance(node, Layer) or node.trainable
    columns = zip(lowered.primitives, _inputs(lowered), lowered.shapes, forms, strict=True)
    return tuple(
        [
            Item(
                primitive,
                inputs,
                output,
                form,
                weights(primitive, inputs[0] if inputs else ()),
                trainable,
                None if number else folds,
            )
            for number, (primitive, inputs, output, form) in enumerate(columns)
        ]
    )


def _inputs(lowered: Lowered) -> Iterator[tuple[Shape, ...]]:
    """Input shapes of every primitive: the layer's for the first, then the one before's output."""
    yield tuple([shape for shape in lowered.inputs if shape is not None])
    yield from ((shape,) for shape in lowered.shapes[:-1])
