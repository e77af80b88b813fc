"""Sizes of windows: every figure of the definitions, each with where it comes from."""

from __future__ import annotations

import pytest

from cnncalc.ir.windows import adaptive_bins, same_padding, slide, transposed_size

# size, kernel, stride, padding -> output, remainder, real cells lost
TABLE = [
    # CS231n, "Convolutional Networks", 7x7 input with a 3x3 filter
    (7, 3, 1, 0, 5, 0, 0),
    (7, 3, 2, 0, 3, 0, 0),
    (7, 3, 3, 0, 2, 1, 1),  # "doesn't fit": (7 - 3)/3 + 1 is 7/3
    (7, 3, 1, 1, 7, 0, 0),
    (32, 5, 1, 2, 32, 0, 0),  # CS231n: ten 5x5 filters with pad 2 keep 32x32
    (224, 7, 2, 3, 112, 1, 0),  # He et al. 2015, table 1: conv1 of every ResNet loses padding only
    (112, 3, 2, 1, 56, 1, 0),  # the same table: its max pool
    (32, 3, 2, 0, 15, 1, 1),
    (224, 11, 4, 0, 54, 1, 1),  # AlexNet as the paper has it, "224": CS231n points out the error
    (227, 11, 4, 0, 55, 0, 0),  # and with the 227 that was meant
]


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "padding", "output", "remainder", "lost"), TABLE
)
def test_output_size(
    size: int, kernel: int, stride: int, padding: int, output: int, remainder: int, lost: int
) -> None:
    window = slide(size, kernel, stride, 1, (padding, padding))
    assert (window.output, window.remainder, window.real_cells_lost) == (output, remainder, lost)


def test_unpadded_convolutions_shrink_the_map() -> None:
    # CS231n: 32x32 becomes 28x28 and 24x24 under repeated 5x5 filters
    first = slide(32, 5, 1, 1, (0, 0)).output
    assert first == 28
    assert slide(first, 5, 1, 1, (0, 0)).output == 24


@pytest.mark.parametrize("kernel", [1, 3, 5, 7, 9, 11])
def test_half_of_an_odd_kernel_keeps_the_size(kernel: int) -> None:
    # CS231n: P = (F - 1)/2 at stride 1
    padding = (kernel - 1) // 2
    assert slide(32, kernel, 1, 1, (padding, padding)).output == 32


