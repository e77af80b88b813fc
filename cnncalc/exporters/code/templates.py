"""Statements with holes: the body of a function, in which parameters stand for values."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from cnncalc.exporters.code.literals import Value
from cnncalc.exporters.code.steps import REQUIRED, Kind, Required


class Constant(NamedTuple):
    """A value that is the same in every call."""

    value: Value


class Use(NamedTuple):
    """A parameter, or a multiple or a part of it."""

    parameter: str
    factor: int = 1
    divisor: int = 1


class Hole(NamedTuple):
    """An argument of a statement; it is left out where it is its default."""

    name: str
    value: Constant | Use
    default: Value | Required
    positional: bool


class Numbered(NamedTuple):
    """A name whose numbers grow in a loop: texts, and the numbers' distances from its variable."""

    parts: tuple[str | int, ...]


Name: TypeAlias = str | Use | Numbered


class Line(NamedTuple):
    """One statement; see `Step`."""

    kind: Kind
    target: str
    function: str
    arguments: tuple[Hole, ...]
    inputs: tuple[str, ...]
    as_list: bool
    name: Name


class If(NamedTuple):
    """Statements that only some calls need."""

    parameter: str
    is_negated: bool
    body: tuple[Part, ...]


class Loop(NamedTuple):
    """Statements that are repeated with numbers in their names from `start` up to `stop`."""

    start: int
    stop: int
    body: tuple[Line, ...]


Part: TypeAlias = Line | If | Loop


class Parameter(NamedTuple):
    """A parameter of a function."""

    name: str
    default: Value | Required = REQUIRED


class Function(NamedTuple):
    """A function that stands for a block.

    Attributes:
        name: Its name.
        block: The block.
        inputs: Variables of the values that it is given.
        parameters: What differs between its calls.
        body: Its statements.
        result: The variable that it gives.
        uses_channels: Whether it needs the number of channels of its first input.
    """

    name: str
    block: str
    inputs: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    body: tuple[Part, ...]
    result: str
    uses_channels: bool
