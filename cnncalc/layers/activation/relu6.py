"""The rectified linear unit with a ceiling."""

from __future__ import annotations

from typing import ClassVar

from cnncalc.layers.activation._activation import ActivationLayer


class Relu6(ActivationLayer):
    """Values are cut off below 0 and above 6: `min(max(x, 0), 6)`.

    No parameters; 1 operation per value.

    Shapes:
        any → the same

    Example:
        ```yaml
        input: 8x8x4
        layers:
          - relu6
        ```

    Reference:
        Krizhevsky, Convolutional deep belief networks on CIFAR-10, 2010; PyTorch, torch.nn.ReLU6.
    """

    op: ClassVar[str] = "relu6"
