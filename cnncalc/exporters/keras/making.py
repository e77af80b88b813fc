"""The Keras layers that one layer of a network becomes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from cnncalc.exporters.code.literals import Value
from cnncalc.exporters.code.steps import Argument
from cnncalc.ir.graph import Node
from cnncalc.ir.shapes import Pair, Sizes


class Making(NamedTuple):
    """One Keras layer and what it is applied to.

    Attributes:
        function: What makes it: `layers.Dense`, or the name of a class in the generated file.
        arguments: What it is made with, but for its name.
        role: What it does within the layer, for its name where it cannot have the layer's.
        weights: The layer's arrays by the names of its own.
        inputs: Which of the layer's inputs it reads; -1 is what the Keras layer before gave.
        as_list: Whether these are given as a list.
    """

    function: str
    arguments: tuple[Argument, ...]
    role: str
    weights: dict[str, str]
    inputs: tuple[int, ...]
    as_list: bool


@dataclass
class Emission:
    """Collects the Keras layers of one layer.

    Attributes:
        node: The layer.
        mode: How it pads: `same` and `causal` as Keras has them, or `explicit`.
        is_positive: Whether what it reads is never below 0.
        makings: The Keras layers so far.
    """

    node: Node
    mode: str = "explicit"
    is_positive: bool = False
    makings: list[Making] = field(default_factory=list)

    def add(
        self,
        function: str,
        *arguments: Argument,
        role: str,
        weights: dict[str, str] | None = None,
        inputs: tuple[int, ...] | None = None,
        as_list: bool = False,
    ) -> None:
        """Append a Keras layer; by default it reads what the one before gave."""
        if inputs is None:
            inputs = (-1,) if self.makings else (0,)
        if weights and not getattr(self.node.layer, "trainable", True):
            arguments = (*arguments, Argument("trainable", False, True))
        self.makings.append(Making(function, arguments, role, weights or {}, inputs, as_list))

    def pad(self, padding: tuple[Pair, ...], function: str = "layers.ZeroPadding{}D") -> None:
        """Append a padding, where there is any."""
        if any(map(any, padding)):
            is_own = not function.startswith("layers.")
            given = padding if is_own else around(padding)
            amount = Argument("padding", given, positional=True)
            self.add(function.format(len(padding)), amount, role="pad")


def per_axis(sizes: Sizes) -> Value:
    """One number for all axes where they are equal."""
    return sizes[0] if len(set(sizes)) == 1 else sizes


def around(padding: tuple[Pair, ...]) -> Value:
    """Padding or cropping as Keras takes it, as short as can be."""
    if any(begin != end for begin, end in padding):
        return padding if len(padding) > 1 else padding[0]
    return per_axis(tuple(begin for begin, _ in padding))
