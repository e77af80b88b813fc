"""How a module's code says what its layers do, for tools that count modules or functions.

`cnncalc.conventions.forms` reads it: some tools see modules only, others functions.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cnncalc.importers.torch.arguments import Call
from cnncalc.importers.torch.naming import path_of
from cnncalc.importers.torch.tracing import Traced

SECTION = "x-pytorch"
_METHODS = {"amax", "mean", "sum"}
_UNSURE = ("layer_norm",)  # what is taken for a function or a module, as the case may be


def form_of(traced: Traced, node: Any) -> str:
    """`modules` for one of PyTorch's own, else `functions` or `methods`."""
    path = path_of(node)
    part = traced.module.get_submodule(path) if path else traced.module
    if type(part).__module__.startswith("torch.nn."):
        return "modules"
    return "methods" if Call(node).op in _METHODS else "functions"


def section(layers: Iterable[dict[str, dict[str, Any]]], forms: dict[str, str]) -> dict[str, Any]:
    """What is not as it would be taken to be: the op if all layers of it are alike, else names.

    Args:
        layers: The layers of a spec.
        forms: The form of the operator that a layer is called after.
    """
    found: dict[str, dict[str, list[str]]] = {}
    for layer in layers:
        for op, arguments in layer.items():
            name = arguments["name"]
            form = forms.get(name) or forms.get(name.rpartition("_")[0])
            if form is not None:
                found.setdefault(op, {}).setdefault(form, []).append(name)
    told: dict[str, list[str]] = {}
    for op, names in found.items():
        for form, called in names.items():
            if form != "modules" or op in _UNSURE:
                told.setdefault(form, []).extend([op] if len(names) == 1 else called)
    return {SECTION: told} if told else {}
