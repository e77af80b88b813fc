"""Softmax."""

from __future__ import annotations

from typing import ClassVar

from cnncalc.layers.activation._activation import ActivationLayer


class Softmax(ActivationLayer):
    """Make the channels of every position positive and sum to 1.

    `y_c = exp(x_c) / sum_k exp(x_k)`. No parameters; 3 operations per value.

    Shapes:
        any → the same

    Example:
        ```yaml
        input: 10
        layers:
          - softmax
        ```

    Reference:
        PyTorch, torch.nn.Softmax; Keras, keras.activations.softmax (both over the channels here).
    """

    op: ClassVar[str] = "softmax"
