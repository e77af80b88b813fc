"""What the sliding kernels share: blocks of output rows, handed out over the threads."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from functools import partial
from math import prod
from typing import ClassVar, NamedTuple

from cnncalc.ir import primitives as p
from cnncalc.ir.shapes import Sizes
from cnncalc.numeric.kernels.chunks import carve, room_for
from cnncalc.numeric.kernels.epilogue import Epilogue, Finish
from cnncalc.numeric.kernels.kernel import Array, Crew, Kernel, Site
from cnncalc.numeric.kernels.sliding import Axis, Slab, axes


class Block(NamedTuple):
    """Output rows of one sample."""

    sample: int
    row: int
    n_rows: int


class Worker(ABC):
    """Computes blocks, one after the other, with scratch of its own."""

    def __init__(self, slab: Slab, x: Array, padded: Array) -> None:
        self._slab, self._x, self._padded = slab, x, padded

    def start(self) -> None:
        """Clear the padding: other layers have used the scratch since the last run."""
        if self._slab.needed:
            self._padded.fill(0)

    def fill(self, block: Block) -> None:
        """Bring the block's input rows into the slab."""
        if self._slab.needed:
            self._slab.fill(self._padded, self._x[block.sample], block.row, block.n_rows)

    @abstractmethod
    def compute(self, block: Block) -> None:
        """Compute the outputs of a block."""


class RowKernel(Kernel[p.Convolution]):
    """A convolution that computes some output rows at a time, of one sample after the other.

    Attributes:
        unit: Rows that can only be computed together.
        block_rows: Output rows of a block, a multiple of the unit.
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
        for blocks, own in zip(self._blocks(crew.n_threads), crew.shares(scratch), strict=True):
            worker = self.worker(inputs[0], out, carve(own, self.site.dtype, *self._shapes))
            starts = [(block.sample * n_rows + block.row) * cells for block in blocks]
            tasks.append(partial(_perform, worker, blocks, starts, cells, finish))
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
) -> None:
    worker.start()
    for block, start in zip(blocks, starts, strict=True):
        worker.compute(block)
        finish(start, start + block.n_rows * cells)
