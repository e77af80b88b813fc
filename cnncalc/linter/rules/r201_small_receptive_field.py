"""R201: the last map sees less than it is meant to recognise."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.ir.primitives import AdaptivePooling
from cnncalc.ir.shapes import Sizes, format_shape
from cnncalc.linter.finding import Severity
from cnncalc.linter.rule import Report, Rule
from cnncalc.linter.topology import input_map, last_map


class SmallReceptiveField(Rule):
    """The receptive field of the last map is smaller than what it has to recognise.

    What it does:
        Compares the receptive field of the last feature map with `task.object_size`, the size in
        cells of what is to be recognised. Where a `task` does not say it, the object is taken to be
        as large as the input, and only networks that end in a global pooling are looked at. Silent
        without a `task`.

    Why it matters:
        No cell of the last map sees a whole object. A global pooling only averages what the cells
        found, so the network sees which parts there are, but not how they stand to each other.

    Bad:
        ```yaml
        input: 32x32x3
        task: {object_size: 16}
        layers:
          - conv: {filters: 32, kernel: 3, padding: same, activation: relu, repeat: 2}
          - max_pool: 2
          - conv: {filters: 64, kernel: 3, padding: same, activation: relu}
          - global_avg_pool
          - dense: 10
        ```

    Good:
        ```yaml
        input: 32x32x3
        task: {object_size: 16}
        layers:
          - conv: {filters: 32, kernel: 3, padding: same, activation: relu, repeat: 2}
          - max_pool: 2
          - conv: {filters: 64, kernel: 3, padding: same, activation: relu, repeat: 3}
          - global_avg_pool
          - dense: 10
        ```

    When to ignore it:
        Where texture decides, or where small parts tell the classes apart: networks that see only
        33×33 pixels do surprisingly well on ImageNet (Brendel and Bethge 2019).

    References:
        Araujo, Norris, Sim, Computing receptive fields of convolutional neural networks, 2019
        (distill.pub). Brendel and Bethge, Approximating CNNs with bag-of-local-features models
        works surprisingly well on ImageNet, 2019 (arXiv 1904.00760).
    """

    code: ClassVar[str] = "R201"
    name: ClassVar[str] = "small-receptive-field"
    severity: ClassVar[Severity] = "info"

    def check(self, facts: NetworkFacts) -> Iterator[Report]:
        """At most one report, at the last map."""
        document = facts.network.document
        if document.section("task") is None:
            return
        task, whole, layer = document.declarations().task, input_map(facts), last_map(facts)
        if task is None or whole is None or layer is None:
            return
        field = _size(layer)
        if task.object_size is not None:
            if any(f < min(task.object_size, n) for f, n in zip(field, whole, strict=True)):
                yield Report(
                    f"each cell of the last map sees {format_shape(field)} cells of the input, "
                    f"but the objects measure {task.object_size}",
                    layer,
                    help="put more layers, a stride or a dilation before it",
                )
        elif any(f < n for f, n in zip(field, whole, strict=True)) and _is_pooled(layer, facts):
            yield Report(
                f"each cell of the last map sees {format_shape(field)} of the "
                f"{format_shape(whole)} input, and pooling only sums up what the cells see",
                layer,
                help="put more layers, a stride or a dilation before it, or give "
                "task: {object_size: …} if the objects are smaller than the input",
            )


def _size(layer: LayerFacts) -> Sizes:
    assert layer.receptive_field is not None
    assert layer.receptive_field.size is not None
    return layer.receptive_field.size


def _is_pooled(layer: LayerFacts, facts: NetworkFacts) -> bool:
    """Whether a global pooling follows; a dense layer on the flattened map would see it all.

    So does a gate that is computed from the whole map, as in squeeze-and-excitation.
    """
    if layer.receptive_field is None or layer.receptive_field.whole_input:
        return False
    return any(
        isinstance(primitive, AdaptivePooling)
        for reader in facts.readers(layer.name)
        for primitive in reader.node.lowered.primitives
    )
