"""The classical kernels of image processing, as networks of one convolution.

Reference:
    R. C. Gonzalez, R. E. Woods, Digital Image Processing, chapter 3; I. Sobel, G. Feldman, A 3×3
    isotropic gradient operator for image processing, 1968.
"""

from __future__ import annotations

from typing import NamedTuple

from cnncalc.errors import UsageError
from cnncalc.source.printable import quoted


class ImageKernel(NamedTuple):
    """A 3×3 kernel.

    Attributes:
        rows: Its entries, as they are laid on the image.
        scale: What they are multiplied by, as a spec says it.
        about: What it does.
    """

    rows: tuple[tuple[int, int, int], ...]
    scale: str
    about: str


KERNELS = {
    "identity": ImageKernel(((0, 0, 0), (0, 1, 0), (0, 0, 0)), "1", "leaves the image as it is"),
    "blur": ImageKernel(((1, 2, 1), (2, 4, 2), (1, 2, 1)), "1/16", "averages neighbours"),
    "sharpen": ImageKernel(((0, -1, 0), (-1, 5, -1), (0, -1, 0)), "1", "adds what blurring loses"),
    "outline": ImageKernel(
        ((-1, -1, -1), (-1, 8, -1), (-1, -1, -1)), "1", "is 0 wherever nothing changes"
    ),
    "emboss": ImageKernel(
        ((-2, -1, 0), (-1, 1, 1), (0, 1, 2)), "1", "lights the image from the top left"
    ),
    "sobel-x": ImageKernel(
        ((-1, 0, 1), (-2, 0, 2), (-1, 0, 1)), "1", "answers to edges from top to bottom"
    ),
    "sobel-y": ImageKernel(
        ((-1, -2, -1), (0, 0, 0), (1, 2, 1)), "1", "answers to edges from left to right"
    ),
}


def kernel_spec(name: str, height: int, width: int) -> str:
    """The spec of a network that applies a kernel to a grey image, with zeros around it.

    Raises:
        UsageError: There is no such kernel.

    Example:
        >>> print(kernel_spec("sobel-x", 480, 640))
        name: sobel-x
        input: 480x640x1
        layers:
          - conv:
              filters: 1
              kernel: 3
              padding: same
              bias: false
              weights: [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]
              weights_scale: 1
        <BLANKLINE>
    """
    if name not in KERNELS:
        raise UsageError(f"the kernels are {', '.join(KERNELS)}; there is no {quoted(name)}")
    kernel = KERNELS[name]
    return f"""name: {name}
input: {height}x{width}x1
layers:
  - conv:
      filters: 1
      kernel: 3
      padding: same
      bias: false
      weights: {[list(row) for row in kernel.rows]}
      weights_scale: {kernel.scale}
"""
