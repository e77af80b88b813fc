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

from functools import cache
from typing import Any

import numpy as np

from cnncalc.numeric.kernels.chunks import room_for
from cnncalc.numeric.kernels.kernel import Array

_MOST = 10**6  # multiplications of a product that is not repacked
_LARGEST = 1 << 26  # bytes of weights that are worth a copy: until it is made there are two
_ROWS = 96
_WIDTHS = (32, 64, 48, 16, 40, 56, 24, 50)


class Panels:
    """Weights of `lead` products side by side, (rows, depth) · (depth, width) each.

    Attributes:
        scratch_shapes: What `multiply` needs room for.
        n_bytes: Size of the weights.
    """

    def __init__(self, lead: int, depth: int, width: int, rows: int, dtype: np.dtype[Any]) -> None:
        self._shape = (lead, depth, width)
        self.n_bytes = lead * depth * width * dtype.itemsize
        panel = next((size for size in _WIDTHS if width % size == 0), None)
        large = rows * depth * width > _MOST and self.n_bytes <= _LARGEST
        self._panel, self._rows, pieces = width, rows, 1
        self._cut_up = panel is not None and large and _small_products_pay()
        if self._cut_up and panel:
            self._panel = panel
            self._rows = -(-rows // -(-rows // _ROWS))
            pieces = -(-depth * self._rows * panel // _MOST)
        self._cuts = [depth * piece // pieces for piece in range(pieces + 1)]
        self.scratch_shape = (lead, rows, width) if len(self._cuts) > 2 else (0,)
        self.scratch_bytes = room_for(dtype, self.scratch_shape)

    def load(self, kernel: Array) -> None:
        """Lay out weights of shape (lead, depth, width)."""
        lead, depth, width = self._shape
        kernel = kernel.reshape(lead, depth, width // self._panel, self._panel).swapaxes(1, 2)
        self._parts = [
            np.ascontiguousarray(kernel[:, None, :, start:stop])
            for start, stop in zip(self._cuts, self._cuts[1:], strict=False)
        ]

    def multiply(
        self, x: Array, out: Array, scratch: Array, share: tuple[int, int] = (0, 1)
    ) -> None:
        """`out = x · weights`, for any number of rows up to the one that it was made for.

        Args:
            x: Shape (lead, rows, depth).
            out: Shape (lead, rows, width); its rows may lie apart.
            scratch: Of `scratch_shape`.
            share: Which part of the columns to compute, of how many parts.
        """
        number, of = share
        width = self._shape[2]
        if not self._cut_up:
            columns = slice(width * number // of, width * (number + 1) // of)
            np.matmul(x, self._parts[0][:, 0, 0, :, columns], out=out[..., columns])
            return
        n_panels = width // self._panel
        panels = slice(n_panels * number // of, n_panels * (number + 1) // of)
        n_rows = x.shape[1]
        even = n_rows - n_rows % self._rows
        if even:
            self._pieces(x[:, :even], out[:, :even], scratch, self._rows, panels)
        if even < n_rows:
            self._pieces(x[:, even:], out[:, even:], scratch, n_rows - even, panels)

    def _pieces(self, x: Array, out: Array, scratch: Array, rows: int, panels: slice) -> None:
        lead, n_rows, depth = x.shape
        x = x.reshape(lead, n_rows // rows, 1, rows, depth)
        target = self._tiles(out, rows)[:, :, panels]
        for number, part in enumerate(self._parts):
            piece = x[..., self._cuts[number] : self._cuts[number + 1]]
            if number == 0:
                np.matmul(piece, part[:, :, panels], out=target)
                continue
            more = self._tiles(scratch[:, :n_rows], rows)[:, :, panels]
            np.matmul(piece, part[:, :, panels], out=more)
            np.add(target, more, out=target)

    def _tiles(self, out: Array, rows: int) -> Array:
        """A result as (lead, blocks of rows, panels, rows, width of a panel)."""
        lead, n_rows, width = out.shape
        panels = width // self._panel
        return out.reshape(lead, n_rows // rows, rows, panels, self._panel).swapaxes(2, 3)


@cache
def _small_products_pay() -> bool:
    """Whether there are kernels for small products: where the processor has AVX-512."""
    found = np.show_config(mode="dicts")["SIMD Extensions"]["found"]
    return any(name.startswith("AVX512") or name == "X86_V4" for name in found)
