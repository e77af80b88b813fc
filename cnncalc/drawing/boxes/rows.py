"""Where the maps of a chain stand: in rows, no words on other words."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from cnncalc.drawing.boxes.captions import LARGE, Caption, caption, shape_label
from cnncalc.drawing.boxes.chain import FeatureMap, Omitted
from cnncalc.drawing.boxes.shapes import Shapes
from cnncalc.drawing.boxes.solids import Solid, Unknown
from cnncalc.drawing.words import shortened, width_of
from cnncalc.source.printable import printable

WIDEST = 800.0  # of a row, so that a page of A4 on its side holds it
MARGIN = 14.0
_BETWEEN_WORDS = 6.0
_MOST_BLOCK = 120.0  # that the name of a block may take up


@dataclass
class Station:
    """A map in a row, or what stands for those left out.

    Attributes:
        map: The map.
        solid: What it looks like.
        caption: What is written below it.
        label: What is written above it.
        block: Name of the block that it is in, or None.
    """

    map: FeatureMap | Omitted
    solid: Solid
    caption: Caption
    label: tuple[str, ...]
    block: str | None

    @property
    def block_label(self) -> str:
        """The name of the block as it is shown."""
        return shortened(printable(self.block or ""), LARGE, _MOST_BLOCK)


def stations_of(maps: Sequence[FeatureMap | Omitted], shapes: Shapes) -> list[Station]:
    """The stations of a chain, at no place yet."""
    return [_station(one, shapes) for one in maps]


def _station(one: FeatureMap | Omitted, shapes: Shapes) -> Station:
    if isinstance(one, Omitted):
        words = Caption([f"{one.n_maps:,} more"], [])
        return Station(one, Unknown("paper", side=24.0, sign="…"), words, (), None)
    label = shape_label(one.shape, as_sheets=shapes.as_sheets)
    words = caption(one, with_folded=shapes.as_sheets)
    block = one.node.scope[0] if one.node.scope else None
    return Station(one, shapes.solid(one), words, tuple(label), block)


def in_rows(stations: Sequence[Station], gap: float) -> list[list[Station]]:
    """The stations in as few rows as there must be, about equally long, each at its place.

    What is written above and below a station has a column of its own, as wide as the widest of it;
    a label that several stations share has their columns together.
    """
    rows = _broken(stations, gap, WIDEST)
    limit = WIDEST
    while len(rows) > 1:
        limit *= 0.96
        shorter = _broken(stations, gap, limit)
        if len(shorter) > len(rows):
            break
        rows = shorter
    for row in rows:
        _arrange(row, gap)
    return rows


def _broken(stations: Sequence[Station], gap: float, limit: float) -> list[list[Station]]:
    """The stations in rows that are no longer than a limit, unless one alone is."""
    rows: list[list[Station]] = [[]]
    before = None
    for station, need in zip(stations, _needs(stations), strict=True):
        _put(station, need, before, gap)
        if before is not None and _end(station, need) > limit - MARGIN:
            rows.append([])
            _put(station, need, None, gap)
        rows[-1].append(station)
        before = station, need
    return rows


def _arrange(row: Sequence[Station], gap: float) -> None:
    before = None
    for station, need in zip(row, _needs(row), strict=True):  # fewer may share a label now
        _put(station, need, before, gap)
        before = station, need


def right_end(row: Sequence[Station]) -> float:
    """How far right a row goes, words included."""
    return max(_end(station, need) for station, need in zip(row, _needs(row), strict=True))


def runs(
    stations: Sequence[Station], key: Callable[[Station], Hashable]
) -> Iterator[list[Station]]:
    """Neighbours with something in common."""
    for _, found in groupby(stations, key):
        yield list(found)


def _needs(stations: Sequence[Station]) -> list[float]:
    """Widths of the columns."""
    needs = [station.caption.width for station in stations]
    for key, width in ((label_of, _label_width), (block_of, _block_width)):
        start = 0
        for run in runs(stations, key):
            each = (width(run[0]) + _BETWEEN_WORDS) / len(run) - _BETWEEN_WORDS
            for number in range(start, start + len(run)):
                needs[number] = max(needs[number], each)
            start += len(run)
    return needs


def label_of(station: Station) -> Hashable:
    """What neighbours have in common that share a label: their shape."""
    return station.label or id(station)


def block_of(station: Station) -> Hashable:
    """What neighbours have in common that are in one block."""
    return station.block or id(station)


def _label_width(station: Station) -> float:
    return max((width_of(line, LARGE) for line in station.label), default=0.0)


def _block_width(station: Station) -> float:
    return width_of(station.block_label, LARGE)


def _put(station: Station, need: float, before: tuple[Station, float] | None, gap: float) -> None:
    """Place a station right of the one before it, or at the left end of a row."""
    left, middle = MARGIN, MARGIN + need / 2
    if before is not None:
        other, its_need = before
        left = other.solid.box.right + gap
        middle = other.solid.middle + (its_need + need) / 2 + _BETWEEN_WORDS
    station.solid.x = max(left, middle - station.solid.width / 2)


def _end(station: Station, need: float) -> float:
    return max(station.solid.box.right, station.solid.middle + need / 2)
