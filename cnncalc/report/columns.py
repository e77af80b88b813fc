"""The columns that a table can have."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.errors import UsageError
from cnncalc.ir.shapes import Size, format_shape
from cnncalc.report.numbers import UNKNOWN, at_least, exact, human, per_axis
from cnncalc.report.rows import Row
from cnncalc.source.printable import printable


class Column(NamedTuple):
    """A column.

    Attributes:
        key: What `--columns` and the header of a CSV file call it.
        title: Its header in a table.
        right: Whether its cells stand to the right.
        importance: The column with the least goes first when the terminal is narrow.
        text: The cell of a row.
        field: The figure that it shows, or None; figures have totals.
        total: The cell in the last line.
    """

    key: str
    title: str
    right: bool
    importance: int
    text: Callable[[Row], str]
    field: str | None
    total: Callable[[NetworkFacts], str]


def _empty(facts: NetworkFacts) -> str:
    return ""


def _column(
    key: str,
    title: str,
    importance: int,
    text: Callable[[Row], str],
    *,
    right: bool = False,
    total: Callable[[NetworkFacts], str] = _empty,
) -> Column:
    return Column(key, title, right, importance, text, None, total)


def _figure(key: str, title: str, importance: int, field: str) -> Column:
    def text(row: Row) -> str:
        value, partial = row.figure(field)
        return at_least(exact(value), partial)

    def total(facts: NetworkFacts) -> str:
        return at_least(exact(getattr(facts.totals, field)), field in facts.totals.partial)

    return Column(key, title, True, importance, text, field, total)


# -- cells of single columns ---------------------------------------------------------------------


def _op(row: Row) -> str:
    if row.members is None:
        return printable(row.last.op)
    return count_of(len(row.members), "layer")


def _inputs(row: Row) -> str:
    return printable(", ".join(row.layers[0].inputs))


def _input_shapes(row: Row) -> str:
    return ", ".join(map(format_shape, row.layers[0].input_shapes))


def _field(row: Row) -> str:
    field = row.last.receptive_field
    if field is None:
        return UNKNOWN
    if row.last.sees_all:
        return "all"
    return per_axis(field.size) if field.size else UNKNOWN


def _stride(row: Row) -> str:
    field = row.last.receptive_field
    if field is None:
        return UNKNOWN
    return per_axis(field.stride) if field.stride else ""


def _start(row: Row) -> str:
    field = row.last.receptive_field
    if field is None:
        return UNKNOWN
    return per_axis(field.start) if field.start else ""


def _smallest(row: Row) -> str:
    field = row.last.receptive_field
    if field is None:
        return UNKNOWN
    return per_axis(field.smallest) if field.smallest else ""


def _misfit(row: Row) -> str:
    texts = list(filter(None, map(misfit_text, row.layers)))
    if len(texts) < 2:
        return "".join(texts)
    lossy = sum(text.startswith("loses") for text in texts)
    return f"loses in {count_of(lossy, 'layer')}" if lossy else f"padding in {len(texts)} layers"


def misfit_text(layer: LayerFacts) -> str:
    """What no window reaches: `loses 1×1` cells of the input, or merely `padding 1×1`."""
    windows = layer.windows
    if not any(window.remainder for window in windows):
        return ""
    lost: list[Size] = [window.real_cells_lost for window in windows]
    if any(lost):
        return f"loses {'×'.join(map(exact, lost))}"
    return f"padding {'×'.join([exact(window.remainder) for window in windows])}"


def _intensity(row: Row) -> str:
    if row.members is not None:
        return ""
    value = row.last.arithmetic_intensity
    return UNKNOWN if value is None else f"{value:.2f}"


def _shares(row: Row) -> str:
    return printable(row.last.shares or "") if row.members is None else ""


def count_of(count: int, noun: str) -> str:
    """A number and its noun: `1 layer`, `174 layers`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


COLUMNS: dict[str, Column] = {
    column.key: column
    for column in (
        _column(
            "name", "Layer", 99, lambda row: row.name,
            total=lambda facts: count_of(len(facts.layers), "layer"),
        ),
        _column("op", "Op", 10, _op),
        _column("inputs", "Inputs", 3, _inputs),
        _column("input", "Input", 4, _input_shapes),
        _column(
            "output", "Output", 50, lambda row: format_shape(row.last.output_shape), right=True,
            total=lambda facts: format_shape(facts.output_shape),
        ),
        _figure("params", "Params", 80, "n_params"),
        _figure("trainable", "Trainable", 30, "n_trainable_params"),
        _figure("statistics", "Statistics", 30, "n_statistics"),
        _figure("macs", "MACs", 70, "n_macs"),
        _figure("flops", "FLOPs", 60, "n_flops"),
        _figure("weights", "Weight bytes", 30, "weight_bytes"),
        _figure("memory", "Output bytes", 30, "activation_bytes"),
        _column("intensity", "FLOPs/byte", 5, _intensity, right=True),
        _column("field", "Field", 40, _field, right=True),
        _column("stride", "Stride", 5, _stride, right=True),
        _column("start", "Start", 5, _start, right=True),
        _column("smallest", "Smallest", 5, _smallest, right=True),
        _column("misfit", "Misfit", 20, _misfit),
        _column("shares", "Shares", 5, _shares),
    )
}  # fmt: skip
USUAL = ("name", "op", "output", "params", "macs", "field", "misfit")


def choose(keys: tuple[str, ...] | None) -> list[Column]:
    """The columns of these keys, or the usual ones; `all` is every column.

    Raises:
        UsageError: There is no such column.
    """
    if keys is None:
        keys = USUAL
    elif keys == ("all",):
        keys = tuple(COLUMNS)
    unknown = next((key for key in keys if key not in COLUMNS), None)
    if unknown is not None:
        from difflib import get_close_matches

        near = get_close_matches(unknown[:40], COLUMNS, 1)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(COLUMNS)}"
        raise UsageError(f"there is no column {unknown[:40]!r}; {hint}")
    return [COLUMNS[key] for key in dict.fromkeys(keys)]


def short_text(row: Row, field: str) -> str:
    """A figure for a narrow terminal: `118 M` in place of `118,013,952`."""
    value, partial = row.figure(field)
    return at_least(human(value), partial)


def short_total(facts: NetworkFacts, field: str) -> str:
    """A total for a narrow terminal."""
    return at_least(human(getattr(facts.totals, field)), field in facts.totals.partial)
