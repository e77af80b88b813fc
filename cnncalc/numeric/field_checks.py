"""Receptive fields as the facts predict them, against outputs that became NaN."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from cnncalc.analysis.axis_fields import Seen, axis_fields
from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.analysis.fields import Axis
from cnncalc.ir import primitives as p
from cnncalc.ir.graph import Graph
from cnncalc.ir.shapes import Shape, Sizes
from cnncalc.numeric.kernels.kernel import Array
from cnncalc.numeric.probing import Line, deciding_cells, line, middle_lines

Status: TypeAlias = Literal["agrees", "at_least", "differs", "unknown"]

_FEW_SECONDS, _MOST_SECONDS = 2.0, 25.0
# What a sample costs, roughly: arithmetic, and values that are written, copied and looked through.
_MACS_PER_SECOND, _VALUES_PER_SECOND = 25e9, 80e6
_LEAST_CELLS = 4


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
    """

    def __init__(self, line: Line) -> None:
        self.line = line
        self.before = self.after = 2**62
        self.low = np.full(len(line.first), 2**62, np.int64)
        self.high = np.full(len(line.first), -(2**62), np.int64)

    def add(self, hit: NDArray[np.bool_], place: int) -> None:
        """Outputs that the cell at a place reaches."""
        self.before = min(self.before, int((place - self.line.first[hit]).min()))
        self.after = min(self.after, int((self.line.last[hit] - place).min()))
        self.low[hit] = np.minimum(self.low[hit], place)
        self.high[hit] = np.maximum(self.high[hit], place)

    @property
    def reach(self) -> int:
        """Cells from the first to the last that an output was found to see."""
        return max(int((self.high - self.low).max()) + 1, 0)


