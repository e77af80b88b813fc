"""Receptive fields as the facts predict them, against outputs that became NaN."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.ir.shapes import Sizes
from cnncalc.numeric.kernels.kernel import Array
from cnncalc.numeric.predicted_fields import PredictedField, predicted_fields, sizes
from cnncalc.numeric.probing import Line, deciding_cells, middle_lines

Status: TypeAlias = Literal["agrees", "at_least", "differs", "unknown"]

_FEW_SECONDS, _MOST_SECONDS = 2.0, 25.0
# What a sample costs, roughly: arithmetic, and values that are written, copied and looked through.
_MACS_PER_SECOND, _VALUES_PER_SECOND = 25e9, 80e6
_LEAST_CELLS = 4
_FAR = 2**60
_UNSEEN = "a cell at the end of the predicted field is not seen"


class Probe(NamedTuple):
    """A sample with one cell of NaN.

    Attributes:
        input: Which of the network's inputs it is in.
        cell: Its place; None for the sample without any, which shows that nothing else gives NaN.
    """

    input: int
    cell: Sizes | None


class FieldCheck(NamedTuple):
    """What was found of a layer's receptive field.

    Attributes:
        predicted: Size per axis by the facts; None where they have none.
        found: Size per axis by the perturbed cells; None where they cannot tell.
        status: `agrees`; `at_least` if it agrees as far as the input, or the cells that were
            perturbed, reach; `differs`; or `unknown`.
        whole_input: Whether every output was found to see the whole input.
        note: Why it differs or is not known, in words; empty otherwise.
    """

    predicted: Sizes | None
    found: Sizes | None
    status: Status
    whole_input: bool = False
    note: str = ""


class _Axis:
    """What was seen along one axis.

    Attributes:
        before: How far the first cell that is seen lies behind the predicted one, at the output
            where that is least; negative if more is seen than predicted.
        after: The same for the last cell.
        low: Per output the first cell that is seen, of those that were perturbed.
        high: Per output the last one.
        asked: The cells that were tried where, along the other axes, an end must be seen.
    """

    def __init__(self, line: Line, shown: NDArray[np.bool_]) -> None:
        self.line = line
        self.before = self.after = _FAR
        self.low = np.full(len(line.first), _FAR, np.int64)
        self.high = np.full(len(line.first), -_FAR, np.int64)
        self.asked: set[int] = set()
        self._shown = shown

    def decides(self, place: int) -> bool:
        """Whether some output must see a cell."""
        begin_cut, end_cut = self.line.is_cut
        return (place in self.line.begins and not begin_cut) or (
            place in self.line.ends and not end_cut
        )

    def add(self, hit: NDArray[np.bool_], place: int) -> None:
        """Outputs that the cell at a place reaches."""
        hit = hit & self._shown
        if hit.any():
            self.before = min(self.before, int((place - self.line.first[hit]).min()))
            self.after = min(self.after, int((self.line.last[hit] - place).min()))
            self.low[hit] = np.minimum(self.low[hit], place)
            self.high[hit] = np.maximum(self.high[hit], place)

    @property
    def reach(self) -> int:
        """Cells from the first to the last that an output was found to see."""
        return max(int((self.high - self.low).max()) + 1, 0)


class _Layer:
    """A layer with the field that is predicted, and what was seen of it so far.

    Attributes:
        facts: Its facts.
        field: The prediction.
        axes: What was seen along each axis.
        obstacle: Why the field cannot be compared; empty if it can.
        reached: The samples whose cell reached any output.
        masks: Where a field is to be the whole input: per sample the outputs that were reached.
    """

    def __init__(self, facts: LayerFacts, field: PredictedField, shape: Sizes) -> None:
        self.facts = facts
        self.field = field
        self.obstacle = field.obstacle
        self.reached: set[int] = set()
        self.masks: dict[int, bytes] = {}
        self.axes = [
            _Axis(
                line,
                (line.first >= 0) & (line.last < n_cells) | np.bool_(not field.repeats),
            )
            for line, n_cells in zip(field.lines, shape, strict=False)
        ]

    @property
    def is_whole(self) -> bool:
        """Whether the field is, or is said to be, the whole input."""
        said = self.facts.receptive_field is not None and self.facts.receptive_field.whole_input
        return said or (self.field.seen is not None and self.field.seen.whole)

    def add(self, number: int, cell: Sizes, hits: NDArray[np.bool_]) -> None:
        """What a perturbed cell did."""
        any_hit = bool(hits.any())
        if any_hit:
            self.reached.add(number)
        if self.is_whole:
            self.masks[number] = np.packbits(hits).tobytes()
        others = range(hits.ndim)
        for axis, (one, place) in enumerate(zip(self.axes, cell, strict=False)):
            rest = [k for k in others if k != axis]
            if all(self.axes[k].decides(cell[k]) for k in rest):
                one.asked.add(place)
            if any_hit:
                one.add(np.asarray(hits.any(axis=tuple(rest))), place)

    def full(self) -> set[int]:
        """The samples whose cell reached all outputs that any cell reaches."""
        union = 0
        values = {number: int.from_bytes(mask) for number, mask in self.masks.items()}
        for value in values.values():
            union |= value
        return {number for number, value in values.items() if value == union and union}


class FieldChecks:
    """The receptive fields of a network, and which samples put them to the test.

    Args:
        facts: The network's facts.

    Attributes:
        probes: The samples: the first without a NaN.
        chosen: How their cells were chosen: `lines`, `deciding` or `some`, see `Verification`.
    """

    def __init__(self, facts: NetworkFacts) -> None:
        self._facts = facts
        fields = zip(facts.layers, predicted_fields(facts), strict=True)
        shapes = [sizes(shape)[:-1] for shape in facts.inputs.values()]
        self._layers = {
            layer.name: _Layer(layer, field, shapes[field.position]) for layer, field in fields
        }
        self.probes = [Probe(0, None)]
        self.chosen = "lines"
        for position, shape in enumerate(shapes):
            self.probes += [Probe(position, cell) for cell in self._cells(position, shape)]

    @property
    def n_cells(self) -> int:
        """How many cells are perturbed."""
        return len(self.probes) - 1

    def _cells(self, position: int, shape: Sizes) -> list[Sizes]:
        fields = [
            layer.field.lines
            for layer in self._layers.values()
            if layer.field.position == position and layer.field.lines
        ]
        distinct = list({tuple(map(id, field)): field for field in fields}.values())
        cells = deciding_cells(distinct, shape)
        totals = self._facts.totals
        values = sum(check.facts.figures.activation_bytes or 0 for check in self._layers.values())
        cost = totals.n_macs / _MACS_PER_SECOND + values / 4 / _VALUES_PER_SECOND
        everything = list(dict.fromkeys([*cells, *middle_lines(shape)]))
        if len(everything) * cost <= _FEW_SECONDS:
            return everything
        most = max(int(_MOST_SECONDS / cost), _LEAST_CELLS)
        if self.chosen == "lines":
            self.chosen = "deciding"
        if len(cells) > most:
            self.chosen = "some"
        return cells[:most]

    def add(self, name: str, numbers: Sequence[int], outputs: Array) -> None:
        """What came out of a layer.

        Layers have to come in order: whether a cell reached what feeds a layer has to be known.

        Args:
            name: The layer.
            numbers: Which of the samples these are.
            outputs: Its outputs for them, batch first.
        """
        layer = self._layers[name]
        is_nan: Array = np.asarray(np.isnan(outputs).any(axis=-1))
        for number, hits in zip(numbers, is_nan, strict=False):
            probe = self.probes[number]
            if probe.cell is None:
                if hits.any():
                    layer.obstacle = "the layer gives NaN without any perturbed cell"
            elif probe.input == layer.field.position:
                layer.add(number, probe.cell, np.asarray(hits))

    def result(self, name: str) -> FieldCheck:
        """The verdict on a layer's field."""
        layer = self._layers[name]
        field = layer.facts.receptive_field
        predicted = None if field is None else field.size
        if layer.obstacle or field is None:
            return FieldCheck(predicted, None, "unknown", note=layer.obstacle)
        if layer.is_whole:
            return self._whole(layer, predicted, field.whole_input)
        return _local(layer, predicted)

    def _whole(self, layer: _Layer, predicted: Sizes | None, said: bool) -> FieldCheck:
        fed = self._fed(layer)
        if not fed:
            return FieldCheck(predicted, None, "unknown", note="no perturbed cell gets there")
        whole = fed <= layer.full()
        if whole != said:
            note = "not all outputs see all of the input" if said else "all outputs see all of it"
            return FieldCheck(predicted, None, "differs", whole, note)
        return FieldCheck(predicted, None, "agrees", whole)

    def _fed(self, layer: _Layer) -> set[int]:
        """The samples whose cell ought to reach every output: it reached the path that spreads it.

        Where a layer before has spread it already, these are the cells that were spread.
        """
        sources = [self._layers.get(name) for name in layer.facts.inputs]
        # of several inputs the field is on one, and only what comes from there is looked at
        position = layer.field.position
        sources = [s for s in sources if s is None or s.field.position == position]
        spread = [source for source in sources if source is not None and source.is_whole]
        if spread:
            return set().union(*(source.full() for source in spread))
        known = [source.reached for source in sources if source is not None]
        if len(known) < len(sources):
            return set(layer.masks)
        return set().union(*known)


