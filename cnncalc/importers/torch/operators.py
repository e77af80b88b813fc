"""Every ATen operator as nodes of ONNX: by families, and what no family has is opaque."""

from __future__ import annotations

from cnncalc.importers.torch import moving, pointwise, windows
from cnncalc.importers.torch.arguments import Call
from cnncalc.importers.torch.translation import Translation

_FAMILIES = (windows.window, pointwise.pointwise, moving.moving)


def operator(t: Translation, c: Call) -> None:
    """Add the nodes that do what an operator does."""
    before = len(t.nodes)
    try:
        if any(family(t, c) for family in _FAMILIES):
            return
    except (ArithmeticError, AttributeError, IndexError, KeyError, TypeError, ValueError):
        # another overload or another version of PyTorch, with arguments that it had not
        del t.nodes[before:]
    inputs = [node.name for node in c.node.all_input_nodes]
    t.emit(f"aten.{c.op}", inputs, c.node, outputs=t.outputs(c.node))
