"""Memory over the time of a forward pass: which buffer is in use when, and how much they are."""

from __future__ import annotations

from typing import NamedTuple

from cnncalc.analysis.memory import Liveness
from cnncalc.ir.graph import Graph, Node
from cnncalc.ir.shapes import Size


class Buffer(NamedTuple):
    """A piece of memory and when it is in use.

    Attributes:
        node: Index of the node that it is made for.
        size_bytes: Its size; None when not known.
        born: The moment from which it is in use.
        died: The first moment at which it no longer is; None where it lives to the end.
    """

    node: int
    size_bytes: Size
    born: int
    died: int | None


class LiveMoment(NamedTuple):
    """A node at the moment at which most is in use while it runs.

    Attributes:
        at: The moment.
        live_bytes: Sum of the buffers in use; None while the size of one of them is not known.
    """

    at: int
    live_bytes: Size


class History(NamedTuple):
    """Memory over the time of a forward pass, inputs included and weights not.

    Attributes:
        buffers: Every buffer, in the order in which they are made.
        moments: One per node of the graph; the largest of them is the peak.
    """

    buffers: tuple[Buffer, ...]
    moments: tuple[LiveMoment, ...]


def memory_history(graph: Graph, bytes_per_element: list[int]) -> History:
    """What is in use at every node of a forward pass; arguments as for `peak_memory`.

    A moment passes with every node that starts and every buffer that is made: a layer of several
    steps has as many moments.
    """
    recorder = _Recorder(graph, bytes_per_element)
    moments = [recorder.moment(node) for node in graph.nodes]
    return History(recorder.buffers(), tuple(moments))


class _Recorder(Liveness):
    """Goes on where a size is not known, and writes down what happens when."""

    def __init__(self, graph: Graph, bytes_per_element: list[int]) -> None:
        super().__init__(graph, bytes_per_element)
        self._clock = -1
        self._made: list[tuple[int, Size, int]] = []  # per buffer: node, size, when
        self._freed: dict[int, int] = {}
        self._n_unknown = 0  # buffers in use of which the size is not known
        self._most = LiveMoment(0, 0)

    def moment(self, node: Node) -> LiveMoment:
        """Run a node; when most is in use."""
        self._clock += 1
        self._most = self._now()
        self.run(node)
        return self._most

    def buffers(self) -> tuple[Buffer, ...]:
        """Every buffer so far."""
        return tuple(Buffer(*made, self._freed.get(index)) for index, made in enumerate(self._made))

    def _now(self) -> LiveMoment:
        return LiveMoment(self._clock, None if self._n_unknown else self._live)

    def _allocate(self, size: Size, node: int) -> int:
        self._clock += 1
        self._n_unknown += size is None
        self._made.append((node, size, self._clock))
        buffer = super()._allocate(size or 0, node)
        now = self._now()
        if self._most.live_bytes is not None and (
            now.live_bytes is None or now.live_bytes > self._most.live_bytes
        ):
            self._most = now
        return buffer

    def _read(self, buffer: int) -> None:
        super()._read(buffer)
        if not self._pending[buffer]:
            self._n_unknown -= self._made[buffer][1] is None
            self._freed[buffer] = self._clock + 1
