"""C303: a budget is exceeded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, NamedTuple

from cnncalc.analysis.facts import NetworkFacts
from cnncalc.linter.finding import Severity
from cnncalc.linter.rule import Report, Rule
from cnncalc.linter.topology import last_map
from cnncalc.source import Mapping, Span
from cnncalc.spec.declarations import Budget


class OverBudget(Rule):
    """The network costs more than its `budget` allows.

    What it does:
        Compares the totals with the limits in `budget`: parameters, MACs, FLOPs, the peak memory of
        the activations in a forward pass with one sample, and the receptive field of the last map.
        A total of which parts are not known is reported if what is known is too much already.

    Why it matters:
        Whoever wrote the limit has a device or a deadline in mind. The limit on the receptive field
        is for tiles and streams, which need so many cells of context on each side.

    Bad:
        ```yaml
        input: 32x32x3
        budget: {params: 1k}
        layers:
          - conv: {filters: 64, kernel: 3, padding: same, activation: relu}
          - global_avg_pool
          - dense: 10
        ```

    Good:
        ```yaml
        input: 32x32x3
        budget: {params: 1k}
        layers:
          - conv: {filters: 16, kernel: 3, padding: same, activation: relu}
          - global_avg_pool
          - dense: 10
        ```

    When to ignore it:
        Never; make the network smaller or the budget larger.

    References:
        The language reference of cnncalc, on the budget.
    """

    code: ClassVar[str] = "C303"
    name: ClassVar[str] = "over-budget"
    severity: ClassVar[Severity] = "error"

    def check(self, facts: NetworkFacts) -> Iterator[Report]:
        """One report per limit that is exceeded."""
        document = facts.network.document
        section = document.section("budget")
        if section is None:
            return
        budget = document.declarations().budget
        if budget is None:
            return
        for item in _items(facts, budget):
            value, limit = item.value, item.limit
            if isinstance(limit, int) and value is not None and value > limit:
                yield Report(
                    f"the network has {item.about}{value:,} {item.what}, "
                    f"{value - limit:,} more than the budget of {limit:,}",
                    help="make the network smaller, or the budget larger",
                    span=_span(section, item.key),
                )


class _Item(NamedTuple):
    key: str
    what: str
    limit: int | str | None
    value: int | None
    about: str = ""


def _items(facts: NetworkFacts, budget: Budget) -> Iterator[_Item]:
    totals = facts.totals
    for key, field, what, limit in (
        ("params", "n_params", "parameters", budget.params),
        ("macs", "n_macs", "MACs", budget.macs),
        ("flops", "n_flops", "FLOPs", budget.flops),
        ("memory", "peak_memory_bytes", "bytes of activations at its peak", budget.memory),
    ):
        about = "at least " if field in totals.partial else ""
        yield _Item(key, what, limit, getattr(totals, field), about)
    last = last_map(facts) if budget.receptive_field is not None else None
    field_of = last.receptive_field if last is not None else None
    size = max(field_of.size) if field_of is not None and field_of.size is not None else None
    what = "cells as the receptive field of its last map"
    yield _Item("receptive_field", what, budget.receptive_field, size)


def _span(section: object, key: str) -> Span | None:
    node = section.get(key) if isinstance(section, Mapping) else None
    return node.span if node is not None else None
