"""The logarithm of the logistic function."""

from __future__ import annotations

from typing import ClassVar

from cnncalc.layers.activation._activation import ActivationLayer


class LogSigmoid(ActivationLayer):
    """The logarithm of a sigmoid, computed stably: `-ln(1 + exp(-x))`.

    No parameters; 1 operation per value.

    Shapes:
        any → the same

    Example:
        ```yaml
        input: 8x8x4
        layers:
          - log_sigmoid
        ```

    Reference:
        PyTorch, torch.nn.LogSigmoid; Keras, keras.activations.log_sigmoid.
    """

    op: ClassVar[str] = "log_sigmoid"
