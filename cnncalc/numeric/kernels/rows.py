"""What the sliding kernels share: blocks of output rows, handed out over the threads."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import partial
from math import prod
from typing import Any, ClassVar, NamedTuple, TypeAlias

from cnncalc.ir import primitives as p
from cnncalc.ir.shapes import Sizes
from cnncalc.numeric.kernels.chunks import carve, room_for
from cnncalc.numeric.kernels.epilogue import Epilogue, Finish
from cnncalc.numeric.kernels.kernel import Array, Crew, Kernel, Site
from cnncalc.numeric.kernels.sliding import Axis, Slab, axes

LEAST_PRODUCTS = 1 << 25  # fewer take less time than sharing them out
Turn: TypeAlias = AbstractContextManager[Any]


class Block(NamedTuple):
    """Output rows of one sample."""

    sample: int
    row: int
    n_rows: int


class Worker(ABC):
    """Computes blocks, one after the other, with scratch of its own."""

    def __init__(self, slab: Slab, x: Array, padded: Array) -> None:
        self._slab, self._x, self._padded = slab, x, padded

    def prepare(self, blocks: Sequence[Block]) -> None:  # noqa: B027  # most have nothing to do
        """Learn which blocks will be computed, in every run."""

    def start(self) -> None:
        """Clear the padding: other layers have used the scratch since the last run."""
        if self._slab.needed:
            self._padded.fill(0)

    def fill(self, block: Block) -> None:
        """Bring the block's input rows into the slab."""
        if self._slab.needed:
            self._slab.fill(self._padded, self._x[block.sample], block.row, block.n_rows)

    @abstractmethod
    def compute(self, block: Block, turn: Turn) -> None:
        """Compute the outputs of a block; `turn` is for what takes many short calls."""


class RowKernel(Kernel[p.Convolution]):
    """A convolution that computes some output rows at a time, of one sample after the other.

    Attributes:
        unit: Rows that can only be computed together.
        block_rows: Output rows of a block, a multiple of the unit.
        n_terms: Products that are added up in one output.
    """

    unit: ClassVar[int] = 1

    def __init__(self, site: Site[p.Convolution], block_rows: int) -> None:
        super().__init__(site)
        self.axes: tuple[Axis, ...] = axes(site.primitive, site.inputs[0], site.output)
        self.channels = site.inputs[0][-1]
        self.filters = site.output[-1]
        self.block_rows = block_rows
        self.slab = Slab(self.axes, self.channels, block_rows)
        self.epilogue = Epilogue(site)
        self.n_terms = prod(site.primitive.kernel) * self.channels // site.primitive.groups

    @property
    def slab_shape(self) -> Sizes:
        """Shape of the padded rows in the scratch: of no size where nothing is padded."""
        return self.slab.shape if self.slab.needed else (0,)

    def reserve(self, *shapes: Sizes) -> None:
        """Ask for arrays of these shapes as scratch, for each thread."""
        self._shapes = shapes
        self.scratch_bytes = room_for(self.site.dtype, *shapes)

    @abstractmethod
    def worker(self, x: Array, out: Array, scratch: list[Array]) -> Worker:
        """A worker on these arrays; the scratch is what was asked for."""

    def run(self, inputs: Sequence[Array], out: Array, crew: Crew, scratch: Array) -> None:
        self.bind(inputs, out, crew, scratch)()

    def bind(
        self, inputs: Sequence[Array], out: Array, crew: Crew, scratch: Array
    ) -> Callable[[], None]:
        finish = self.epilogue.bind(inputs, out)
        cells = prod(out.shape[2:-1])
        n_rows = out.shape[1]
        tasks = []
        worth = prod(self.site.output) * self.n_terms >= LEAST_PRODUCTS
        shares = self._blocks(crew.n_threads if worth else 1)
        for blocks, own in zip(shares, crew.shares(scratch), strict=False):
            worker = self.worker(inputs[0], out, carve(own, self.site.dtype, *self._shapes))
            worker.prepare(blocks)
            starts = [(block.sample * n_rows + block.row) * cells for block in blocks]
            tasks.append(partial(_perform, worker, blocks, starts, cells, finish, crew.turn))
        return tasks[0] if len(tasks) == 1 else partial(crew.perform, tasks)

    def _blocks(self, n_threads: int) -> list[list[Block]]:
        """For every thread the blocks of its share, an equal number of rows each."""
        n_samples, n_rows = self.site.output[:2]
        per_sample = -(-n_rows // self.unit)
        total = n_samples * per_sample
        shares = []
        for thread in range(n_threads):
            start, stop = (total * edge // n_threads for edge in (thread, thread + 1))
            shares.append(self._cut(start, stop, per_sample, n_rows))
        return shares

    def _cut(self, start: int, stop: int, per_sample: int, n_rows: int) -> list[Block]:
        blocks = []
        most = self.block_rows // self.unit
        while start < stop:
            sample, unit = divmod(start, per_sample)
            left = min(stop - start, per_sample - unit)
            size = -(-left // -(-left // most))  # blocks of a share are of about one size
            row = unit * self.unit
            blocks.append(Block(sample, row, min(size * self.unit, n_rows - row)))
            start += size
        return blocks


def _perform(
    worker: Worker,
    blocks: list[Block],
    starts: list[int],
    cells: int,
    finish: Finish,
    turn: Turn,
) -> None:
    worker.start()
    for block, start in zip(blocks, starts, strict=True):
        worker.compute(block, turn)
        with turn:
            finish(start, start + block.n_rows * cells)
