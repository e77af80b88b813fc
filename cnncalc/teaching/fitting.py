"""The input sizes for which a network fits: every window, every skip, nothing collapsed."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from cnncalc.errors import UsageError
from cnncalc.ir.borders import Border, Borders
from cnncalc.ir.graph import Graph, Lowerable, Lowered, Node, lower
from cnncalc.ir.shapes import LARGEST, Shape, Size, axis_name
from cnncalc.spec.network import Network
from cnncalc.teaching.patterns import Pattern, pattern
from cnncalc.teaching.troubles import Trouble, shared, troubles

_Place: TypeAlias = tuple[int, str, int]  # the node, what is wrong and along which axis
_MOST_STEPS = 2_000_000  # layers times sizes: some seconds
_MOST_SIZES = 100_000
_MOST_KEPT = 100_000  # layers applied to shapes, half a kilobyte each
_USUAL = 512


class Unfit(NamedTuple):
    """Why a size does not fit: the first layer that minds, and what it says."""

    size: int
    layer: str
    reason: str


class Fitting(NamedTuple):
    """The sizes of an axis for which everything fits.

    Attributes:
        axes: The axes that have the size, in words: `height and width`.
        given: The size that the network is written for.
        tried: The sizes that were looked at.
        sizes: Those that fit.
        outputs: What the network gives for each of them.
        pattern: The rule behind them; None if none is seen.
        resized: Dense layers whose weights depend on the size.
    """

    axes: str
    given: int
    tried: range
    sizes: tuple[int, ...]
    outputs: tuple[Shape | None, ...]
    pattern: Pattern | None
    resized: tuple[str, ...]

    def nearest(self, wanted: int, count: int = 5) -> list[int]:
        """The sizes that fit which are nearest to a wanted one, in ascending order."""
        by_distance = sorted(self.sizes, key=lambda size: (abs(size - wanted), size))
        return sorted(by_distance[:count])

    def output(self, size: int) -> Shape | None:
        """What the network gives for a size that fits."""
        return self.outputs[self.sizes.index(size)]

    def _repr_html_(self) -> str:
        from cnncalc.report.html_sizes import fitting_html  # it is asked how it looks

        return fitting_html(self)


def sizes(
    network: Network,
    tried: range | None = None,
    *,
    axis: str | None = None,
    strict: bool = False,
) -> list[Fitting]:
    """The input sizes for which every layer fits, nothing collapses and every skip merges.

    A square input is looked at as a whole, with one size for all axes; of another one every axis by
    itself, the others as they are. What is wrong with those alone is not held against the sizes. Of
    several inputs those change that have the first one's size.

    Args:
        network: The network.
        tried: Sizes to look at; None for those up to 512, or to twice the given size.
        axis: Name of the only axis to look at, such as `height`.
        strict: Whether cells of the padding must not be left over, either.

    Raises:
        UsageError: There is no such axis, the range is none, or there is too much to do.

    Example:
        >>> import cnncalc
        >>> sizes(cnncalc.load("unet-valid"), range(1, 600))[0].pattern.text
        '188 + 16k'
    """
    search = Search(network, strict=strict)
    return [search.along(axes, tried) for axes in search.axes(axis)]


class Search:
    """Sends sizes through the graph; equal layers with equal inputs are looked at once."""

    def __init__(self, network: Network, *, strict: bool = False) -> None:
        problems = network.problems
        if problems:
            raise UsageError(f"{problems[0].message}: mend what check finds, then look for sizes")
        self._graph = network.graph
        for node in self._graph.nodes[self._graph.n_inputs :]:
            if node.layer is None:  # its arguments depend on the channels after a broken layer
                raise UsageError(
                    f"{node.name} is not known, as a layer before it is broken:"
                    " mend what check finds, then look for sizes"
                )
        self._strict = strict
        self._memo: dict[tuple[int, tuple[Shape | None, ...]], Lowered] = {}
        self._troubles: dict[tuple[int, Border], tuple[Trouble, ...]] = {}
        self._borders = Borders(self._graph)
        self._shape = _main_shape(self._graph)

    def axes(self, name: str | None) -> list[tuple[int, ...]]:
        """The groups of axes that are looked at together.

        Raises:
            UsageError: The input has no such axis.
        """
        rank = len(self._shape) - 1
        names = [axis_name(rank, axis) for axis in range(rank)]
        if name is None:
            square = len(set(self._shape[:-1])) == 1
            return [tuple(range(rank))] if square else [(axis,) for axis in range(rank)]
        if name not in names:
            raise UsageError(f"the input's axes are {', '.join(names)}; there is no {name[:40]!r}")
        return [(names.index(name),)]

    def along(self, axes: tuple[int, ...], tried: range | None) -> Fitting:
        """The sizes that fit along some axes."""
        given = self._shape[axes[0]] or 1
        tried = self._range(tried, given)
        excused = self._excused(axes)
        found: list[int] = []
        outputs: list[Shape | None] = []
        for size in tried:
            shapes = self._through(axes, size, excused)
            if isinstance(shapes, list):
                found.append(size)
                outputs.append(shapes[self._graph.outputs[-1]])
        rank = len(self._shape) - 1
        return Fitting(
            " and ".join(axis_name(rank, axis) for axis in axes),
            given,
            tried,
            tuple(found),
            tuple(outputs),
            pattern(tried, found) if tried.step == 1 else None,
            self._resized(),
        )

    def why(self, axes: tuple[int, ...], size: int) -> Unfit | None:
        """Why a size does not fit; None if it does."""
        found = self._through(axes, size, self._excused(axes))
        if isinstance(found, list):
            return None
        node, (_, _, reason) = found
        return Unfit(size, node.name, reason)

    def _range(self, tried: range | None, given: int) -> range:
        n_nodes = len(self._graph.nodes)
        most = max(1, min(_MOST_STEPS // n_nodes, _MOST_SIZES))
        if tried is None:
            last = max(_USUAL, 2 * given)
            first = 1 if last <= 4 * _USUAL else max(1, given - _USUAL)
            tried = range(first, min(last, first + 4 * _USUAL, first + most) + 1)
        if not tried or tried[0] < 1 or tried[-1] > LARGEST:
            raise UsageError(f"sizes are looked for from 1 to 10^15, such as --range 32..{_USUAL}")
        if len(tried) > most + 1:
            raise UsageError(
                f"{len(tried):,} sizes of {n_nodes:,} layers are too much: at most {most:,} sizes"
            )
        return tried

    def _inputs(self, axes: tuple[int, ...], size: Size) -> list[Shape | None]:
        """The shapes of the inputs, with another size; those that had the first one's change."""
        shapes: list[Shape | None] = []
        for node in self._graph.nodes[: self._graph.n_inputs]:
            shape = node.lowered.output
            if shape is not None and len(shape) == len(self._shape):
                shape = tuple(
                    size if k in axes and n == self._shape[k] else n for k, n in enumerate(shape)
                )
            shapes.append(shape)
        return shapes

    def _through(
        self,
        axes: tuple[int, ...],
        size: Size,
        excused: set[_Place],
        *,
        excuse_all: bool = False,
    ) -> list[Shape | None] | tuple[Node, Trouble]:
        """The shape after every node, or the first node that minds and is not excused for it."""
        shapes = self._inputs(axes, size)
        memo = self._memo
        if len(memo) > _MOST_KEPT:
            memo.clear()
            self._troubles.clear()
        lowered_nodes: dict[int, Lowered] = {}
        for node in self._graph.nodes[self._graph.n_inputs :]:
            lowered = self._lowered(node, tuple([shapes[k] for k in node.inputs]), memo)
            found = self._troubles_of(node.index, lowered)
            if node.shares is not None:
                found = (*found, *shared(lowered_nodes.get(node.shares), lowered))
            lowered_nodes[node.index] = lowered
            for trouble in found:
                place = (node.index, trouble[0], trouble[1])
                if excuse_all:
                    excused.add(place)
                elif place not in excused:
                    return node, trouble
            shapes.append(lowered.output)
        return shapes

    def _lowered(
        self,
        node: Node,
        arriving: tuple[Shape | None, ...],
        memo: dict[tuple[int, tuple[Shape | None, ...]], Lowered],
    ) -> Lowered:
        assert node.layer is not None  # looked at in the beginning
        key = (id(node.layer), arriving)
        lowered = memo.get(key)
        if lowered is None:
            layer: Lowerable = node.layer
            lowered = memo[key] = lower(layer, arriving)
        return lowered

    def _troubles_of(self, index: int, lowered: Lowered) -> tuple[Trouble, ...]:
        key = (id(lowered), self._borders.arriving[index])
        found = self._troubles.get(key)
        if found is None:
            slid = self._borders.windows(index, lowered)
            found = self._troubles[key] = tuple(troubles(lowered, slid, strict=self._strict))
        return found

    def _excused(self, axes: tuple[int, ...]) -> set[_Place]:
        """What is wrong with the other axes alone, whatever the size of these."""
        excused: set[_Place] = set()
        if len(axes) < len(self._shape) - 1:
            self._through(axes, None, excused, excuse_all=True)
        return excused

    def _resized(self) -> tuple[str, ...]:
        """Dense layers that read a flattened map: another size means other weights."""
        nodes = self._graph.nodes
        unknown = self._inputs(tuple(range(len(self._shape) - 1)), None)
        graph = self._graph.with_inputs([shape or () for shape in unknown])
        return tuple(
            node.name
            for node, before in zip(graph.nodes, nodes, strict=True)
            if node.op == "dense"
            and node.lowered.inputs[0] is not None
            and node.lowered.inputs[0][-1] is None
            and before.lowered.output is not None
        )


def _main_shape(graph: Graph) -> Shape:
    """The shape of the first input that is a map.

    Raises:
        UsageError: There is none.
    """
    for node in graph.nodes[: graph.n_inputs]:
        shape = node.lowered.output
        if shape is not None and len(shape) > 1:
            return shape
    raise UsageError("the input has no height or width: it is a vector, so every size fits")
