"""The piecewise linear tangent."""

from __future__ import annotations

from typing import ClassVar

from cnncalc.layers.activation._activation import ActivationLayer


class HardTanh(ActivationLayer):
    """Values are cut off below -1 and above 1: `min(max(x, -1), 1)`.

    No parameters; 1 operation per value.

    Shapes:
        any → the same

    Example:
        ```yaml
        input: 8x8x4
        layers:
          - hard_tanh
        ```

    Reference:
        PyTorch, torch.nn.Hardtanh; Keras, keras.activations.hard_tanh.
    """

    op: ClassVar[str] = "hard_tanh"
