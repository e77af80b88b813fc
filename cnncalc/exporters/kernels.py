"""Kernels that the document itself writes out, as constants of generated code."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from cnncalc.analysis.facts import NetworkFacts
from cnncalc.exporters.code import layout
from cnncalc.exporters.code.layout import Atom, Call, Expression, Group
from cnncalc.exporters.code.literals import Reference, literal
from cnncalc.exporters.written import Array, written_kernel
from cnncalc.ir.graph import Node

Arrange: TypeAlias = Callable[[Array], Array]


class Kernels:
    """The constants of one file; layers with equal kernels have one in common.

    Attributes:
        constants: Their values by their names, as expressions with `np`.
    """

    def __init__(self) -> None:
        self.constants: dict[str, Expression] = {}
        self._names: dict[str, str] = {}
        self._kept: dict[tuple[object, ...], Reference] = {}

    def of(
        self, facts: NetworkFacts, node: Node, form: tuple[object, ...], arrange: Arrange
    ) -> Reference | None:
        """The constant for the kernel that a layer's arguments spell out; None if they do not.

        Args:
            facts: The network.
            node: The layer that owns the kernel.
            form: What the arrangement depends on.
            arrange: What gives the kernel the axes of the target.
        """
        key = (id(node.layer), *form)  # equal layers are one object, so each is looked at once
        if key not in self._kept:
            written = written_kernel(facts.layer(node.name))
            if written is None:
                return None
            kernel, scale = written
            self._kept[key] = self.keep(arrange(kernel), scale)
        return self._kept[key]

    def keep(self, kernel: Array, scale: float | None) -> Reference:
        """A constant with these values times the scale."""
        bare = np.squeeze(kernel)
        given = _nested(bare.tolist())
        if scale is not None:
            given = Call(Atom("np.multiply"), (Atom(literal(scale)), given))
        if bare.shape != kernel.shape:
            given = Call(Atom("np.reshape"), (given, layout.value(kernel.shape)))
        elif scale is None:
            given = Call(Atom("np.array"), (given,))
        name = self._names.setdefault(layout.flat(given), f"KERNEL_{len(self._names) + 1}")
        self.constants[name] = given
        return Reference(name)


def _nested(values: Any) -> Expression:
    if isinstance(values, list):
        return Group(tuple(map(_nested, values)))
    return Atom(literal(values))