@pytest.mark.parametrize(
    ("size", "kernel", "dilation", "effective", "output"),
    [
        (32, 3, 2, 5, 28),  # Dumoulin, Visin 2016, section 5.1: k + (k - 1)(d - 1)
        (7, 3, 2, 5, 3),  # the same, figure 5.1: i = 7, k = 3, d = 2 gives o = 3
        (10, 1, 4, 1, 10),
    ],
)
def test_dilation_widens_the_window(
    size: int, kernel: int, dilation: int, effective: int, output: int
) -> None:
    window = slide(size, kernel, 1, dilation, (0, 0))
    assert (window.effective_kernel, window.output) == (effective, output)


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "dilation", "pair", "output"),
    [
        # TensorFlow, tf.nn, "Notes on padding": the total is split, the smaller half first
        (13, 6, 5, 1, (1, 2), 3),
        (224, 7, 2, 1, (2, 3), 112),  # TF-slim's ResNet conv1
        (224, 3, 2, 1, (0, 1), 112),
        (225, 3, 2, 1, (1, 1), 113),
        (28, 7, 1, 1, (3, 3), 28),
        (5, 2, 1, 1, (0, 1), 5),
        (10, 3, 1, 2, (2, 2), 10),
        (9, 1, 4, 1, (0, 0), 3),  # a stride larger than the window needs no padding
    ],
)
def test_same_padding(
    size: int, kernel: int, stride: int, dilation: int, pair: tuple[int, int], output: int
) -> None:
    assert same_padding(size, kernel, stride, dilation) == pair
    window = slide(size, kernel, stride, dilation, pair)
    assert window.output == output == -(-size // stride)
    assert window.real_cells_lost == 0


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "padding", "floor", "ceil"),
    [
        (112, 3, 2, 0, 55, 56),  # Szegedy et al. 2015, table 1: 112 -> 56, with Caffe's rounding
        (109, 3, 2, 0, 54, 54),  # SqueezeNet 1.0 on 224: nothing to round
        (54, 3, 2, 0, 26, 27),
        (27, 3, 2, 0, 13, 13),
        (
            7,
            2,
            2,
            1,
            4,
            4,
        ),  # PyTorch, MaxPool2d: a window that starts in the end padding is ignored
        (5, 1, 3, 1, 3, 2),  # ONNX, MaxPool from opset 19: so is one that needed no rounding
        (2, 2, 2, 0, 1, 1),
        (3, 2, 2, 0, 1, 2),
    ],
)
def test_ceil_rounding(
    size: int, kernel: int, stride: int, padding: int, floor: int, ceil: int
) -> None:
    pair = (padding, padding)
    assert slide(size, kernel, stride, 1, pair).output == floor
    window = slide(size, kernel, stride, 1, pair, ceil=True)
    assert (window.output, window.remainder, window.real_cells_lost) == (ceil, 0, 0)


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "padding", "added", "output"),
    [
        (1, 4, 1, 0, 0, 4),  # DCGAN (PyTorch's example): 1 -> 4 -> 8 -> 16 -> 32 -> 64
        (4, 4, 2, 1, 0, 8),
        (32, 4, 2, 1, 0, 64),
        (28, 2, 2, 0, 0, 56),  # Ronneberger et al. 2015, figure 1: the first up-convolution
        (112, 3, 2, 1, 1, 224),  # output padding undoes 224 -> 112, which drops a row
        (112, 3, 2, 1, 0, 223),
        (2, 3, 1, 0, 0, 4),  # Dumoulin, Visin 2016, figure 4.1: i' = 2, k = 3 gives o' = 4
        (6, 4, 1, 2, 0, 5),  # the same, figure 4.2: i' = 6, k = 4, p = 2 gives o' = 5
    ],
)
def test_transposed(
    size: int, kernel: int, stride: int, padding: int, added: int, output: int
) -> None:
    assert transposed_size(size, kernel, stride, 1, (padding, padding), added) == output


def test_transposed_dilation() -> None:
    # PyTorch, ConvTranspose2d: (H - 1)·stride - 2·padding + dilation·(kernel - 1) + 1
    assert transposed_size(10, 3, 2, 2, (1, 1), 0) == 9 * 2 - 2 + 2 * 2 + 1


@pytest.mark.parametrize(
    ("size", "output", "bins"),
    [
        (10, 4, [(0, 3), (2, 5), (5, 8), (7, 10)]),  # overlaps: floor(i·W/O) to ceil((i+1)·W/O)
        (7, 7, [(i, i + 1) for i in range(7)]),
        (6, 3, [(0, 2), (2, 4), (4, 6)]),
        (2, 3, [(0, 1), (0, 2), (1, 2)]),  # a smaller map is enlarged
        (7, 1, [(0, 7)]),
        (
            13,
            6,
            [(0, 3), (2, 5), (4, 7), (6, 9), (8, 11), (10, 13)],
        ),  # torchvision's AlexNet on 448
    ],
)
def test_adaptive_bins(size: int, output: int, bins: list[tuple[int, int]]) -> None:
    # PyTorch, AdaptiveAvgPool2d: start_index and end_index of ATen/native/AdaptivePooling.h
    assert adaptive_bins(size, output) == bins


def test_a_gap_is_no_misfit() -> None:
    # stride 4 with a window of 1: cells between the windows are skipped, none at the end is lost
    window = slide(9, 1, 4, 1, (0, 0))
    assert (window.output, window.remainder, window.real_cells_lost) == (3, 0, 0)


def test_a_window_that_never_fits() -> None:
    window = slide(4, 9, 2, 1, (1, 1))
    assert window.output is not None
    assert window.output < 1


def test_an_unknown_size_stays_unknown() -> None:
    window = slide(None, 3, 2, 1, (1, 1))
    assert (window.output, window.remainder, window.real_cells_lost) == (None, None, None)
    assert transposed_size(None, 3, 2, 1, (1, 1), 0) is None
