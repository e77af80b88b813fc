"""The lines between the rows: where each enters its box, and on which track it goes to the side.

Between two rows is a *channel* with as many tracks as are needed for no two lines from different
boxes to lie on one another. A line goes down its lane, so it turns in two channels at most.

Reference:
    Hashimoto and Stevens, "Wire routing by optimizing channel assignment within large apertures",
    Design Automation Workshop, 1971.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from cnncalc.drawing.flow.lanes import Lanes

Span: TypeAlias = tuple[float, float]

_PORT, _MOST_PORTS = 8.0, 4  # between lines that enter a box from above, and to either side
_CLEAR = 4.0  # between lines on the same track
_TOUCHING = 2.5  # nearer than this, two lines look like one


@dataclass
class Wire:
    """A line from a box to another.

    Attributes:
        source: Where it begins.
        target: Where it ends.
        out: Where it leaves its box.
        via: Where it runs down.
        middle: Middle of its target.
        port: Where it enters: from above, or the edge of the box for a line from the side.
        first: The channel below its source.
        last: The channel above its target.
        from_side: Whether it enters from the side.
    """

    source: int
    target: int
    out: float
    via: float
    middle: float
    first: int
    last: int
    port: float = 0.0
    from_side: bool = False

    @property
    def side(self) -> float:
        """How far to the right of its target's middle the line comes down."""
        return (self.out if self.first == self.last else self.via) - self.middle

    def turn(self, channel: int) -> tuple[float, float]:
        """Where the line enters a channel from above, and where it leaves it."""
        above = self.out if channel == self.first else self.via
        below = self.via if self.from_side or channel < self.last else self.port
        return above, below


class Stem(NamedTuple):
    """Lines from one box where they enter a channel together."""

    source: int
    x: float


class Channels(NamedTuple):
    """All lines with their tracks.

    Attributes:
        wires: The lines.
        tracks: Per channel the track of those lines that turn in it, 0 for the uppermost.
        counts: Tracks per channel.
    """

    wires: list[Wire]
    tracks: list[dict[Stem, int]]
    counts: list[int]


def channels_of(
    lanes: Lanes, widths: Sequence[float], inputs: Sequence[Sequence[int]], n_rows: int
) -> Channels:
    """Route every line.

    Args:
        lanes: The lanes, packed.
        widths: Width of every box.
        inputs: What feeds every box.
        n_rows: How many rows there are.
    """
    wires = _wires(lanes, inputs)
    _enter(wires, lanes, widths)
    turning: list[dict[Stem, list[Wire]]] = [defaultdict(list) for _ in range(n_rows)]
    for wire in wires:
        for channel in {wire.first, wire.last}:
            above, below = wire.turn(channel)
            if abs(above - below) > 0.01:
                turning[channel][Stem(wire.source, above)].append(wire)
    tracks = [_tracks(channel, stems) for channel, stems in enumerate(turning)]
    return Channels(wires, tracks, [1 + max(t.values(), default=-1) for t in tracks])


def _wires(lanes: Lanes, inputs: Sequence[Sequence[int]]) -> list[Wire]:
    xs = [lanes.lanes[lane].x for lane in lanes.lane_of]
    ranks = lanes.ranks
    return [
        Wire(
            source,
            target,
            xs[source],
            lanes.lanes[lanes.via[source, target]].x,
            xs[target],
            ranks[source],
            ranks[target] - 1,
        )
        for target, sources in enumerate(inputs)
        for source in sources
    ]


def _enter(wires: list[Wire], lanes: Lanes, widths: Sequence[float]) -> None:
    """Decide where every line enters its box."""
    spans: dict[int, list[Span]] = defaultdict(list)  # what is taken in a row
    xs = [lanes.lanes[lane].x for lane in lanes.lane_of]
    for unit, rank in enumerate(lanes.ranks):
        spans[rank].append((xs[unit] - widths[unit] / 2, xs[unit] + widths[unit] / 2))
    entering: dict[int, list[Wire]] = defaultdict(list)
    for wire in wires:
        entering[wire.target].append(wire)
    for target, into in entering.items():
        middle, half = xs[target], widths[target] / 2
        row = spans[lanes.ranks[target]]
        from_above = [wire for wire in into if abs(wire.side) < 0.01]
        for side in (-1, 1):
            for place, wire in enumerate(_on(side, into)):
                edge = middle + side * half
                span = min(wire.via, edge), max(wire.via, edge)
                if not place and _is_around(wire, lanes) and _is_clear(span, row):
                    wire.from_side, wire.port = True, edge
                    row.append(span)
                else:
                    from_above.append(wire)
        _spread(from_above, middle, half)


def _on(side: int, wires: list[Wire]) -> list[Wire]:
    """The lines that come down left (-1) or right (1) of their target's middle, nearest first."""
    here = [wire for wire in wires if wire.side * side >= 0.01]
    return sorted(here, key=lambda wire: wire.side * side)


def _is_around(wire: Wire, lanes: Lanes) -> bool:
    """Whether a line comes down a lane that has the row of the target for itself as well."""
    lane = lanes.lanes[lanes.via[wire.source, wire.target]]
    return not lane.units and lane.stop == lanes.ranks[wire.target]


def _is_clear(span: Span, taken: list[Span]) -> bool:
    low, high = span
    return all(right <= low or left >= high for left, right in taken)


def _spread(wires: list[Wire], middle: float, half: float) -> None:
    """Share out the upper edge of a box, in the order in which the lines come."""
    for wire in wires:
        wire.port = middle
    if len(wires) == 1:
        return
    straight = any(abs(wire.side) < 0.01 for wire in wires)
    for side in (-1, 1):
        here = _on(side, wires)
        step = min(_PORT, (half - 3) / min(len(here), _MOST_PORTS)) if here else 0.0
        for place, wire in enumerate(here):
            share = min(place, _MOST_PORTS - 1) + (1.0 if straight else 0.5)
            wire.port = middle + side * step * share


def _tracks(channel: int, stems: dict[Stem, list[Wire]]) -> dict[Stem, int]:
    """A track for each stem: short ones above long ones, and none where it would hide another."""
    ends = {stem: [wire.turn(channel)[1] for wire in wires] for stem, wires in stems.items()}
    waiting = sorted(stems, key=lambda stem: (_length(stem, ends[stem]), stem))
    above = {stem: set(_above(stem, ends)) for stem in waiting}
    tracks: dict[Stem, int] = {}
    taken: list[list[Span]] = []
    while waiting:
        # a ring of lines that each must be above the next is cut at the shortest
        stem = next((s for s in waiting if above[s] <= tracks.keys()), waiting[0])
        waiting.remove(stem)
        low, high = min(stem.x, *ends[stem]), max(stem.x, *ends[stem])
        track = 1 + max((tracks[other] for other in above[stem] if other in tracks), default=-1)
        while track < len(taken) and any(_meet(low, high, *other) for other in taken[track]):
            track += 1
        while track >= len(taken):
            taken.append([])
        taken[track].append((low, high))
        tracks[stem] = track
    return tracks


def _length(stem: Stem, ends: list[float]) -> float:
    return max(stem.x, *ends) - min(stem.x, *ends)


def _above(stem: Stem, ends: dict[Stem, list[float]]) -> Iterator[Stem]:
    """The stems that come from above just where this one goes down."""
    for other in ends:
        if other != stem and any(abs(other.x - end) < _TOUCHING for end in ends[stem]):
            yield other


def _meet(low: float, high: float, other_low: float, other_high: float) -> bool:
    return low < other_high + _CLEAR and other_low < high + _CLEAR
