"""LeNet's hyperbolic tangent."""

from __future__ import annotations

from typing import ClassVar

from cnncalc.layers.activation._activation import ActivationLayer


class ScaledTanh(ActivationLayer):
    """Squash into ±1.7159 so that ±1 stays almost ±1: `1.7159·tanh(2x/3)`.

    No parameters; 1 operation per value.

    Shapes:
        any → the same

    Example:
        ```yaml
        input: 8x8x4
        layers:
          - scaled_tanh
        ```

    Reference:
        LeCun et al., Gradient-based learning applied to document recognition, 1998, section II and
        appendix A.
    """

    op: ClassVar[str] = "scaled_tanh"