def _local(layer: _Layer, predicted: Sizes | None) -> FieldCheck:
    found, exact, notes = [], True, []
    for number, axis in enumerate(layer.axes):
        size, is_exact, note = _measured(axis)
        found.append(size)
        exact = exact and is_exact
        most = axis.line.nominal
        if not note and predicted is not None and predicted[number] != most:
            note = f"predicted {predicted[number]}, found {size if is_exact else most}"
        if note == _UNSEEN and layer.field.is_bound:
            note = ""
        if note:
            notes.append(note)
    note = "; ".join(dict.fromkeys(notes))
    status: Status = "differs" if note else "agrees" if exact else "at_least"
    return FieldCheck(predicted, tuple(found), status, note=note)


def _measured(axis: _Axis) -> tuple[int, bool, str]:
    """Size of the field, whether it is exact and not a least one, and what is wrong with it."""
    line = axis.line
    gaps = axis.before, axis.after
    if min(gaps) < -_FAR // 2:
        return axis.reach, False, "outputs that should see nothing see the input"
    if min(gaps) < 0:
        more = sum(max(-gap, 0) for gap in gaps)
        return (
            line.size + more,
            False,
            f"cells outside the predicted field are seen, {more} of them",
        )
    shown = [gap == 0 and not cut for gap, cut in zip(gaps, line.is_cut, strict=True)]
    if all(shown):
        return line.size, True, ""
    for is_shown, cells, cut in zip(shown, (line.begins, line.ends), line.is_cut, strict=True):
        if not is_shown and not cut and cells & axis.asked:
            size = 0 if axis.before == _FAR else line.size - sum(gaps)
            return size, False, _UNSEEN
    return axis.reach, False, ""
