"""The exponential function."""

from __future__ import annotations

from typing import ClassVar

from cnncalc.layers.activation._activation import ActivationLayer


class Exponential(ActivationLayer):
    """Every value becomes `exp(x)`.

    No parameters; 1 operation per value.

    Shapes:
        any → the same

    Example:
        ```yaml
        input: 8x8x4
        layers:
          - exponential
        ```

    Reference:
        Keras, keras.activations.exponential; PyTorch, torch.exp.
    """

    op: ClassVar[str] = "exponential"
