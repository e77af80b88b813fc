"""How the tests load and analyse a network from the text of a spec, and from the zoo."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

import cnncalc
from cnncalc.analysis.analyze import analyze
from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.ir.shapes import Sizes
from cnncalc.source import Source
from cnncalc.spec.network import Network, settings_from

ZOO = Path(cnncalc.__file__).parent / "zoo"


def network_of(
    text: str, *, variant: str | None = None, define: Mapping[str, Any] | None = None
) -> Network:
    """A network from the text of a spec, of which nothing may be wrong."""
    network = Network.from_source(
        Source("t.yaml", text), settings_from(variant=variant, define=define)
    )
    assert not network.problems, network.problems
    return network


def facts_of(text: str, *, variant: str | None = None) -> NetworkFacts:
    """The facts of a sound network."""
    return sound(analyze(network_of(text, variant=variant)))


def sound(facts: NetworkFacts) -> NetworkFacts:
    """The same facts, after a check that no shapes are at fault."""
    faults = [(layer.name, fault) for layer in facts.layers for fault in layer.faults]
    assert not faults, faults
    return facts


def chain(input: str, *layers: str) -> NetworkFacts:
    """The facts of a chain: `chain("32x32x3", "conv: {filters: 10, kernel: 5}")`."""
    lines = [f"input: {input}", "layers:", *(f"  - {layer}" for layer in layers)]
    return facts_of("\n".join(lines))


class ZooNetwork(NamedTuple):
    """Where a network of the zoo is written."""

    path: Path
    variant: str | None


@cache
def zoo_names() -> dict[str, ZooNetwork]:
    """Every network of the zoo, as the files themselves list them."""
    found: dict[str, ZooNetwork] = {}
    for path in sorted(ZOO.glob("*.yaml")):
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        variants = document.get("x-networks") or {document["name"]: None}
        for name, variant in variants.items():
            assert name not in found, f"{name} is in {path.name} and {found[name].path.name}"
            found[name] = ZooNetwork(path, variant)
    return found


@cache
def zoo_facts(name: str) -> NetworkFacts:
    """The facts of a network of the zoo."""
    path, variant = zoo_names()[name]
    return facts_of(path.read_text(encoding="utf-8"), variant=variant)


def n_spatial(layer: LayerFacts) -> int:
    """Number of spatial axes of what a layer gives."""
    return len(layer.output_shape or ()) - 1


def last_map(facts: NetworkFacts) -> LayerFacts:
    """The last feature map whose field is still local: what comes before the global pooling."""
    local = [
        layer
        for layer in facts.layers
        if n_spatial(layer) > 0 and layer.receptive_field and layer.receptive_field.stride
    ]
    return local[-1]


def size_of(layer: LayerFacts) -> Sizes:
    """Size of a layer's receptive field, which is known."""
    assert layer.receptive_field is not None
    assert layer.receptive_field.size is not None
    return layer.receptive_field.size
