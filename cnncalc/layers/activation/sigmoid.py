"""The logistic function."""

from __future__ import annotations

from typing import ClassVar

from cnncalc.layers.activation._activation import ActivationLayer


class Sigmoid(ActivationLayer):
    """Squash into 0 to 1: `1 / (1 + exp(-x))`.

    No parameters; 1 operation per value.

    Shapes:
        any → the same

    Example:
        ```yaml
        input: 8x8x4
        layers:
          - sigmoid
        ```

    Reference:
        PyTorch, torch.nn.Sigmoid; Keras, keras.activations.sigmoid.
    """

    op: ClassVar[str] = "sigmoid"
