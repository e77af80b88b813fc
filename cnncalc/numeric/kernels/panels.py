"""Products of matrices in pieces so small that BLAS need not repack them.

A large product first copies both matrices into an order of its own. For a product of up to a
million multiplications OpenBLAS has kernels that do without (on processors with AVX-512), and with
the weights laid out in narrow panels, once, when they are loaded, many small products run at 1.1
times the speed of a large one; with few rows, where copying the weights is most of the work, at 1.5
to 3 times. The number of rows decides how the depth is cut.

Reference:
    OpenBLAS, interface/gemm.c and kernel/x86_64/sgemm_small_kernel_permit_skylakex.c.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, partial
from itertools import pairwise
from math import prod
from typing import Any

import numpy as np

from cnncalc.ir.shapes import Sizes
from cnncalc.numeric.kernels.chunks import room_for
from cnncalc.numeric.kernels.kernel import Array
from cnncalc.numeric.kernels.pieces import Call

_MOST = 10**6  # multiplications of a product that is not repacked
_LARGEST = 1 << 26  # bytes of weights that are worth a copy: until it is made there are two
_ROWS = 96
_WIDTHS = (32, 64, 48, 16, 40, 56, 24, 50)


class Panels:
    """Weights of several products, (rows, depth) · (depth, width) each.

    Attributes:
        parts: The weights once loaded: for every cut of the depth an array of shape
            (*lead, 1, panels, depth, width of a panel).
        scratch_shape: What `multiply` needs room for.
        n_bytes: Size of the weights.
        is_cut_up: Whether they are laid out anew.

    Args:
        lead: How many products, along one axis or several.
        depth: Values that are added up.
        width: Columns of a product.
        rows: Rows of a product, at most.
        dtype: Type of all arrays.
    """

    def __init__(
        self, lead: Sizes, depth: int, width: int, rows: int, dtype: np.dtype[Any]
    ) -> None:
        self._shape = (*lead, depth, width)
        self._dtype = dtype
        self.n_bytes = prod(self._shape) * dtype.itemsize
        panel = next((size for size in _WIDTHS if width % size == 0), None)
        large = rows * depth * width > _MOST and self.n_bytes <= _LARGEST
        self._panel, self._rows, pieces = width, rows, 1
        self.is_cut_up = panel is not None and large and _small_products_pay()
        if self.is_cut_up and panel:
            self._panel = panel
            self._rows = -(-rows // -(-rows // _ROWS))
            pieces = -(-depth * self._rows * panel // _MOST)
        self._cuts = [depth * piece // pieces for piece in range(pieces + 1)]
        self.scratch_shape = (*lead, rows, width) if len(self._cuts) > 2 else (0,)
        self.scratch_bytes = room_for(dtype, self.scratch_shape)
        self.parts: list[Array] = []

    def part_shapes(self, *lead: int) -> list[Sizes]:
        """Shapes of the parts of so many products."""
        n_panels = self._shape[-1] // self._panel
        return [
            (*lead, 1, n_panels, stop - start, self._panel) for start, stop in pairwise(self._cuts)
        ]

    def load(self, kernel: Array) -> None:
        """Lay out weights of shape (*lead, depth, width); they are kept if they lie so already."""
        if self.is_cut_up:
            self.load_columns(lambda columns: kernel[..., columns])
        else:
            self.parts = [np.ascontiguousarray(kernel)[..., np.newaxis, np.newaxis, :, :]]

    def load_columns(self, columns: Callable[[slice], Array]) -> None:
        """Lay out weights that `columns` gives some columns of at a time."""
        *lead, _, width = self._shape
        self.parts = [np.empty(shape, self._dtype) for shape in self.part_shapes(*lead)]
        step = self._panel if self.is_cut_up else _WIDTHS[0]
        for start in range(0, width, step):
            chosen = slice(start, min(start + step, width))
            panel, first = divmod(start, self._panel)
            values = columns(chosen)
            for part, (low, high) in zip(self.parts, pairwise(self._cuts), strict=True):
                target = part[..., 0, panel, :, first : first + values.shape[-1]]
                np.copyto(target, values[..., low:high, :])

    def multiply(
        self,
        x: Array,
        out: Array,
        scratch: Array,
        share: tuple[int, int] = (0, 1),
        parts: Sequence[Array] = (),
    ) -> None:
        """`out = x · weights`, for any number of rows up to the one that it was made for.

        Args:
            x: Shape (*lead, rows, depth).
            out: Shape (*lead, rows, width); its rows may lie apart.
            scratch: Of `scratch_shape`.
            share: Which part of the columns to compute, of how many parts.
            parts: Weights of other products, if it is not those that were loaded, with as many
                axes before the rows as there are here.
        """
        number, of = share
        width = self._shape[-1]
        parts = parts or self.parts
        if not self.is_cut_up:
            columns = slice(width * number // of, width * (number + 1) // of)
            np.matmul(x, parts[0][..., 0, 0, :, columns], out=out[..., columns])
            return
        n_panels = width // self._panel
        panels = slice(n_panels * number // of, n_panels * (number + 1) // of)
        pieces = [part[..., panels, :, :] for part in parts]
        n_rows = x.shape[-2]
        even = n_rows - n_rows % self._rows
        if even:
            self._pieces(x[..., :even, :], out[..., :even, :], scratch, self._rows, pieces, panels)
        if even < n_rows:
            rest = n_rows - even
            self._pieces(x[..., even:, :], out[..., even:, :], scratch, rest, pieces, panels)

    def bound(self, x: Array, out: Array, scratch: Array, parts: Sequence[Array] = ()) -> Call:
        """`multiply` as a call, for these very arrays."""
        if self.is_cut_up:
            return partial(self.multiply, x, out, scratch, parts=parts)
        return partial(np.matmul, x, (parts or self.parts)[0][..., 0, 0, :, :], out)

    def _pieces(
        self,
        x: Array,
        out: Array,
        scratch: Array,
        rows: int,
        parts: Sequence[Array],
        panels: slice,
    ) -> None:
        *lead, n_rows, depth = x.shape
        x = x.reshape(*lead, n_rows // rows, 1, rows, depth)
        target = self._tiles(out, rows)[..., panels, :, :]
        for number, part in enumerate(parts):
            piece = x[..., self._cuts[number] : self._cuts[number + 1]]
            if number == 0:
                np.matmul(piece, part, out=target)
                continue
            room = scratch.reshape(-1)[: out.size].reshape(out.shape)
            more = self._tiles(room, rows)[..., panels, :, :]
            np.matmul(piece, part, out=more)
            np.add(target, more, out=target)

    def _tiles(self, out: Array, rows: int) -> Array:
        """A result as (*lead, blocks of rows, panels, rows, width of a panel)."""
        *lead, n_rows, width = out.shape
        panels = width // self._panel
        return out.reshape(*lead, n_rows // rows, rows, panels, self._panel).swapaxes(-3, -2)


@cache
def _small_products_pay() -> bool:
    """Whether there are kernels for small products: where the processor has AVX-512."""
    found = np.show_config(mode="dicts")["SIMD Extensions"]["found"]
    return any(name.startswith("AVX512") or name == "X86_V4" for name in found)
