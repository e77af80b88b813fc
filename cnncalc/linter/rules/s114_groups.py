"""S114: channels that do not divide."""

from __future__ import annotations

from collections.abc import Iterator
from math import gcd, isqrt
from typing import ClassVar

from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.ir.faults import Indivisible
from cnncalc.linter.finding import Severity
from cnncalc.linter.fixes import Fix
from cnncalc.linter.geometry import Values, argument, changes, from_expressions, shown
from cnncalc.linter.rule import Report, Rule, faults
from cnncalc.linter.whatif import WhatIf

_LARGEST = 10**7
_TRIED = 10


class Groups(Rule):
    """Groups, parts or blocks do not divide what they split.

    What it does:
        Checks that the groups of a convolution divide its input channels and its filters, and
        likewise the groups of a normalisation or a shuffle, the parts of a split, the pieces of a
        maxout, and the factor of a pixel shuffle.

    Why it matters:
        The layer cannot run.

    Bad:
        ```yaml
        input: 16x16x12
        layers:
          - conv: {filters: 16, kernel: 3, groups: 8}
        ```

    Good:
        ```yaml
        input: 16x16x12
        layers:
          - conv: {filters: 16, kernel: 3, groups: 4}
        ```

    When to ignore it:
        Never; it is an error in every framework.

    References:
        Krizhevsky, Sutskever, Hinton, ImageNet classification with deep convolutional neural
        networks, 2012, section 3.5, where groups come from.
    """

    code: ClassVar[str] = "S114"
    name: ClassVar[str] = "groups"
    severity: ClassVar[Severity] = "error"

    def check(self, facts: NetworkFacts) -> Iterator[Report]:
        """One report per layer."""
        what_if: WhatIf | None = None
        for layer, fault in faults(facts, Indivisible):
            what_if = what_if or WhatIf(facts)
            message = (
                f"{fault.divisor} ({fault.field}) does not divide {fault.dividend} {fault.what}"
            )
            field, near = _that_divide(layer, fault)
            if not near:
                yield Report(message, layer, field)
                continue
            best = next((values for values in near if what_if.mends(layer, values)), None)
            help_ = f"{shown(best or near[0])} does{from_expressions(layer, [field])}"
            fixes = (Fix(f"set {shown(best)}", changes(layer, best)),) if best else ()
            yield Report(message, layer, field, help_, fixes=fixes)


def _that_divide(layer: LayerFacts, fault: Indivisible) -> tuple[str, list[Values]]:
    """The argument at fault, and it with values near its own that divide, nearest first."""
    field, _, power = fault.field.partition("^")
    exponent = int(power) if power else 1
    start = argument(layer, field)
    if not isinstance(start, int):
        return field, []
    dividends = [fault.dividend]
    filters, shape = argument(layer, "filters"), layer.input_shapes[0]
    if isinstance(filters, int) and shape is not None:
        dividends += [filters, shape[-1] or filters]  # groups split both
    found = [n for n in _divisors(gcd(*dividends), exponent) if n > 1 or field == "groups"]
    found.sort(key=lambda n: (abs(n - start), n))
    return field, [{field: n} for n in found[:_TRIED]]


def _divisors(number: int, exponent: int) -> set[int]:
    """What divides a number, raised to a power; nothing for one that is too large to try."""
    if number > _LARGEST:
        return set()
    small = [n for n in range(1, isqrt(number) + 1) if number % n**exponent == 0]
    return {*small, *(number // n for n in small)} if exponent == 1 else set(small)
