"""The piecewise form of swish."""

from __future__ import annotations

from typing import ClassVar

from cnncalc.layers.activation._activation import ActivationLayer


class HardSwish(ActivationLayer):
    """Weigh every value by its hard sigmoid: `x·min(max(x + 3, 0), 6) / 6`.

    Keras calls it hard_silu. No parameters; 1 operation per value.

    Shapes:
        any → the same

    Example:
        ```yaml
        input: 8x8x4
        layers:
          - hard_swish
        ```

    Reference:
        Howard et al., Searching for MobileNetV3, 2019 (arXiv 1905.02244), section 5.2.
    """

    op: ClassVar[str] = "hard_swish"
