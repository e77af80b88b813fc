"""Networks as PyTorch code and live modules.

`to_torch` writes Python that a person could have written: the spec's blocks as modules, chains as
`nn.Sequential`, and the names of the layer table. What PyTorch lacks comes along as small classes.

Reference:
    PyTorch, https://docs.pytorch.org/docs/stable/nn.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from cnncalc.analysis.facts import NetworkFacts
from cnncalc.errors import UsageError
from cnncalc.exporters.code.allowed import check_allowed
from cnncalc.exporters.expressible import check_expressible
from cnncalc.exporters.torch.classes import NAMES
from cnncalc.exporters.torch.helpers import FUNCTIONS
from cnncalc.exporters.torch.plan import Plan, plan_of
from cnncalc.exporters.torch.source import source
from cnncalc.exporters.torch.statements import Program, program_of
from cnncalc.exporters.weights import check_weights
from cnncalc.source.printable import printable

_MODULES = frozenset({"collections", "numpy", "torch", "torch.nn.functional"})
_TABLES = frozenset({"WEIGHTS", "MOVING", "RENAMED", "set_trainable", "with_kernel"})


def to_torch(facts: NetworkFacts) -> str:
    """The network as Python for PyTorch.

    The last class is the network; `load_weights` and `save_weights` read and write the `.npz` files
    that cnncalc has too. A layer that no output depends on is left out.

    Args:
        facts: The network.

    Shapes:
        Inputs, outputs and maps have the channels first, (N, C, H, W).

    Raises:
        UsageError: The network has what PyTorch cannot express, which the message lists: faults,
            unknown shapes, opaque layers, windows over more than three axes.
    """
    return _written(facts)[0]


def build_torch(facts: NetworkFacts, weights: Mapping[str, Any] | None = None) -> Any:
    """The network as a live `torch.nn.Module`, an instance of what `to_torch` writes.

    Args:
        facts: The network.
        weights: Arrays by `<layer>.<weight>`, in cnncalc's layout; PyTorch's own initial values if
            not given.

    Raises:
        UsageError: PyTorch is not installed, an array is missing or has another shape, or the
            network has what PyTorch cannot express.
    """
    torch = _torch()
    if weights is not None:
        check_weights(facts, weights)
        _check_shapes(facts, weights)
    text, program = _written(facts)
    # our own code, seen through before: what the user of the file would run
    namespace: dict[str, Any] = {"__name__": "cnncalc_network"}
    exec(compile(text, "<network>", "exec"), namespace)
    assert program.network is not None
    model = namespace[program.network.name]()
    if weights is not None:
        for name, tensor in namespace["weights_of"](model):
            tensor.copy_(torch.from_numpy(np.array(weights[name])))
    return model


def _written(facts: NetworkFacts) -> tuple[str, Program]:
    check_expressible(facts, "PyTorch")
    plan: Plan = plan_of(facts)
    program = program_of(plan, NAMES | FUNCTIONS | _TABLES | plan.functions())
    text = source(plan, program)
    check_allowed(text, _MODULES)
    return text, program


def _check_shapes(facts: NetworkFacts, weights: Mapping[str, Any]) -> None:
    for layer in facts.layers:
        for weight in () if layer.shares is not None else layer.weights or ():
            name = f"{layer.name}.{weight.name}"
            shape = np.shape(weights[name])
            if shape != weight.shape:
                raise UsageError(
                    f"{printable(name)} has the shape {shape}, but the network needs {weight.shape}"
                )


def _torch() -> Any:
    try:
        import torch
    except ImportError:
        message = 'PyTorch needs a package that is not installed: pip install "cnncalc[torch]"'
        raise UsageError(message) from None
    return torch
