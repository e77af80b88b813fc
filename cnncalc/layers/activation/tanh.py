"""The hyperbolic tangent."""

from __future__ import annotations

from typing import ClassVar

from cnncalc.layers.activation._activation import ActivationLayer


class Tanh(ActivationLayer):
    """Squash into -1 to 1: `(exp(x) - exp(-x)) / (exp(x) + exp(-x))`.

    LeNet's own, with two constants, is `scaled_tanh`. No parameters; 1 operation per value.

    Shapes:
        any → the same

    Example:
        ```yaml
        input: 8x8x4
        layers:
          - tanh
        ```

    Reference:
        PyTorch, torch.nn.Tanh; Keras, keras.activations.tanh.
    """

    op: ClassVar[str] = "tanh"
