"""What the operators of a traced module are called: after their modules."""

from __future__ import annotations

from collections import Counter
from typing import Any

from cnncalc.importers.torch.arguments import Call
from cnncalc.importers.torch.tracing import Traced

_ALIASES = {"_native_batch_norm_legit_no_training": "batch_norm"}


def is_response_norm(traced: Traced, path: str) -> bool:
    """Whether a module is a local response norm, which is many operators."""
    return bool(path) and type(traced.module.get_submodule(path)).__name__ == "LocalResponseNorm"


def path_of(node: Any) -> str:
    """The module in whose own forward function an operator stands; empty for the outermost."""
    stack = list((node.meta.get("nn_module_stack") or {}).values())
    path: str = stack[-1][0] if stack else ""
    return path.split("@", maxsplit=1)[0]  # a second call of a module is numbered


def labels(traced: Traced) -> dict[str, str]:
    """A name for every operator: its module's, or its own behind that of the module around it."""
    nodes = [node for node in traced.nodes if node.op == "call_function"]
    calls = Counter(call_of(node) for node in nodes)
    learned: set[object] = set()
    found = {}
    for node in nodes:
        path, call = path_of(node), call_of(node)
        op = Call(node).op
        op = _ALIASES.get(op, op).strip("_")
        is_leaf = path and not any(traced.module.get_submodule(path).children())
        has_weights = any(one.name in traced.weights for one in node.all_input_nodes)
        is_whole = calls[call] == 1 or is_response_norm(traced, path)
        if is_leaf and (is_whole or (has_weights and call not in learned)):
            learned.add(call)
            found[node.name] = path
        else:
            found[node.name] = f"{path}.{op}" if path else op
    return found


def call_of(node: Any) -> object:
    """Tells one call of a module from another."""
    stack = node.meta.get("nn_module_stack") or {}
    return tuple(stack)
