"""T405: normalisation over a single value."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import ClassVar

from cnncalc.analysis.facts import NetworkFacts
from cnncalc.ir.primitives import Normalization
from cnncalc.ir.shapes import Shape, format_shape
from cnncalc.linter.finding import Severity
from cnncalc.linter.rule import Report, Rule


class NormOnPoint(Rule):
    """A normalisation takes its mean over a single value.

    What it does:
        Finds instance, group and layer normalisation that has one value per mean: an instance
        normalisation of a 1×1 map, as many groups as channels on one, a layer normalisation over
        one channel.

    Why it matters:
        A value minus the mean of this one value is zero. Whatever comes in, the output is beta, so
        all layers before learn nothing. PyTorch refuses to train such an instance normalisation.

    Bad:
        ```yaml
        input: 4x4x16
        layers:
          - conv: {filters: 32, kernel: 4, bias: false}
          - instance_norm
          - relu
        ```

    Good:
        ```yaml
        input: 4x4x16
        layers:
          - conv: {filters: 32, kernel: 4, bias: false}
          - batch_norm
          - relu
        ```

    When to ignore it:
        Never at this input size; on larger inputs the map may be larger than 1×1.

    References:
        PyTorch, torch.nn.functional.instance_norm: "Expected more than 1 spatial element when
        training". Ulyanov, Vedaldi and Lempitsky, Instance normalization, 2016 (arXiv 1607.08022).
    """

    code: ClassVar[str] = "T405"
    name: ClassVar[str] = "norm-on-point"
    severity: ClassVar[Severity] = "warning"

    def check(self, facts: NetworkFacts) -> Iterator[Report]:
        """One report per normalisation."""
        for layer, norm in facts.having(Normalization):
            shape = layer.input_shapes[0] if norm.kind != "batch" else None
            if shape is not None and _n_values(norm, shape) == 1:
                yield Report(
                    f"of {format_shape(shape)} every mean is that of a single value, so the output "
                    f"is {'beta' if norm.center else '0'} whatever arrives",
                    layer,
                    help="leave it out here, or use batch_norm",
                )


def _n_values(norm: Normalization, shape: Shape) -> int | None:
    """Number of values per mean; None when not known or not that of a map."""
    match norm.kind:
        case "instance":
            sizes = shape[:-1]
        case "layer":
            sizes = tuple(shape[axis] for axis in norm.axes)
        case "group":
            channels = shape[-1]
            sizes = (*shape[:-1], None if channels is None else channels // norm.groups)
        case _:
            return None
    return None if None in sizes else prod(size for size in sizes if size is not None)
