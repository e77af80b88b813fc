"""The rectified linear unit with a trainable slope."""

from __future__ import annotations

from typing import ClassVar

from cnncalc.layers.activation._activation import ActivationLayer


class Prelu(ActivationLayer):
    """Negative values are multiplied by a slope that is learned: `max(x, 0) + a·min(x, 0)`.

    There is one slope per channel, as in the paper. Keras's PReLU has that with `shared_axes` over
    the map, PyTorch's with `num_parameters` channels. C parameters; 1 operation per value.

    Shapes:
        any → the same

    Example:
        ```yaml
        input: 8x8x4
        layers:
          - prelu
        ```

    Reference:
        He et al., Delving deep into rectifiers, 2015 (arXiv 1502.01852), section 2.1.
    """

    op: ClassVar[str] = "prelu"
