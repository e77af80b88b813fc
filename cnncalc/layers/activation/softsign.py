"""Softsign."""

from __future__ import annotations

from typing import ClassVar

from cnncalc.layers.activation._activation import ActivationLayer


class Softsign(ActivationLayer):
    """Squash into -1 to 1, slower than tanh: `x / (1 + abs(x))`.

    No parameters; 1 operation per value.

    Shapes:
        any → the same

    Example:
        ```yaml
        input: 8x8x4
        layers:
          - softsign
        ```

    Reference:
        PyTorch, torch.nn.Softsign; Keras, keras.activations.softsign.
    """

    op: ClassVar[str] = "softsign"
