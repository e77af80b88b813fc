"""A module's graph of ATen operators, and the values of its weights."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from cnncalc.errors import UsageError
from cnncalc.ir.shapes import LARGEST, Sizes

_LONGEST_REASON = 200


class Traced(NamedTuple):
    """A module as a graph.

    Attributes:
        module: The module.
        nodes: The nodes of the graph, in order.
        inputs: Names of the nodes that are inputs of the module.
        weights: For every node that is a parameter or buffer, what gives the tensor, and whether
            it is a parameter.
        version: Of PyTorch.
    """

    module: Any
    nodes: list[Any]
    inputs: list[str]
    weights: dict[str, tuple[Callable[[], Any], bool]]
    version: str


def traced(module: Any, input: object) -> Traced:
    """Trace a module in evaluation mode, for one sample.

    Raises:
        UsageError: PyTorch is missing, or the module cannot be traced.
    """
    try:
        import torch
    except ImportError:
        reason = "reading a PyTorch module needs the package torch"
        raise UsageError(f'{reason}: pip install "cnncalc[torch]"') from None
    if not isinstance(module, torch.nn.Module):
        raise UsageError(f"from_torch takes a torch.nn.Module, not {type(module).__name__}")
    samples = tuple(_sample(torch, module, shape) for shape in _shapes(input))
    with _evaluating(module), _silence(), torch.no_grad():
        try:
            program = torch.export.export(module, samples)
            # an empty table keeps convolutions and norms whole, and writes nothing in place
            program = program.run_decompositions({})
        except Exception as error:  # whatever stands in a forward function may raise anything
            lines = str(error).strip().splitlines() or [""]
            reason = f"{type(error).__name__}: {lines[0]}"[:_LONGEST_REASON]
            raise UsageError(f"torch.export cannot trace the module: {reason}") from None
    return _traced(module, program, torch.__version__)


def _shapes(input: object) -> list[Sizes]:
    """One shape, or several."""
    given = list(input) if isinstance(input, Sequence) and not isinstance(input, str) else None
    if given and all(isinstance(shape, Sequence) for shape in given):
        shapes = [list(shape) for shape in given]
    else:
        shapes = [given or []]
    for shape in shapes:
        is_shape = shape and all(type(size) is int and 0 < size <= LARGEST for size in shape)
        if not is_shape or len(shape) > 4:
            wanted = "1 to 4 sizes, channels first and without the batch, such as (3, 224, 224)"
            raise UsageError(f"the input must be {wanted}, not {str(input)[:60]}")
    return [tuple(shape) for shape in shapes]


def _sample(torch: Any, module: Any, shape: Sizes) -> Any:
    """Zeros on the device and of the type of the module's weights."""
    weight = next(module.parameters(), None)
    if weight is None:
        return torch.zeros(1, *shape)
    dtype = weight.dtype if weight.is_floating_point() else None
    return torch.zeros(1, *shape, device=weight.device, dtype=dtype)


@contextmanager
def _silence() -> Iterator[None]:
    """Without PyTorch's warnings about what it does inside, and its records of what goes wrong."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)


@contextmanager
def _evaluating(module: Any) -> Iterator[None]:
    """The module in evaluation mode, and afterwards each part as it was."""
    modes = [(part, part.training) for part in module.modules()]
    module.eval()
    try:
        yield
    finally:
        for part, mode in modes:
            part.training = mode


def _traced(module: Any, program: Any, version: str) -> Traced:
    signature = program.graph_signature
    weights: dict[str, tuple[Callable[[], Any], bool]] = {}
    lists = (
        (signature.inputs_to_parameters, True),
        (signature.inputs_to_buffers, False),
        (signature.inputs_to_lifted_tensor_constants, False),
    )
    for names, is_parameter in lists:
        for node, target in names.items():
            weights[node] = (_reader(program, target), is_parameter)
    inputs = [str(name) for name in signature.user_inputs]
    return Traced(module, list(program.graph.nodes), inputs, weights, version)


def _reader(program: Any, target: str) -> Callable[[], Any]:
    def read() -> Any:
        if target in program.state_dict:
            return program.state_dict[target]
        return program.constants[target]

    return read
