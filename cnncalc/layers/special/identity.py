"""The identity."""

from __future__ import annotations

from typing import ClassVar

from cnncalc.ir.primitives import Identity as IdentityPrimitive
from cnncalc.ir.primitives import Primitive
from cnncalc.ir.shapes import Shape
from cnncalc.layers.base import Layer


class Identity(Layer):
    """Give what comes in: `y = x`, a place for a name or a path of a merge.

    No parameters, no operations.

    Shapes:
        any → the same

    Example:
        ```yaml
        input: 56x56x64
        layers:
          - conv: {filters: 64, kernel: 3, padding: same}
          - identity: {name: stem}
        ```

    Reference:
        PyTorch, torch.nn.Identity; Keras, Identity.
    """

    op: ClassVar[str] = "identity"
    keeps_shape: ClassVar[bool] = True

    def lower(self, inputs: tuple[Shape, ...]) -> tuple[Primitive, ...]:
        """One identity."""
        return (IdentityPrimitive(),)
