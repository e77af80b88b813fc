"""The totals of two networks side by side."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from cnncalc.analysis.facts import NetworkFacts
from cnncalc.comparison.difference import NetworkDiff
from cnncalc.ir.shapes import Size, format_shape
from cnncalc.report.columns import count_of
from cnncalc.report.diff_rows import ARROW, field_of
from cnncalc.report.numbers import UNKNOWN, at_least, exact, human, human_bytes
from cnncalc.source.printable import printable

TITLES = ("Total", "Before", "After", "Difference", "")
_LABELS = {
    "n_params": "Parameters",
    "n_trainable_params": "Trainable",
    "n_statistics": "Statistics",
    "n_macs": "MACs",
    "n_flops": "FLOPs",
    "weight_bytes": "Weight bytes",
    "peak_memory_bytes": "Peak memory",
}
_BYTES = ("weight_bytes", "peak_memory_bytes")
_ALWAYS = ("n_params", "n_macs", "n_flops", "weight_bytes", "peak_memory_bytes")


class TotalRow(NamedTuple):
    """One total.

    Attributes:
        label: What it is.
        before: Its value in the first network.
        after: Its value in the second.
        difference: What was added to it; nothing where it is the same.
        percent: The same as a share of the first.
        short: Both values in three digits, for where there is little room.
    """

    label: str
    before: str
    after: str
    difference: str
    percent: str
    short: str


def total_rows(diff: NetworkDiff) -> Iterator[TotalRow]:
    """The totals that people ask for, and those others that are different."""
    changed = {change.what for change in diff.totals}
    if all(x.totals.n_trainable_params == x.totals.n_params for x in (diff.before, diff.after)):
        changed.discard("n_trainable_params")
    for name, label in _LABELS.items():
        if name in _ALWAYS or name in changed:
            yield _total(diff, name, label)
    before, after = _last_field(diff.before), _last_field(diff.after)
    if (before, after) != (UNKNOWN, UNKNOWN):
        short = before if before == after else before + ARROW + after
        yield TotalRow("Receptive field", before, after, "", "", short)


def _total(diff: NetworkDiff, name: str, label: str) -> TotalRow:
    before: Size = getattr(diff.before.totals, name)
    after: Size = getattr(diff.after.totals, name)
    partial = [name in facts.totals.partial for facts in (diff.before, diff.after)]
    rounded = human_bytes if name in _BYTES else human
    texts, short = (
        [at_least(shown(before), partial[0]), at_least(shown(after), partial[1])]
        for shown in (exact, rounded)
    )
    is_exact = not any(partial)  # else what is not known may have changed, too
    return TotalRow(
        label,
        texts[0],
        texts[1],
        _difference(before, after) if is_exact else "",
        percent_text(before, after) if is_exact else "",
        short[0] if before == after else ARROW.join(short),
    )


def percent(before: Size, after: Size) -> float | None:
    """The difference in per cent of what was before; None where that is nothing."""
    if before is None or after is None or before == 0:
        return None
    return (after - before) / before * 100


def percent_text(before: Size, after: Size) -> str:
    """The same in three digits: `+3.84 %`."""
    share = percent(before, after)
    if share is None or before == after:
        return ""
    digits = 0 if abs(share) >= 100 else 1 if abs(share) >= 10 else 2
    return f"{share:+,.{digits}f} %"


def _difference(before: Size, after: Size) -> str:
    if before is None or after is None or before == after:
        return ""
    return f"{after - before:+,}"


def _last_field(facts: NetworkFacts) -> str:
    layer = facts.last_map
    return UNKNOWN if layer is None else field_of(layer)


def summary(diff: NetworkDiff) -> str:
    """What happened, in one line: `3 layers added, 10 affected, 15 the same`."""
    words = {"same": "the same"}
    found = [(words.get(kind, kind), count) for kind, count in diff.counts.items() if count]
    texts = [f"{count:,} {kind}" for kind, count in found]
    if found:
        texts[0] = f"{count_of(found[0][1], 'layer')} {found[0][0]}"
    return ", ".join(texts)


def outer_changes(diff: NetworkDiff) -> Iterator[str]:
    """What changed in inputs and outputs, a line each."""
    for change in diff.changes:
        yield f"{change.what}: {_named(change.before)}{ARROW}{_named(change.after)}"


def _named(value: object) -> str:
    match value:
        case dict():
            texts = [f"{printable(name)} {format_shape(shape)}" for name, shape in value.items()]
            return ", ".join(texts)
        case tuple():
            return ", ".join(printable(str(name)) for name in value)
        case _:
            return printable(str(value))
