"""Local response normalisation."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from cnncalc.ir.primitives import LocalResponseNormalization, Primitive
from cnncalc.ir.shapes import Shape
from cnncalc.layers.base import Layer
from cnncalc.layers.fields import Count, Positive


class LocalResponseNorm(Layer):
    """Damp every value by the strength of `size` neighbouring channels, as AlexNet did.

    `y_c = x_c / (bias + alpha/size·sum_k(x_k²))^beta`, k from `c - floor(size/2)` to
    `c + floor((size - 1)/2)`, cut off at the ends. No parameters; `size + 3` operations per value.

    Shapes:
        any → the same

    Example:
        ```yaml
        input: 55x55x96
        layers:
          - local_response_norm: {size: 5, bias: 2}
        ```

    Reference:
        Krizhevsky, Sutskever and Hinton, ImageNet classification with deep convolutional neural
        networks, 2012, section 3.3; PyTorch, torch.nn.LocalResponseNorm. Like PyTorch, Caffe and
        ONNX this divides alpha by the size; the paper's formula and TensorFlow do not.
    """

    op: ClassVar[str] = "local_response_norm"
    main: ClassVar[str | None] = "size"
    keeps_shape: ClassVar[bool] = True

    size: Count = Field(description="number of neighbouring channels, itself included")
    alpha: Positive = Field(1e-4, description="factor of the mean square")
    beta: Positive = Field(0.75, description="exponent")
    bias: Positive = Field(1.0, description="added to it, the paper's k")

    def lower(self, inputs: tuple[Shape, ...]) -> tuple[Primitive, ...]:
        """One normalisation."""
        return (LocalResponseNormalization(self.size, self.alpha, self.beta, self.bias),)
