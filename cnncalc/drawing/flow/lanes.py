"""Where boxes stand: rows from above to below, and straight lanes from left to right.

A network is cut into paths. The longest one from an input to the output is the trunk; each of the
others is a lane that leaves a box of an earlier path, holds its boxes one below the other, and ends
where it is merged. A way around without boxes is a lane as well. A lane has its rows for itself,
which is why no line can cross a box: lines run down lanes, and to the side only between rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass
class Lane:
    """A path, which goes straight down.

    Attributes:
        units: Its boxes, in order.
        start: The first row that it has for itself.
        stop: The last.
        parent: The lane that it leaves; None for the trunk.
        left: Whether it would rather stand left of it.
        x: Its middle.
    """

    units: list[int]
    start: int
    stop: int
    parent: int | None
    left: bool = False
    x: float = 0.0


@dataclass
class Lanes:
    """All lanes.

    Attributes:
        ranks: Row of every box.
        lanes: The lanes, the trunk first, each after its parent.
        lane_of: Lane of every box.
        via: The lane that a line runs down, by the boxes at its ends.
    """

    ranks: list[int]
    lanes: list[Lane]
    lane_of: list[int]
    via: dict[tuple[int, int], int] = field(default_factory=dict)


def ranks_of(inputs: Sequence[Sequence[int]]) -> list[int]:
    """Rows: each box as high as its inputs allow, but an input right above what reads it."""
    ranks: list[int] = []
    for sources in inputs:
        ranks.append(1 + max((ranks[source] for source in sources), default=-1))
    first_reader: dict[int, int] = {}
    for unit, sources in enumerate(inputs):
        for source in sources:
            first_reader[source] = min(first_reader.get(source, ranks[unit]), ranks[unit])
    return [
        max(rank, first_reader.get(unit, 0) - 1) if not inputs[unit] else rank
        for unit, rank in enumerate(ranks)
    ]


def trunk_of(inputs: Sequence[Sequence[int]]) -> list[int]:
    """The longest path that ends in the last box; of several, the one in the middle."""
    length: list[int] = []
    for sources in inputs:
        length.append(1 + max((length[source] for source in sources), default=0))
    path = [len(inputs) - 1]
    while inputs[path[-1]]:
        longest = max(length[source] for source in inputs[path[-1]])
        ties = sorted(source for source in inputs[path[-1]] if length[source] == longest)
        path.append(ties[(len(ties) - 1) // 2])
    return path[::-1]


def lanes_of(inputs: Sequence[Sequence[int]], ranks: list[int], trunk: list[int]) -> Lanes:
    """Cut a network into lanes; where they are from left to right is not decided yet.

    Args:
        inputs: What feeds every box; all of it stands before the box.
        ranks: Row of every box.
        trunk: The path of the first lane.
    """
    return _Cutter(inputs, ranks).run(trunk)


class _Cutter:
    def __init__(self, inputs: Sequence[Sequence[int]], ranks: list[int]) -> None:
        self._inputs = inputs
        self._readers: list[list[int]] = [[] for _ in inputs]
        for unit, sources in enumerate(inputs):
            for source in sources:
                self._readers[source].append(unit)
        self._height = [0] * len(inputs)
        for unit in reversed(range(len(inputs))):
            heights = (self._height[reader] for reader in self._readers[unit])
            self._height[unit] = 1 + max(heights, default=0)
        self._lanes = Lanes(ranks, [], [-1] * len(inputs))

    def run(self, trunk: list[int]) -> Lanes:
        self._add(trunk, None)
        for unit in range(len(self._inputs)):
            if self._lanes.lane_of[unit] < 0:
                self._add_path(unit)
        for unit in range(len(self._inputs)):
            self._connect(unit)
        return self._lanes

    def _add_path(self, unit: int) -> None:
        path = [unit]
        lane_of = self._lanes.lane_of
        while True:
            free = [reader for reader in self._readers[path[-1]] if lane_of[reader] < 0]
            if not free:
                break
            path.append(max(free, key=lambda reader: self._height[reader]))
        entry = self._entry(unit)
        if entry is None:
            # an input of its own: beside what reads it
            reader = next((lane_of[reader] for reader in self._readers[path[-1]]), 0)
            self._add(path, reader, left=True)
        else:
            self._add(path, lane_of[entry], left=self._is_left(entry, unit))

    def _add(self, units: list[int], parent: int | None, *, left: bool = False) -> None:
        lanes, ranks = self._lanes, self._lanes.ranks
        for unit in units:
            lanes.lane_of[unit] = len(lanes.lanes)
        lanes.lanes.append(Lane(units, ranks[units[0]], ranks[units[-1]], parent, left))

    def _entry(self, unit: int) -> int | None:
        """The box from which a path comes: the last of those that feed its first."""
        return max(self._inputs[unit], key=lambda u: self._lanes.ranks[u], default=None)

    def _is_left(self, entry: int, unit: int) -> bool:
        """Whether a path is written before the one that its parent takes."""
        parent = self._lanes.lane_of[entry]
        onward = (r for r in self._readers[entry] if self._lanes.lane_of[r] == parent)
        return unit < next(onward, unit)

    def _connect(self, unit: int) -> None:
        lanes, ranks = self._lanes, self._lanes.ranks
        home = lanes.lane_of[unit]
        far = []
        for reader in self._readers[unit]:
            lane = lanes.lane_of[reader]
            if lane == home and self._is_next(unit, reader):
                lanes.via[unit, reader] = home
            elif lane != home and self._is_entry(unit, reader):
                lanes.via[unit, reader] = lane
                lanes.lanes[lane].start = min(lanes.lanes[lane].start, ranks[unit] + 1)
            elif ranks[reader] == ranks[unit] + 1:
                lanes.via[unit, reader] = home
            else:
                far.append(reader)
        if far:
            self._go_around(unit, far)

    def _go_around(self, unit: int, readers: list[int]) -> None:
        """A lane for the lines to readers far below: the box's own where that ends with it."""
        lanes, ranks = self._lanes, self._lanes.ranks
        home = lanes.lane_of[unit]
        stop = max(ranks[reader] for reader in readers)
        if lanes.lanes[home].units[-1] == unit:
            lane = home
            lanes.lanes[home].stop = max(lanes.lanes[home].stop, stop - 1)
        else:
            lane = len(lanes.lanes)
            lanes.lanes.append(Lane([], ranks[unit] + 1, stop, home))
        for reader in readers:
            lanes.via[unit, reader] = lane

    def _is_next(self, unit: int, reader: int) -> bool:
        units = self._lanes.lanes[self._lanes.lane_of[unit]].units
        return self._position(units, unit) + 1 == self._position(units, reader)

    def _position(self, units: list[int], unit: int) -> int:
        """Position in a path, whose rows grow."""
        low, high = 0, len(units) - 1
        rank = self._lanes.ranks[unit]
        while low < high:
            middle = (low + high) // 2
            if self._lanes.ranks[units[middle]] < rank:
                low = middle + 1
            else:
                high = middle
        return low

    def _is_entry(self, unit: int, reader: int) -> bool:
        lane = self._lanes.lanes[self._lanes.lane_of[reader]]
        return lane.units[0] == reader and self._entry(reader) == unit
