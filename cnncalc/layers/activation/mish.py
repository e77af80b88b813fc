"""Mish."""

from __future__ import annotations

from typing import ClassVar

from cnncalc.layers.activation._activation import ActivationLayer


class Mish(ActivationLayer):
    """A smooth function much like silu: `x·tanh(ln(1 + exp(x)))`.

    No parameters; 1 operation per value.

    Shapes:
        any → the same

    Example:
        ```yaml
        input: 8x8x4
        layers:
          - mish
        ```

    Reference:
        Misra, Mish: a self regularized non-monotonic activation function, 2019 (arXiv 1908.08681).
    """

    op: ClassVar[str] = "mish"
