"""Laying out Python source as `ruff format` does, for the few forms that generated code has."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from cnncalc.exporters.code.literals import Value, literal

WIDTH = 88  # ruff's default
_STEP = 4


class Atom(NamedTuple):
    """Source that cannot be broken."""

    text: str


class Group(NamedTuple):
    """A tuple or a list.

    Attributes:
        items: What is in it.
        is_list: Whether its brackets are square.
    """

    items: tuple[Expression, ...]
    is_list: bool = True


class Keyword(NamedTuple):
    """An argument by name."""

    name: str
    value: Expression


class Call(NamedTuple):
    """A call; what is called may itself be one: `layers.Dense(10)(x)`."""

    function: Expression
    arguments: tuple[Expression, ...]


Expression: TypeAlias = Atom | Group | Keyword | Call


def value(given: Value) -> Expression:
    """A literal; a tuple may be broken between its items."""
    if isinstance(given, tuple):
        return Group(tuple(map(value, given)), is_list=False)
    return Atom(literal(given))


def statement(prefix: str, expression: Expression, indent: int) -> str:
    """One statement, such as the prefix `x = ` and a call, in as many lines as it needs."""
    before = " " * indent + prefix
    return before + _lay(expression, len(before), indent, 0)


def header(name: str, parameters: tuple[str, ...], indent: int = 0) -> str:
    """The first line or lines of a function."""
    before, inside = " " * indent, " " * (indent + _STEP)
    flat = f"{before}def {name}({', '.join(parameters)}):"
    if len(flat) <= WIDTH:
        return flat
    joined = inside + ", ".join(parameters)
    if len(joined) <= WIDTH:
        return f"{before}def {name}(\n{joined}\n{before}):"
    lines = "".join(f"{inside}{parameter},\n" for parameter in parameters)
    return f"{before}def {name}(\n{lines}{before}):"


def flat(expression: Expression) -> str:
    """The source of an expression on one line."""
    match expression:
        case Atom(text):
            return text
        case Keyword(name, inner):
            return f"{name}={flat(inner)}"
        case Call(function, arguments):
            return f"{flat(function)}({', '.join(map(flat, arguments))})"
        case Group(items, is_list):
            inner_text = ", ".join(map(flat, items))
            if is_list:
                return f"[{inner_text}]"
            return f"({inner_text},)" if len(items) == 1 else f"({inner_text})"


def _lay(expression: Expression, column: int, indent: int, tail: int) -> str:
    """The source of an expression that begins at a column, with `tail` characters behind it."""
    line = flat(expression)
    if column + len(line) + tail <= WIDTH:
        return line
    match expression:
        case Atom():
            return line
        case Keyword(name, inner):
            return f"{name}=" + _lay(inner, column + len(name) + 1, indent, tail)
        case Group(items, is_list):
            opening, closing = "[]" if is_list else "()"
            return opening + _one_per_line(items, indent) + closing
        case Call():
            return _lay_call(expression, column, indent, tail)


def _lay_call(call: Call, column: int, indent: int, tail: int) -> str:
    function, arguments = call
    if not isinstance(function, Call):
        return f"{flat(function)}({_broken(arguments, indent)})"
    head = flat(function)
    if column + len(head) + 1 <= WIDTH:
        return f"{head}({_broken(arguments, indent)})"
    head = _lay_call(function, column, indent, 0) if function.arguments else head
    behind = f"({', '.join(map(flat, arguments))})"
    if indent + 1 + len(behind) + tail > WIDTH:
        behind = f"({_broken(arguments, indent)})"
    return head + behind


def _broken(arguments: tuple[Expression, ...], indent: int) -> str:
    """Arguments on a line of their own if they fit into it, and else on one each."""
    joined = ", ".join(map(flat, arguments))
    inside = indent + _STEP
    if inside + len(joined) <= WIDTH:
        return f"\n{' ' * inside}{joined}\n{' ' * indent}"
    if len(arguments) == 1:  # no comma behind a single one
        return f"\n{' ' * inside}{_lay(arguments[0], inside, inside, 0)}\n{' ' * indent}"
    return _one_per_line(arguments, indent)


def _one_per_line(items: tuple[Expression, ...], indent: int) -> str:
    inside = indent + _STEP
    lines = (f"{' ' * inside}{_lay(item, inside, inside, 1)},\n" for item in items)
    return "\n" + "".join(lines) + " " * indent
