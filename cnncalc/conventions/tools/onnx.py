"""The numbers in an ONNX file that was exported for inference: batch norms are folded.

Formula:
    A batch norm that alone reads a convolution disappears into its kernel and its bias, which the
    convolution gets if it had none. Other batch norms keep all four arrays.

    Exporters may also merge initialisers of equal values, which facts cannot know.

Reference:
    torch.onnx.export in evaluation mode; ONNX Runtime's graph optimisations, ConvBatchNormFusion.
"""

from __future__ import annotations

from collections.abc import Iterator

from cnncalc.conventions import parameters
from cnncalc.conventions.charges import Charge, Counter, Item, charge

TITLE = "ONNX, batch norms folded"
NOTE = "a batch norm that follows a convolution is part of it"


def initialisers(item: Item) -> Iterator[Charge]:
    """Values of all initialisers."""
    if item.folds_into is None:
        yield from parameters.everything(item)
    elif not item.folds_into.bias:
        why = "the bias that the convolution gets"
        yield from charge(item, item.inputs[0][-1], why, suffix=" folded")


COUNTERS = (Counter("initialisers", "params", initialisers),)
