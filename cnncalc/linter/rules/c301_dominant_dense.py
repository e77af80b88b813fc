"""C301: one dense layer has most of the network's parameters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.ir import primitives as p
from cnncalc.ir.shapes import format_shape
from cnncalc.linter.finding import Severity
from cnncalc.linter.fixes import Fix, ReplaceLayer
from cnncalc.linter.rule import Report, Rule
from cnncalc.linter.topology import written_keys

_SMALL = 2_000_000
_PASSES = (p.Activation, p.Dropout, p.Normalization, p.Identity, p.ChannelScale, p.Rescale)


class DominantDense(Rule):
    """A dense layer on a flattened map holds more than half of all parameters.

    What it does:
        Finds the dense layer behind a `flatten` that alone has more parameters than the rest of the
        network. Silent on networks of less than two million parameters, and where a vector is made
        into a map again, as autoencoders and the first detectors do.

    Why it matters:
        Every unit has a weight of its own for every cell and channel of the map. That is most of
        the memory and of the room for overfitting, spent on the layer that gains the least by it,
        and it ties the network to one input size. A global average pooling in place of the
        flattening divides these weights by the number of cells.

    Bad:
        ```yaml
        input: 64x64x3
        layers:
          - conv: {filters: 64, kernel: 3, padding: same, activation: relu}
          - max_pool: 2
          - conv: {filters: 128, kernel: 3, padding: same, activation: relu}
          - max_pool: 2
          - flatten
          - dense: {units: 512, activation: relu}
          - dense: 10
        ```

    Good:
        ```yaml
        input: 64x64x3
        layers:
          - conv: {filters: 64, kernel: 3, padding: same, activation: relu}
          - max_pool: 2
          - conv: {filters: 128, kernel: 3, padding: same, activation: relu}
          - max_pool: 2
          - global_avg_pool
          - dense: {units: 512, activation: relu}
          - dense: 10
        ```

    When to ignore it:
        When the place of a feature in the picture matters to the answer, as in the value network of
        a board game, or when the network is to stay what was published, as VGG and AlexNet.

    References:
        Lin, Chen, Yan, Network in network, 2013 (arXiv 1312.4400), section 3.2, on global average
        pooling in place of dense layers.
    """

    code: ClassVar[str] = "C301"
    name: ClassVar[str] = "dominant-dense"
    severity: ClassVar[Severity] = "warning"

    def check(self, facts: NetworkFacts) -> Iterator[Report]:
        """At most one report."""
        total = facts.totals.n_params
        if total < _SMALL or "n_params" in facts.totals.partial:
            return
        for layer, dense in facts.having(p.Dense):
            if 2 * (layer.n_params or 0) > total:
                flatten = _flattening(layer, facts)
                if flatten is not None and not _makes_map(facts):
                    yield _report(layer, dense, flatten, total)


def _report(layer: LayerFacts, dense: p.Dense, flatten: LayerFacts, total: int) -> Report:
    held = layer.n_params or 0
    shape = flatten.input_shapes[0]
    fixes: tuple[Fix, ...] = ()
    if flatten.op == "flatten" and not written_keys(flatten):
        change = ReplaceLayer(flatten, "global_avg_pool")
        fixes = (Fix("pool the map globally in place of flattening it", (change,)),)
    return Report(
        f"it holds {held:,} of the network's {total:,} parameters ({100 * held / total:.1f} %): "
        f"each of its {dense.units:,} units has a weight for every value of the flattened "
        f"{format_shape(shape)} map",
        layer,
        "units",
        f"take global_avg_pool in place of {flatten.name}, a smaller map, or fewer units",
        fixes=fixes,
    )


def _makes_map(facts: NetworkFacts) -> bool:
    """Whether a vector becomes a map again: a decoder or a detector, which needs the places."""
    return any(
        len(layer.input_shapes[0] or ()) == 1 and len(layer.output_shape or ()) > 1
        for layer, _ in facts.having(p.Reshape)
    )


def _flattening(dense: LayerFacts, facts: NetworkFacts) -> LayerFacts | None:
    """The layer that flattened the map which a dense layer reads, if one did."""
    layer = dense
    while True:
        sources = facts.sources(layer)
        if len(sources) != 1 or len(layer.inputs) != 1:
            return None
        (layer,) = sources
        kinds = layer.node.lowered.primitives
        if len(kinds) == 1 and isinstance(kinds[0], p.Reshape):
            shape = layer.input_shapes[0] or ()
            is_map = any(size != 1 for size in shape[:-1])
            return layer if is_map and len(layer.output_shape or ()) == 1 else None
        if not kinds or not all(isinstance(kind, _PASSES) for kind in kinds):
            return None
