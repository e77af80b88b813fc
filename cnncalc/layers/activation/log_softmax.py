"""The logarithm of softmax."""

from __future__ import annotations

from typing import ClassVar

from cnncalc.layers.activation._activation import ActivationLayer


class LogSoftmax(ActivationLayer):
    """The logarithm of a softmax over the channels, computed stably.

    `y_c = x_c - ln(sum_k exp(x_k))`. No parameters; 3 operations per value.

    Shapes:
        any → the same

    Example:
        ```yaml
        input: 10
        layers:
          - log_softmax
        ```

    Reference:
        PyTorch, torch.nn.LogSoftmax; Keras, keras.activations.log_softmax.
    """

    op: ClassVar[str] = "log_softmax"
