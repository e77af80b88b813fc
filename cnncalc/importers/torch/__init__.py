"""Live PyTorch modules.

`torch.export` gives the graph of ATen operators; `translation` says each in ONNX's vocabulary, with
weights that are read from the module when they are asked for; the importer of ONNX graphs does the
rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cnncalc.spec.network import Network


def from_torch(
    module: Any, input: Sequence[int] | Sequence[Sequence[int]] = (3, 224, 224)
) -> Network:
    """The network that a PyTorch module is.

    The module is traced with `torch.export`, in evaluation mode and for one sample, and left as it
    was. Layers are called as their modules are: `layer1.0.conv1`; what a forward function does by
    itself gets the name of its operator: `layer1.0.add`. What cnncalc has no layer for becomes an
    opaque layer that says what it is.

    Args:
        module: The module.
        input: Shape of the input without the batch, channels first as PyTorch has them:
            `(3, 224, 224)`; a list of shapes for a module with several inputs.

    Returns:
        The network, with the channels last; its `origin.weights` are the module's, each converted
        when it is asked for.

    Raises:
        UsageError: PyTorch is not installed, the module is none, or it cannot be traced.

    Example:
        ```python
        import torch
        import cnncalc

        network = cnncalc.from_torch(torch.nn.Linear(4, 2), input=(4,))
        ```

    Reference:
        PyTorch, torch.export.
    """
    from cnncalc.importers.torch.importing import model_of
    from cnncalc.importers.torch.tracing import traced
    from cnncalc.spec.network import Network, Origin

    model, notes = model_of(traced(module, input))
    origin = Origin(type(module).__name__, model.format, model.weights)
    return Network.from_data({**model.spec(), **notes}, origin=origin)
