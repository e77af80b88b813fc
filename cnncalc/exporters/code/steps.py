"""The statements of generated code, before they are text."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

from cnncalc.exporters.code.literals import Value


class Required:
    """Stands for the default of an argument that has none."""

    def __repr__(self) -> str:
        return "REQUIRED"


REQUIRED = Required()


class Argument(NamedTuple):
    """An argument of a call.

    Attributes:
        name: What it is called.
        value: What is given.
        default: What it is when nothing is given; then it is left out.
        positional: Whether it is given without its name.
    """

    name: str
    value: Value
    default: Value | Required = REQUIRED
    positional: bool = False


Kind: TypeAlias = Literal["layer", "function", "copy", "make", "apply"]


class Step(NamedTuple):
    """One statement.

    Attributes:
        kind: `layer` makes a layer and applies it, `make` makes it only and `apply` applies one
            that was made, `function` calls the function of a block, and `copy` gives a value a
            second name.
        target: The variable that is assigned to.
        function: What is called; the layer's variable for `apply`.
        arguments: Its arguments, but for values and name.
        inputs: The variables that it is applied to.
        as_list: Whether these are given as a list.
        name: Name of the layer or of the block call, with the block calls it stands in.
    """

    kind: Kind
    target: str
    function: str = ""
    arguments: tuple[Argument, ...] = ()
    inputs: tuple[str, ...] = ()
    as_list: bool = False
    name: str = ""
