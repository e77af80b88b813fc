"""The scaled exponential linear unit."""

from __future__ import annotations

from typing import ClassVar

from cnncalc.layers.activation._activation import ActivationLayer


class Selu(ActivationLayer):
    """An exponential linear unit that keeps mean 0 and variance 1.

    `1.0507·x` for positive x, and `1.0507·1.67326·(exp(x) - 1)` for the rest; frameworks carry more
    digits of the two constants. No parameters; 1 operation per value.

    Shapes:
        any → the same

    Example:
        ```yaml
        input: 8x8x4
        layers:
          - selu
        ```

    Reference:
        Klambauer et al., Self-normalizing neural networks, 2017 (arXiv 1706.02515).
    """

    op: ClassVar[str] = "selu"
