"""S113: other channels arrive than declared."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from cnncalc.analysis.facts import NetworkFacts
from cnncalc.ir.faults import DeclaredChannels, SharedWeights
from cnncalc.ir.shapes import format_shape
from cnncalc.linter.finding import Severity
from cnncalc.linter.fixes import Fix, SetArgument
from cnncalc.linter.rule import Report, Rule, faults


class DeclaredChannelsRule(Rule):
    """The channels that arrive are not those that the layer was made for.

    What it does:
        Compares `in_channels` and `in_features` with what arrives, and the weights that a layer
        shares with those that it would need.

    Why it matters:
        Whoever wrote the number counted on it; the network is another one than they think.

    Bad:
        ```yaml
        input: 16x16x3
        layers:
          - conv: {filters: 8, kernel: 3, in_channels: 1}
        ```

    Good:
        ```yaml
        input: 16x16x3
        layers:
          - conv: {filters: 8, kernel: 3, in_channels: 3}
        ```

    When to ignore it:
        Never; correct the number or the layer before.

    References:
        PyTorch, torch.nn.Conv2d, where the number is required and checked when the layer runs.
    """

    code: ClassVar[str] = "S113"
    name: ClassVar[str] = "declared-channels"
    severity: ClassVar[Severity] = "error"

    def check(self, facts: NetworkFacts) -> Iterator[Report]:
        """One report per layer."""
        for layer, declared in faults(facts, DeclaredChannels):
            field = declared.field
            message = f"{field} is declared as {declared.declared}, but {declared.actual} arrive"
            right = f"{field}: {declared.actual}"
            change = SetArgument(layer, field, str(declared.actual))
            fix = Fix(f"set {right}", (change,), is_safe=True)
            yield Report(message, layer, field, f"write {right}", fixes=(fix,))
        for layer, shared in faults(facts, SharedWeights):
            have, need = format_shape(shared.expected), format_shape(shared.needed)
            yield Report(f"the weights of {shared.owner} are {have}, but {need} are needed", layer)
