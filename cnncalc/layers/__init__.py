"""The layer types, one file each: `cnncalc/layers/<family>/<op>.py` holds the op of that name.

The name of an op finds its module, so only the types that a network uses are imported, and a new
type is a new file and nothing else. From Python they are `cnncalc.layers.Conv`, and so on.
"""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module
from typing import Any

from cnncalc.layers.base import Layer


@cache
def families() -> dict[str, str]:
    """The family of every op, in alphabetical order, without importing any of them."""
    found = {}
    for family in pkgutil.iter_modules(__path__):
        if family.ispkg:
            for module in pkgutil.iter_modules([f"{__path__[0]}/{family.name}"]):
                if not module.name.startswith("_"):
                    found[module.name] = family.name
    return dict(sorted(found.items()))


@cache
def find(op: str) -> type[Layer] | None:
    """The layer type that an op names, or None when there is no such op."""
    family = families().get(op)
    if family is None:
        return None
    module = import_module(f"cnncalc.layers.{family}.{op}")
    layer_type: type[Layer] = getattr(module, class_name(op))
    return layer_type


def class_name(op: str) -> str:
    """Name of an op's class: `max_pool` is `MaxPool`."""
    return "".join(part.capitalize() for part in op.split("_"))


def __getattr__(name: str) -> Any:
    for op in families():
        if class_name(op) == name:
            return find(op)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return ["Layer", "find", "families", *map(class_name, families())]
