"""The rectified linear unit."""

from __future__ import annotations

from typing import ClassVar

from cnncalc.layers.activation._activation import ActivationLayer


class Relu(ActivationLayer):
    """Negative values become zero: `max(x, 0)`.

    No parameters; 1 operation per value.

    Shapes:
        any → the same

    Example:
        ```yaml
        input: 8x8x4
        layers:
          - relu
        ```

    Reference:
        Nair and Hinton, Rectified linear units improve restricted Boltzmann machines, 2010.
    """

    op: ClassVar[str] = "relu"
