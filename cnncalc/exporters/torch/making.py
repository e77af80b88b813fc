"""The PyTorch modules that one layer of a network becomes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from cnncalc.exporters.code.literals import Value
from cnncalc.exporters.code.steps import Argument
from cnncalc.exporters.padding import is_none
from cnncalc.ir.graph import Node
from cnncalc.ir.shapes import Pair, Sizes


class Making(NamedTuple):
    """One module, or one expression, and what it is applied to.

    Attributes:
        function: What makes the module: `nn.Linear`, or the name of a class in the generated file.
            For an expression its text, in which `{0}`, `{1}`, … stand for what it reads.
        arguments: What the module is made with.
        role: What it does within the layer, for its name where it cannot have the layer's.
        weights: The layer's arrays by the names of its own.
        inputs: Which of the layer's inputs it reads; -1 is what came before in this layer.
        is_module: Whether it is a module.
    """

    function: str
    arguments: tuple[Argument, ...]
    role: str
    weights: dict[str, str]
    inputs: tuple[int, ...]
    is_module: bool = True


@dataclass
class Emission:
    """Collects the modules of one layer.

    Attributes:
        node: The layer.
        makings: The modules and expressions so far.
    """

    node: Node
    makings: list[Making] = field(default_factory=list)

    def add(
        self,
        function: str,
        *arguments: Argument,
        role: str,
        weights: dict[str, str] | None = None,
    ) -> None:
        """Append a module that reads what the one before gave."""
        inputs = (-1,) if self.makings else (0,)
        if weights and not getattr(self.node.layer, "trainable", True):
            arguments = (*arguments, Argument(TRAINABLE, False, True))
        self.makings.append(Making(function, arguments, role, weights or {}, inputs))

    def express(self, text: str, inputs: tuple[int, ...]) -> None:
        """Append an expression of the layer's inputs, or of what came before (-1)."""
        self.makings.append(Making(text, (), "", {}, inputs, is_module=False))

    def pad(self, padding: tuple[Pair, ...], value: str = "zero") -> None:
        """Append a padding, where there is any, with zeros or with `-inf`."""
        if is_none(padding):
            return
        amount = Argument("padding", flat(padding), positional=True)
        if value == "zero":
            self.add(f"nn.ZeroPad{len(padding)}d", amount, role="pad")
        else:
            self.add("MinusInfinityPad", amount, role="pad")


TRAINABLE = "trainable"  # stands for a call of `requires_grad_` behind the module
KERNEL = "kernel_values"  # stands for a call of `with_kernel`


def per_axis(sizes: Sizes) -> Value:
    """One number for all axes where they are equal."""
    return sizes[0] if len(set(sizes)) == 1 else sizes


def flat(padding: tuple[Pair, ...]) -> Value:
    """Padding as PyTorch takes it: the last axis first."""
    return tuple(cells for pair in reversed(padding) for cells in pair)


def even(padding: tuple[Pair, ...]) -> Sizes | None:
    """The padding of both sides of each axis, where they agree."""
    return tuple(begin for begin, _ in padding) if all(a == b for a, b in padding) else None


def first(name: str, value: Value) -> Argument:
    """An argument by position."""
    return Argument(name, value, positional=True)
