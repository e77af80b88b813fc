"""Networks side by side, as rows of texts; what every kind of table is made of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from cnncalc.comparison.accuracy import Accuracy
from cnncalc.comparison.comparing import ComparedNetwork, Comparison
from cnncalc.comparison.quantities import MEASURES, Quantity
from cnncalc.report.numbers import at_least, human, human_bytes, per_axis
from cnncalc.source.printable import printable

UNKNOWN = "–"
WORDS = (0,)  # the columns that are words
_BYTES = ("memory", "weights")
_ACCURACIES = ("top1", "top5")
_DATA = "On"


class CompareTable(NamedTuple):
    """A table of networks.

    Attributes:
        titles: The heads of its columns.
        rows: A row of texts for each network.
        notes: What the columns mean, and who published the accuracies.
    """

    titles: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...]


def compare_table(found: Comparison) -> CompareTable:
    """The table of a comparison; columns without any figure are left out."""
    shown = [one for one in MEASURES if not _is_empty(found, one)]
    data = [_measured_on(one) for one in found.networks]
    several = len({text for text in data if text != UNKNOWN}) > 1
    titles = ["Network", *(MEASURES[one].title for one in shown), *[_DATA] * several]
    rows = [
        (printable(one.name), *(text_of(one, column) for column in shown), *[on] * several)
        for one, on in zip(found.networks, data, strict=True)
    ]
    return CompareTable(tuple(titles), tuple(rows), tuple(_notes(found)))


def _is_empty(found: Comparison, wanted: Quantity) -> bool:
    return wanted in _ACCURACIES and all(one.figure(wanted) is None for one in found.networks)


def text_of(one: ComparedNetwork, wanted: Quantity) -> str:
    """A figure in a few letters, as a lower bound where layers are not known."""
    figure = one.figure(wanted)
    if one.is_partial(wanted):
        return _lower_bound(one, wanted)
    if figure is None:
        return UNKNOWN
    if wanted == "field":
        return per_axis(one.receptive_field or ())
    if wanted in _ACCURACIES:
        return f"{figure:.2f}".removesuffix("0") + " %"
    return human_bytes(int(figure)) if wanted in _BYTES else human(int(figure))


def _lower_bound(one: ComparedNetwork, wanted: Quantity) -> str:
    least = one.least(wanted)
    if not least:
        return UNKNOWN
    return at_least(human_bytes(least) if wanted in _BYTES else human(least), True)


def _measured_on(one: ComparedNetwork) -> str:
    data = one.accuracy.data if one.accuracy is not None else None
    return printable(data) if data else UNKNOWN


def _notes(found: Comparison) -> Iterator[str]:
    batch = " and ".join(dict.fromkeys(f"{one.facts.batch:,}" for one in found.networks))
    dtype = " and ".join(dict.fromkeys(one.facts.dtype for one in found.networks))
    yield (
        "Params: every weight once. MACs: multiply-accumulates of convolution and dense, bias"
        f" excluded, batch {batch}. Peak memory: live activations. Weights: parameters and"
        f" statistics. Both as {dtype}. Field: cells per axis that the last map sees. Depth:"
        " convolution and dense layers on the longest path."
    )
    cited: dict[Accuracy, list[str]] = {}
    for one in found.networks:
        if one.accuracy is not None:
            source = one.accuracy._replace(top1=None, top5=None)
            cited.setdefault(source, []).append(printable(one.name))
    for source, names in cited.items():
        crop = f"crop {source.crop}" if source.crop else None
        texts = (source.data, crop, source.source, source.url)
        said = ", ".join(printable(text) for text in texts if text)
        yield f"Accuracy of {', '.join(names)}: {said or 'of an unnamed source'}."
    if any(one.is_partial(wanted) for one in found.networks for wanted in MEASURES):
        yield "≥: at least, as some layers are not known; cnncalc check says which."
