"""Window arithmetic, in integers only: how a filter slides over one axis.

Reference:
    V. Dumoulin, F. Visin, A guide to convolution arithmetic for deep learning, 2016
    (arXiv 1603.07285); TensorFlow's and PyTorch's documentation for SAME and ceil rounding.
"""

from __future__ import annotations

from typing import NamedTuple

from cnncalc.ir.shapes import Pair, Size


class Window(NamedTuple):
    """One axis of a sliding window: what went in and what came out.

    `O = (W + P_begin + P_end - F_eff) // S + 1` with `F_eff = D(F - 1) + 1`; the remainder of that
    division is the misfit.

    Attributes:
        size: Cells that arrive, W; None when not known.
        kernel: Cells of the window, F.
        stride: Step, S.
        dilation: Distance between the window's cells, D.
        begin: Padding before, P_begin.
        end: Padding after, P_end.
        output: Number of positions, O; below 1 when the window does not fit even once.
        remainder: Trailing cells that no window reaches, padding included; 0 for ceil rounding.
        real_cells_lost: How many of those are input and not padding: `max(0, r - P_end)`; among a
            layer's facts the cells that a pad layer has added before are no input either.
        ceil: Whether the size was rounded up.
    """

    size: Size
    kernel: int
    stride: int
    dilation: int
    begin: int
    end: int
    output: Size
    remainder: Size
    real_cells_lost: Size
    ceil: bool = False

    @property
    def effective_kernel(self) -> int:
        """Cells from the first to the last of the window: `D(F - 1) + 1`."""
        return self.dilation * (self.kernel - 1) + 1


def slide(
    size: Size, kernel: int, stride: int, dilation: int, padding: Pair, *, ceil: bool = False
) -> Window:
    """Slide a window along one axis.

    With `ceil` the size is rounded up, less one if the last window would start in the end padding
    (PyTorch's rule); such a window loses nothing.
    """
    begin, end = padding
    if size is None:
        return Window(size, kernel, stride, dilation, begin, end, None, None, None, ceil)
    steps, remainder = divmod(size + begin + end - (dilation * (kernel - 1) + 1), stride)
    if ceil:
        if remainder:
            steps += 1
        if steps * stride >= size + begin:
            steps -= 1
        return Window(size, kernel, stride, dilation, begin, end, steps + 1, 0, 0, ceil)
    if steps < 0:
        return Window(size, kernel, stride, dilation, begin, end, steps + 1, 0, 0)
    lost = min(size, max(0, remainder - end))
    return Window(size, kernel, stride, dilation, begin, end, steps + 1, remainder, lost)


def loses(window: Window) -> bool:
    """Whether cells of the input are lost that no gap between the windows would jump over.

    Where the stride exceeds the window, up to `S - F_eff` cells are jumped over everywhere, and at
    the end no less.
    """
    if not window.real_cells_lost:
        return False
    gap = max(0, window.stride - window.effective_kernel)
    return (window.remainder or 0) > gap


def same_padding(size: Size, kernel: int, stride: int, dilation: int) -> Pair:
    """TensorFlow's SAME: so much padding that `O = ceil(W / S)`, the smaller half first.

    The total is `max((O - 1)·S + F_eff - W, 0)`. Stride 1 needs no W; for a larger stride and an
    unknown W the answer is (0, 0), which nobody reads, as the output is unknown too.
    """
    effective = dilation * (kernel - 1) + 1
    if stride == 1:
        total = effective - 1
    elif size is None:
        total = 0
    else:
        total = max((-(-size // stride) - 1) * stride + effective - size, 0)
    return total // 2, total - total // 2


def transposed_size(
    size: Size, kernel: int, stride: int, dilation: int, padding: Pair, output_padding: int
) -> Size:
    """Size after a transposed window: `(W - 1)·S - P_begin - P_end + F_eff + output_padding`."""
    if size is None:
        return None
    return (size - 1) * stride - sum(padding) + dilation * (kernel - 1) + 1 + output_padding


def adaptive_bins(size: int, output: int) -> list[Pair]:
    """Half-open input ranges of adaptive pooling: `floor(i·W/O)` to `ceil((i + 1)·W/O)`."""
    return [(i * size // output, -(-(i + 1) * size // output)) for i in range(output)]
