"""S112: a classifier at every place of a map."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.ir import primitives as p
from cnncalc.ir.shapes import Shape, format_shape, n_elements
from cnncalc.linter.finding import Severity
from cnncalc.linter.fixes import Fix, InsertBefore
from cnncalc.linter.rule import Report, Rule
from cnncalc.linter.topology import written_keys

_CELL_BY_CELL = (p.Activation, p.Dropout, p.Identity, p.Normalization, p.ChannelScale)


class DenseOnMap(Rule):
    """The last dense layers work on a map: it was neither flattened nor pooled before.

    What it does:
        Looks from the output back to the dense layers that the network ends with. A dense layer
        acts on the last axis, so on a map it gives its units at every place. It stays silent where
        that is wanted: with an output as large as the input, or one that `outputs` names, behind a
        reshape or permute that made a sequence, and for dense layers inside the network. On
        one-dimensional maps, where an answer per step is common, it is an information.

    Why it matters:
        Keras accepts it, and the loss may too, by broadcasting: the network trains on something
        else than what was meant. PyTorch fails, or worse, takes the last spatial axis for channels.

    Bad:
        ```yaml
        input: 8x8x3
        layers:
          - conv: {filters: 8, kernel: 3, padding: same, activation: relu}
          - max_pool: 2
          - dense: 10
          - softmax
        ```

    Good:
        ```yaml
        input: 8x8x3
        layers:
          - conv: {filters: 8, kernel: 3, padding: same, activation: relu}
          - max_pool: 2
          - flatten
          - dense: 10
          - softmax
        ```

    When to ignore it:
        When a prediction per place is wanted; name it in `outputs`, or write it as a 1×1
        convolution.

    References:
        Keras, keras.layers.Dense, on inputs with more than two axes.
    """

    code: ClassVar[str] = "S112"
    name: ClassVar[str] = "dense-on-map"
    severity: ClassVar[Severity] = "warning"

    def check(self, facts: NetworkFacts) -> Iterator[Report]:
        """One report per output."""
        if facts.network.document.outputs or _makes_sequences(facts):
            return
        inputs = {shape[:-1] for shape in facts.inputs.values() if shape is not None}
        for name in facts.outputs:
            layer = None if name in facts.inputs else _first_dense(facts, name)
            shape = layer.output_shape if layer is not None else None
            if layer is not None and shape is not None and shape[:-1] not in inputs:
                yield _report(layer, shape)


def _makes_sequences(facts: NetworkFacts) -> bool:
    """Whether axes were given another meaning, so that a map may be a sequence of answers."""
    if facts.having(p.Permute):
        return True
    if facts.having(p.Opaque):
        return True
    return any(len(reshape.shape) > 1 for _, reshape in facts.having(p.Reshape))


def _first_dense(facts: NetworkFacts, name: str) -> LayerFacts | None:
    """The first of the dense layers that a network ends with, if they work on a map."""
    layer: LayerFacts | None = facts.layer(name)
    found = None
    while layer is not None:
        primitives = layer.node.lowered.primitives
        if primitives and isinstance(primitives[0], p.Dense):
            if not _is_map(layer.output_shape):
                break
            found = layer
        elif not primitives or not all(isinstance(part, _CELL_BY_CELL) for part in primitives):
            break
        sources = facts.sources(layer)
        layer = sources[0] if len(sources) == len(layer.inputs) == 1 else None
    return found


def _is_map(shape: Shape | None) -> bool:
    cells = n_elements(shape[:-1]) if shape is not None else None
    return cells is not None and cells > 1


def _report(layer: LayerFacts, shape: Shape) -> Report:
    places = format_shape(shape[:-1])
    units = f"{shape[-1]} {'unit is' if shape[-1] == 1 else 'units are'}"
    message = f"its {units} computed anew at each of {places} places, as its input is a map"
    help_ = "put flatten or global_avg_pool before it"
    fixes = tuple(
        Fix(f"put {op} before it", (InsertBefore(layer, op),))
        for op in ("flatten", "global_avg_pool")
    )
    apart = "from" not in written_keys(layer)
    severity: Severity = "info" if len(shape) == 2 else "warning"
    return Report(message, layer, help=help_, fixes=fixes if apart else (), severity=severity)