class _Layer:
    """A layer with the field that is predicted, and what was seen of it so far."""

    def __init__(self, facts: LayerFacts, seen: Seen | None, position: int) -> None:
        self.facts = facts
        self.seen = seen
        self.position = position
        self.axes: list[_Axis] = []
        self.obstacle = "" if seen is not None else "the field is not known"
        self.control_is_finite = True
        self.n_fed = 0  # cells that reached what feeds the layer
        self.is_whole = True

    def add(self, probe: Probe, hits: NDArray[np.bool_], fed: bool) -> None:
        """What a perturbed cell did; `fed` tells whether it reached what feeds the layer."""
        if probe.cell is None:
            self.control_is_finite = not hits.any()
        elif probe.input == self.position and self.seen is not None:
            if fed:
                self.n_fed += 1
                self.is_whole = self.is_whole and bool(hits.all())
            if self.axes and hits.any():
                others = range(hits.ndim)
                for number, (axis, place) in enumerate(zip(self.axes, probe.cell, strict=True)):
                    along = np.asarray(hits.any(axis=tuple(k for k in others if k != number)))
                    axis.add(along, place)


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
        self._layers = self._predicted()
        self._reached: dict[str, dict[int, bool]] = {}
        self.probes = [Probe(0, None)]
        self.chosen = "lines"
        for position in range(facts.network.graph.n_inputs):
            self.probes += [Probe(position, cell) for cell in self._cells(position)]
        self._asked = [
            [{cell[k] for cell in self._of(position)} for k in range(len(shape) - 1)]
            for position, shape in enumerate(self._inputs())
        ]

    @property
    def n_cells(self) -> int:
        """How many cells are perturbed."""
        return len(self.probes) - 1

    def _of(self, position: int) -> list[Sizes]:
        return [probe.cell for probe in self.probes if probe.input == position and probe.cell]

    def _inputs(self) -> list[Sizes]:
        return [sizes(shape) for shape in self._facts.inputs.values()]

    def _predicted(self) -> dict[str, _Layer]:
        graph = self._facts.network.graph
        passes = [axis_fields(graph, position) for position in range(graph.n_inputs)]
        turned = _turned(graph)
        layers = {}
        lines: dict[tuple[Axis, int, int], Line] = {}
        for facts in self._facts.layers:
            found = [(seen[facts.node.index], k) for k, seen in enumerate(passes)]
            seen, position = next(((s, k) for s, k in found if s is not None), (None, 0))
            layer = layers[facts.name] = _Layer(facts, seen, position)
            if facts.node.index in turned:
                layer.obstacle = "axes changed places on the way"
            elif seen is not None and seen.axes is not None and not seen.whole:
                outputs = sizes(facts.node.lowered.output)  # as they are when it is run
                for axis, size, inputs in zip(
                    seen.axes, outputs, self._inputs()[position], strict=False
                ):
                    key = (axis, size, inputs)
                    if key not in lines:
                        lines[key] = line(axis, size, inputs)
                    layer.axes.append(_Axis(lines[key]))
        return layers

    def _cells(self, position: int) -> list[Sizes]:
        shape = self._inputs()[position][:-1]
        fields = [
            [axis.line for axis in layer.axes]
            for layer in self._layers.values()
            if layer.position == position and layer.axes and not layer.obstacle
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
        reached = self._reached.setdefault(name, {})
        for number, hits in zip(numbers, is_nan, strict=False):
            reached[number] = bool(hits.any())
            sources = [self._reached.get(source) for source in layer.facts.inputs]
            fed = any(source is None or source[number] for source in sources)
            layer.add(self.probes[number], hits, fed)

    def result(self, name: str) -> FieldCheck:
        """The verdict on a layer's field."""
        layer = self._layers[name]
        field, seen = layer.facts.receptive_field, layer.seen
        predicted = None if field is None else field.size
        if not layer.control_is_finite:
            layer.obstacle = "the layer gives NaN without any perturbed cell"
        if layer.obstacle or field is None or seen is None:
            return FieldCheck(predicted, None, "unknown", note=layer.obstacle)
        if seen.whole or field.whole_input:
            return _whole(layer, field.whole_input)
        return self._local(layer, predicted)

    def _local(self, layer: _Layer, predicted: Sizes | None) -> FieldCheck:
        asked = self._asked[layer.position]
        found, exact, notes = [], True, []
        for number, axis in enumerate(layer.axes):
            size, is_exact, note = _measured(axis, asked[number])
            found.append(size)
            exact = exact and is_exact
            most = axis.line.nominal
            if not note and predicted is not None and predicted[number] != most:
                note = f"predicted {predicted[number]}, found {size if is_exact else most}"
            if note:
                notes.append(note)
        note = "; ".join(dict.fromkeys(notes))
        status: Status = "differs" if note else "agrees" if exact else "at_least"
        return FieldCheck(predicted, tuple(found), status, note=note)


def sizes(shape: Shape | None) -> Sizes:
    """A shape of which all sizes are known, as those of networks that run are."""
    return tuple(size for size in shape or () if size is not None)


def _measured(axis: _Axis, asked: set[int]) -> tuple[int, bool, str]:
    """Size of the field, whether it is exact and not a least one, and what is wrong with it."""
    line = axis.line
    decided = [
        bool(cells & asked) and not cut
        for cells, cut in zip((line.begins, line.ends), line.is_cut, strict=True)
    ]
    size = line.size - axis.before - axis.after
    if axis.before < -(2**40) or axis.after < -(2**40):
        return axis.reach, False, "outputs that should see nothing see the input"
    if axis.before < 0 or axis.after < 0:
        more = max(-axis.before, 0) + max(-axis.after, 0)
        return (
            line.size + more,
            False,
            f"cells outside the predicted field are seen, {more} of them",
        )
    if axis.before > 2**40:  # no perturbed cell reached anything
        unseen = not any(decided)
        return 0, False, "" if unseen else "no perturbed cell reaches the layer"
    if any(ok and gap > 0 for ok, gap in zip(decided, (axis.before, axis.after), strict=True)):
        return size, False, "a cell at the end of the predicted field is not seen"
    return (line.size, True, "") if all(decided) else (axis.reach, False, "")


def _whole(layer: _Layer, predicted: bool) -> FieldCheck:
    field = layer.facts.receptive_field
    size = None if field is None else field.size
    whole = layer.is_whole and layer.n_fed > 0
    if not layer.n_fed:
        return FieldCheck(size, None, "unknown", note="no perturbed cell reached what feeds it")
    if whole != predicted:
        note = "some outputs do not see the whole input" if predicted else "all outputs see it all"
        return FieldCheck(size, None, "differs", whole, note)
    return FieldCheck(size, None, "agrees", whole)


def _turned(graph: Graph) -> set[int]:
    """Nodes after which an axis of the map is no longer the same axis of the input."""
    turned: set[int] = set()
    for node in graph.nodes:
        here = any(
            isinstance(primitive, p.Permute) and primitive.order != tuple(sorted(primitive.order))
            for primitive in node.lowered.primitives
        )
        if here or turned.intersection(node.inputs):
            turned.add(node.index)
    return turned
