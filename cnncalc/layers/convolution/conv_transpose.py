"""The transposed convolution."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from cnncalc.ir.faults import BadValue
from cnncalc.ir.primitives import Primitive, TransposedConvolution
from cnncalc.ir.shapes import Shape
from cnncalc.layers.activations import activate
from cnncalc.layers.convolution._sliding import OneKernel
from cnncalc.layers.fields import Count, PerAxisFromZero, per_axis
from cnncalc.layers.weights import check_weights


class ConvTranspose(OneKernel):
    """Stamp the kernel on the output for every input cell, `stride` cells apart.

    The gradient of a convolution, also called deconvolution: padding cuts cells off the result.
    Along every axis `O = (W - 1)·S - P_begin - P_end + F_eff + output_padding` with
    `F_eff = D(F - 1) + 1`; with `same` `O = W·S`. There are `F·F·C_in/groups·C_out` weights and
    `C_out` biases; every *input* position costs `F·F·C_in·C_out/groups` multiply-accumulates.

    `same` cuts off `max(F_eff - S, 0)` cells, the smaller half first, or adds `max(S - F_eff, 0)`
    at the end, so it leaves nothing for an output padding to say.

    Shapes:
        H×W×C_in → O_h×O_w×filters

    Example:
        ```yaml
        input: 28x28x128
        layers:
          - conv_transpose: {filters: 64, kernel: 2, stride: 2}
        ```

    Reference:
        Dumoulin and Visin, A guide to convolution arithmetic for deep learning, 2016
        (arXiv 1603.07285), chapter 4; PyTorch, torch.nn.ConvTranspose2d.
    """

    op: ClassVar[str] = "conv_transpose"
    main: ClassVar[str | None] = "filters"

    filters: Count = Field(description="number of filters, the output channels")
    output_padding: PerAxisFromZero = Field(0, description="cells added at the end of the output")
    groups: Count = Field(1, description="parts that channels and filters are split into")

    def lower(self, inputs: tuple[Shape, ...]) -> tuple[Primitive, ...]:
        """A transposed convolution, then its activation."""
        (shape,) = inputs
        if self.padding == "causal":
            raise BadValue("padding", "causal is not for transposed convolutions")
        geometry = self.geometry(shape)
        check_weights(self.weights, geometry.kernel, shape, self.groups, self.filters)
        added = per_axis("output_padding", self.output_padding, len(geometry.kernel))
        if self.padding == "same":
            if any(added):
                message = "same gives input times stride; drop output_padding, or give padding"
                raise BadValue("output_padding", message)
            overlaps = [d * (k - 1) + 1 - s for k, s, d in zip(*geometry[:3], strict=True)]
            cut = tuple((max(n, 0) // 2, (max(n, 0) + 1) // 2) for n in overlaps)
            geometry = geometry._replace(padding=cut)
            added = tuple(max(-n, 0) for n in overlaps)
        convolution = TransposedConvolution(
            self.filters, *geometry, added, groups=self.groups, bias=self.bias
        )
        return (convolution, *activate(self.activation))
