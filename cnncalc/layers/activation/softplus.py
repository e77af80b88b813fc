"""The smooth rectifier."""

from __future__ import annotations

from typing import ClassVar

from cnncalc.layers.activation._activation import ActivationLayer


class Softplus(ActivationLayer):
    """A smooth form of the rectified linear unit: `ln(1 + exp(x))`.

    No parameters; 1 operation per value.

    Shapes:
        any → the same

    Example:
        ```yaml
        input: 8x8x4
        layers:
          - softplus
        ```

    Reference:
        PyTorch, torch.nn.Softplus (beta = 1); Keras, keras.activations.softplus.
    """

    op: ClassVar[str] = "softplus"
