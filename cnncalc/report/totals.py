"""The totals of a network, each beside the convention that it was counted by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from cnncalc.analysis.facts import NetworkFacts
from cnncalc.ir.shapes import Shape, Size, format_shape
from cnncalc.report.columns import count_of
from cnncalc.report.numbers import at_least, exact, human, human_bytes, per_axis
from cnncalc.source.printable import printable

CONVENTION = (
    "n_params: every weight once, trainable and frozen; n_statistics: running means and variances,"
    " beside the parameters; n_macs: multiply-accumulates of convolution and dense layers, bias"
    " excluded; n_flops: 2 per multiply-accumulate plus the operations itemised in flops;"
    " weight_bytes: parameters and statistics; activation_bytes: outputs; peak_memory_bytes:"
    " largest sum of live activations in a forward pass, input included, weights not. Operations"
    " and activations are for the whole batch."
)


class Total(NamedTuple):
    """One line of the totals.

    Attributes:
        label: What it is.
        exact: The figure with every digit.
        human: The same in three digits, or nothing where that says no more.
        note: The convention behind it.
    """

    label: str
    exact: str
    human: str
    note: str


def title(facts: NetworkFacts) -> str:
    """The network in one line: `lenet5: 32×32×1 → 84, 25 layers`."""
    leaving = {output: facts.shape_of(output) for output in facts.outputs}
    size = count_of(len(facts.layers), "layer")
    name = printable(facts.name or "network without a name")
    return f"{name}: {_shapes(facts.inputs)} → {_shapes(leaving)}, {size}"


def _shapes(named: Mapping[str, Shape | None]) -> str:
    """The shape, or all of them by their names."""
    if len(named) < 2:
        return format_shape(next(iter(named.values()), None))
    return ", ".join(f"{printable(name)} {format_shape(shape)}" for name, shape in named.items())


def totals(facts: NetworkFacts, convention: str | None = None) -> list[Total]:
    """The totals, in the order in which people ask for them.

    Args:
        facts: The facts of the network.
        convention: The tool whose counts to show, in its own words, in place of ours.
    """
    if convention is not None:
        from cnncalc.report.count_totals import count_totals  # rarely asked for

        return [*count_totals(facts, convention), *_memory(facts), *_field(facts)]
    return [*_weights(facts), *_operations(facts), *_memory(facts), *_field(facts)]


def _weights(facts: NetworkFacts) -> Iterator[Total]:
    sums = facts.totals
    yield _total(facts, "Parameters", "n_params", "every weight once, trainable and frozen")
    if sums.n_trainable_params != sums.n_params:
        yield _total(
            facts, "Trainable", "n_trainable_params", "the parameters that training changes"
        )
    if sums.n_statistics:
        note = "running means and variances, beside the parameters"
        yield _total(facts, "Statistics", "n_statistics", note)


def _operations(facts: NetworkFacts) -> Iterator[Total]:
    batch = f"batch {facts.batch:,}"
    note = f"multiply-accumulates of convolution and dense, bias excluded, {batch}"
    yield _total(facts, "MACs", "n_macs", note)
    others = [(n, kind) for kind, n in facts.totals.flops.items() if kind != "macs" and n]
    items = [f"{kind} {human(n)}" for n, kind in sorted(others, reverse=True)]
    note = f"2·MACs + {', '.join(items)}" if items else "2·MACs"
    yield _total(facts, "FLOPs", "n_flops", f"{note}; {batch}")


def _memory(facts: NetworkFacts) -> Iterator[Total]:
    sums = facts.totals
    note = f"parameters and statistics as {facts.dtype}"
    yield _total(facts, "Weight bytes", "weight_bytes", note, human_bytes(sums.weight_bytes))
    where = f" at {printable(sums.peak_layer)}" if sums.peak_layer else ""
    note = f"live activations{where}, weights not included; {facts.dtype}, batch {facts.batch:,}"
    peak: Size = sums.peak_memory_bytes
    short = human_bytes(peak) if peak is not None and peak >= 1000 else ""
    yield Total("Peak memory", exact(peak), short, note)


def _field(facts: NetworkFacts) -> Iterator[Total]:
    layer = facts.last_map
    field = layer.receptive_field if layer is not None else None
    if layer is None or field is None or not field.size:
        return
    stride = f"stride {per_axis(field.stride)}, " if field.stride else ""
    gate = ", beside a gate that sees everything" if field.whole_input else ""
    note = f"cells per axis, {stride}at {printable(layer.name)}{gate}"
    yield Total("Receptive field", per_axis(field.size), "", note)


def _total(facts: NetworkFacts, label: str, field: str, note: str, short: str = "") -> Total:
    value: int = getattr(facts.totals, field)
    partial = field in facts.totals.partial
    short = (short or human(value)) if value >= 1000 else ""
    if partial:
        note = f"{note}; at least, as some layers are not known"
    return Total(label, at_least(exact(value), partial), short, note)
