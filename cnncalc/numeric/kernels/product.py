"""Dense layers and 1×1 convolutions: one matrix product."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import pairwise
from math import prod

from cnncalc.ir import primitives as p
from cnncalc.numeric.kernels.chunks import carve
from cnncalc.numeric.kernels.epilogue import Epilogue, Finish
from cnncalc.numeric.kernels.filters import bias_of, connected, kernel_name
from cnncalc.numeric.kernels.kernel import Array, Crew, Kernel, Site
from cnncalc.numeric.kernels.panels import Panels
from cnncalc.numeric.kernels.rows import LEAST_PRODUCTS, Turn

_BLOCK_BYTES = 1 << 20
_LEAST_ROWS = 64
_LEAST_COLUMNS = 64


class Product(Kernel[p.Convolution | p.Dense]):
    """`out[m, :] = x[m, :] · kernel`, in blocks of rows that stay in the cache for what follows.

    A few rows are split by columns instead, so that threads share the reading of the kernel.
    """

    name = "product"

    def __init__(self, site: Site[p.Convolution | p.Dense]) -> None:
        super().__init__(site)
        self._n_in, self._n_out = site.inputs[0][-1], site.output[-1]
        self._rows = site.n_outputs // self._n_out
        self._epilogue = Epilogue(site)
        n_weights = self._n_in * self._n_out
        self.weight_bytes = (n_weights + self._n_out) * site.dtype.itemsize
        self._block = self._block_rows()
        self._panels = Panels((1,), self._n_in, self._n_out, self._block, site.dtype)
        self.scratch_bytes = self._panels.scratch_bytes
        self.keeps_weights = not self._panels.is_cut_up

    @staticmethod
    def suits(site: Site[p.Convolution | p.Dense]) -> bool:
        """Whether every output row is made of one input row."""
        match site.primitive:
            case p.Convolution() as conv:
                return prod(conv.kernel) == prod(conv.stride) == conv.groups == 1 and not any(
                    map(any, conv.padding)
                )
            case _:
                return True

    def _block_rows(self) -> int:
        """As many rows as the cache holds, or as make the product large beside its kernel."""
        row_bytes = (self._n_in + self._n_out) * self.site.dtype.itemsize
        fitting = max(_BLOCK_BYTES, self.weight_bytes) // row_bytes
        return min(max(fitting, _LEAST_ROWS), self._rows)

    def load(self, arrays: Mapping[str, Array]) -> None:
        conv = self.site.primitive
        kernel = arrays[kernel_name(conv)]
        if isinstance(conv, p.Convolution) and conv.connections is not None:
            kernel = connected(conv, kernel, self._n_in)
        self._panels.load(kernel.reshape(1, self._n_in, self._n_out))
        self._epilogue.load(bias_of(conv, arrays))

    def run(self, inputs: Sequence[Array], out: Array, crew: Crew, scratch: Array) -> None:
        self.bind(inputs, out, crew, scratch)()

    def bind(
        self, inputs: Sequence[Array], out: Array, crew: Crew, scratch: Array
    ) -> Callable[[], None]:
        x = inputs[0].reshape(1, self._rows, self._n_in)
        rows = out.reshape(1, self._rows, self._n_out)
        finish = self._epilogue.bind(inputs, out)
        n_threads = crew.n_threads if self._rows * self._n_in * self._n_out >= LEAST_PRODUCTS else 1
        if 1 < n_threads > self._rows // 4 and self._n_out >= n_threads * _LEAST_COLUMNS:
            return self._by_columns(x, rows, finish, crew, scratch)
        shares = [(self._rows * share // n_threads) for share in range(n_threads + 1)]
        tasks = [
            self._task(x, rows, range(start, stop), finish, own, crew.turn)
            for start, stop, own in zip(shares, shares[1:], crew.shares(scratch), strict=False)
        ]
        return tasks[0] if n_threads == 1 else partial(crew.perform, tasks)

    def _task(
        self, x: Array, rows: Array, share: range, finish: Finish, scratch: Array, turn: Turn
    ) -> Callable[[], None]:
        """Some rows, block by block."""
        n_blocks = -(-len(share) // self._block)
        edges = [share.start + len(share) * block // n_blocks for block in range(n_blocks + 1)]
        panels = self._panels
        (spare,) = carve(scratch, rows.dtype, panels.scratch_shape)
        blocks = [
            (panels.bound(x[:, start:stop], rows[:, start:stop], spare), start, stop)
            for start, stop in pairwise(edges)
        ]

        def run() -> None:
            for multiply, start, stop in blocks:
                multiply()
                with turn:
                    finish(start, stop)

        return run

    def _by_columns(
        self, x: Array, rows: Array, finish: Finish, crew: Crew, scratch: Array
    ) -> Callable[[], None]:
        panels, n_threads = self._panels, crew.n_threads
        (spare,) = carve(scratch, rows.dtype, panels.scratch_shape)

        tasks = [
            partial(panels.multiply, x, rows, spare, (share, n_threads))
            for share in range(n_threads)
        ]

        def run() -> None:
            crew.perform(tasks)
            finish(0, rows.shape[1])

        return run
