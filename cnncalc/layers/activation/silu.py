"""The sigmoid linear unit, also called swish."""

from __future__ import annotations

from typing import ClassVar

from cnncalc.layers.activation._activation import ActivationLayer


class Silu(ActivationLayer):
    """Weigh every value by its sigmoid: `x / (1 + exp(-x))`.

    Also called swish. No parameters; 1 operation per value.

    Shapes:
        any → the same

    Example:
        ```yaml
        input: 8x8x4
        layers:
          - silu
        ```

    Reference:
        Ramachandran, Zoph and Le, Searching for activation functions, 2017 (arXiv 1710.05941).
    """

    op: ClassVar[str] = "silu"
