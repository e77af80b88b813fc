"""The rows of a comparison: layers, and runs of layers that can be said in one line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple, TypeAlias

from cnncalc.analysis.facts import LayerFacts
from cnncalc.comparison.difference import Change, Kind, LayerDiff, NetworkDiff
from cnncalc.comparison.likeness import Written
from cnncalc.ir.shapes import Shape, Size, format_shape
from cnncalc.report.columns import count_of
from cnncalc.report.numbers import UNKNOWN, at_least, exact, per_axis
from cnncalc.source.printable import printable

ARROW = " → "
SIGNS: dict[Kind, str] = {
    "added": "+", "removed": "-", "changed": "~", "renamed": "~", "affected": " ", "same": " ",
}  # fmt: skip
Format: TypeAlias = Callable[[Size], str]
_LONGEST_VALUE = 60
_LEAST_ALIKE = 3  # calls of a block in a row that become one row


class DiffRow(NamedTuple):
    """One row.

    Attributes:
        kind: What happened to the layers of the row.
        name: Their name, or how many they are.
        what: Their op, or what changed.
        members: The layers.
        is_run: Whether they are so many that the name only counts them.
    """

    kind: Kind
    name: str
    what: str
    members: tuple[LayerDiff, ...]
    is_run: bool = False

    @property
    def output(self) -> str:
        """The shape, or how it changed."""
        layer = self.members[-1]
        if layer.before is None or layer.after is None:
            return format_shape(layer.layer.output_shape)
        return _shapes(layer.before.output_shape, layer.after.output_shape)

    @property
    def field(self) -> str:
        """The receptive field, or how it changed."""
        layer = self.members[-1]
        if layer.before is None or layer.after is None:
            return field_of(layer.layer)
        before, after = field_of(layer.before), field_of(layer.after)
        return "" if before == after else before + ARROW + after

    def figure(self, name: str, shown: Format) -> str:
        """A figure of all members together, or how it changed."""
        befores = [layer.before for layer in self.members if layer.before is not None]
        afters = [layer.after for layer in self.members if layer.after is not None]
        before, after = _sum(befores, name), _sum(afters, name)
        if not befores or not afters:
            return _shown(after if afters else before, shown)
        if before == after:
            return ""
        texts = [_shown(figure, shown) for figure in (before, after)]
        if texts[0] == texts[1]:  # rounded too far
            texts = [_shown(figure, exact) for figure in (before, after)]
        return ARROW.join(texts)


def rows(diff: NetworkDiff) -> Iterator[DiffRow]:
    """The rows of a comparison, in the order of the second network."""
    sizes = _call_sizes(diff)
    for key, run in groupby(diff.layers, _run):
        layers = list(run)
        if key == "same":
            yield _same(layers)
        elif key == "field":
            yield from _field_only(layers)
        elif key in ("added", "removed"):
            yield from _alike(list(_calls(layers, 0, sizes)))
        else:
            yield from map(_row, layers)


def _run(layer: LayerDiff) -> str:
    is_field = [change.what for change in layer.figures] == ["receptive_field"]
    return "field" if layer.kind == "affected" and is_field else layer.kind


def _same(layers: Sequence[LayerDiff]) -> DiffRow:
    if len(layers) == 1:
        return DiffRow("same", printable(layers[0].layer.name), "the same", tuple(layers))
    return DiffRow("same", f"… {len(layers):,} layers", "the same", tuple(layers), is_run=True)


def _field_only(layers: Sequence[LayerDiff]) -> Iterator[DiffRow]:
    if len(layers) == 1:
        yield _row(layers[0])
    else:
        name = f"… {len(layers):,} layers"
        yield DiffRow("affected", name, "only the field", tuple(layers), is_run=True)


def _row(layer: LayerDiff) -> DiffRow:
    name = printable(layer.layer.name)
    if layer.before is not None and layer.before.name != layer.layer.name:
        name = printable(layer.before.name) + ARROW + name
    if layer.kind == "changed":
        changes = [change_text(change) for change in layer.changes if change.what != "name"]
        return DiffRow("changed", name, ", ".join(changes), (layer,))
    what = {"affected": "", "renamed": "renamed"}.get(layer.kind, printable(layer.layer.op))
    return DiffRow(layer.kind, name, what, (layer,))


def change_text(change: Change) -> str:
    """A change in words: `filters 64 → 128`."""
    what = {"inputs": "reads", "share": "shares"}.get(change.what, change.what)
    before, after = value_text(change.before), value_text(change.after)
    if max(len(before), len(after)) > _LONGEST_VALUE:
        return f"other {what}"  # weights, say
    return f"{what} {before}{ARROW}{after}"


def value_text(value: object) -> str:
    """The value of an argument, as a person would write it."""
    match value:
        case None:
            return "none"
        case bool():
            return str(value).lower()
        case Written(op, arguments):
            words = [f"{name} {value_text(item)}" for name, item in arguments if item is not None]
            return " ".join([op, *words])
        case tuple() | list():
            return f"[{', '.join(map(value_text, value))}]"
        case _:
            return printable(str(value))


# -- block calls that came or went as a whole ------------------------------------------------------


def _call_sizes(diff: NetworkDiff) -> Counter[tuple[bool, tuple[str, ...]]]:
    """How many layers every block call has, in the first network and in the second."""
    sizes: Counter[tuple[bool, tuple[str, ...]]] = Counter()
    for is_after, facts in enumerate((diff.before, diff.after)):
        for layer in facts.layers:
            scope = layer.node.scope
            sizes.update((bool(is_after), scope[:depth]) for depth in range(1, len(scope) + 1))
    return sizes


def _calls(
    layers: Sequence[LayerDiff], depth: int, sizes: Counter[tuple[bool, tuple[str, ...]]]
) -> Iterator[DiffRow]:
    """Rows of layers that came or went; a block call of which all did is one row."""
    for call, group in groupby(layers, lambda layer: layer.layer.node.scope[: depth + 1]):
        members = tuple(group)
        if len(call) <= depth or len(members) == 1:
            yield from map(_row, members)
        elif sizes[members[0].kind == "added", call] == len(members):
            name, size = printable(".".join(call)), count_of(len(members), "layer")
            yield DiffRow(members[0].kind, name, size, members)
        else:
            yield from _calls(members, depth + 1, sizes)


def _alike(found: Sequence[DiffRow]) -> Iterator[DiffRow]:
    """The same rows, with equal calls in a row as one."""
    for _, group in groupby(found, _content):
        equal = list(group)
        if len(equal) < _LEAST_ALIKE or len(equal[0].members) == 1:
            yield from equal
        else:
            members = tuple(layer for row in equal for layer in row.members)
            name = f"{equal[0].name} … {_end(equal[0].name, equal[-1].name)}"
            yield DiffRow(equal[0].kind, name, f"{len(equal)} × {equal[0].what}", members)


def _end(first: str, last: str) -> str:
    """The name that a row of names ends with, or only its number: `Block_2 … 7`."""
    stem, _, number = last.rpartition("_")
    return number if number.isdigit() and first.rpartition("_")[0] == stem else last


def _content(row: DiffRow) -> Hashable:
    layers = [layer.layer for layer in row.members]
    return tuple((layer.op, layer.output_shape, layer.n_params, layer.n_macs) for layer in layers)


# -- cells -----------------------------------------------------------------------------------------


def _shapes(before: Shape | None, after: Shape | None) -> str:
    """How a shape changed: `56×56×64 → 128` where only the channels did."""
    if before == after:
        return ""
    text = format_shape(after)
    if before and after and len(before) == len(after) > 1 and before[:-1] == after[:-1]:
        text = text.rpartition("×")[2]
    return format_shape(before) + ARROW + text


def field_of(layer: LayerFacts) -> str:
    """The receptive field of a layer."""
    field = layer.receptive_field
    if field is None or (field.size is None and not layer.sees_all):
        return UNKNOWN
    return "all" if layer.sees_all or field.size is None else per_axis(field.size)


def _sum(layers: Sequence[LayerFacts], name: str) -> tuple[Size, bool]:
    """A figure of several layers, and whether a part of it is not known."""
    values: list[Size] = [getattr(layer, name) for layer in layers]
    known = [value for value in values if value is not None]
    return (sum(known) if known else None), 0 < len(known) < len(values)


def _shown(figure: tuple[Size, bool], shown: Format) -> str:
    return at_least(shown(figure[0]), figure[1])
