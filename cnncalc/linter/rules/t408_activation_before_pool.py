"""T408: an activation that would be cheaper after the pooling."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.ir import primitives as p
from cnncalc.ir.shapes import n_elements
from cnncalc.linter.finding import Severity
from cnncalc.linter.fixes import Change, Fix, InsertAfter, RemoveArgument, RemoveLayer
from cnncalc.linter.rule import Report, Rule
from cnncalc.linter.topology import lone_reader, may_be_moved, same_repeats
from cnncalc.source import Mapping, Scalar

_MONOTONE = frozenset(
    {
        "relu", "relu6", "elu", "selu", "celu", "softplus", "softsign", "exponential", "tanh",
        "scaled_tanh", "hard_tanh", "sigmoid", "hard_sigmoid", "log_sigmoid",
    }
)  # fmt: skip


class ActivationBeforePool(Rule):
    """An activation right before max pooling computes values that the pooling throws away.

    What it does:
        Finds activations that never fall (ReLU, sigmoid, tanh and the like, but not GELU or SiLU)
        and are read by a max pooling alone.

    Why it matters:
        The largest of the activated values is the activated largest value, so the activation may
        as well come after the pooling, on a fraction of the values, for exactly the same result.
        Off by default, since frameworks fuse the activation into the convolution.

    Bad:
        ```yaml
        input: 6x6x3
        layers:
          - conv: {filters: 8, kernel: 5, padding: 2, activation: relu}
          - max_pool: 2
          - flatten
          - dense: 10
        ```

    Good:
        ```yaml
        input: 6x6x3
        layers:
          - conv: {filters: 8, kernel: 5, padding: 2}
          - max_pool: 2
          - relu
          - flatten
          - dense: 10
        ```

    When to ignore it:
        Where the network runs by a compiler that fuses the two anyway.

    References:
        PyTorch, Training a classifier and older MNIST examples, which have both orders.
    """

    code: ClassVar[str] = "T408"
    name: ClassVar[str] = "activation-before-pool"
    severity: ClassVar[Severity] = "info"
    enabled: ClassVar[bool] = False

    def check(self, facts: NetworkFacts) -> Iterator[Report]:
        """One report per activation."""
        for pool, pooling in facts.having(p.Pooling):
            if pooling.kind != "max" or pool.faults:
                continue
            for layer in facts.sources(pool):
                primitives = layer.node.lowered.primitives
                activation = primitives[-1] if primitives else None
                if not isinstance(activation, p.Activation) or lone_reader(facts, layer) is None:
                    continue
                before, after = n_elements(layer.output_shape), n_elements(pool.output_shape)
                if _is_monotone(activation) and before and after and before > after:
                    yield Report(
                        f"{activation.function} is computed for {before} values, of which "
                        f"{pool.name} keeps {after}",
                        layer,
                        "activation",
                        f"put it after {pool.name}: the result is the same",
                        fixes=_fixes(layer, activation, pool),
                    )


def _is_monotone(activation: p.Activation) -> bool:
    if activation.function == "leaky_relu":
        return (activation.alpha or 0) >= 0
    return activation.function in _MONOTONE


def _fixes(layer: LayerFacts, activation: p.Activation, pool: LayerFacts) -> tuple[Fix, ...]:
    entry = _entry(layer, activation)
    alone = len(layer.node.lowered.primitives) == 1
    if entry is None or not may_be_moved(pool) or not same_repeats(layer, pool):
        return ()
    drop: Change = RemoveLayer(layer) if alone else RemoveArgument(layer, "activation")
    title = f"move it behind {pool.name}"
    return (Fix(title, (drop, InsertAfter(pool, entry)), is_safe=True),)


def _entry(layer: LayerFacts, activation: p.Activation) -> str | None:
    """The activation as an entry; None when it has arguments that would have to be copied."""
    place = layer.node.place
    if len(layer.node.lowered.primitives) == 1:
        return activation.function if isinstance(place, Scalar) else None
    if not isinstance(place, Mapping) or not isinstance(place.entries[0][1], Mapping):
        return None
    written = place.entries[0][1].get("activation")
    plain = isinstance(written, Scalar) and written.value == activation.function
    return activation.function if plain else None
