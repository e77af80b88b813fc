"""Expressions: what a scalar that starts with ``$`` stands for.

======================  =====================================================================
``$width``              the value itself, whatever it is
``$depths.0``           an element of a list, from 0
``$(4*width)``          an expression; names stand in it without ``$``
``$div8(64*width)``     short for ``$(div8(64*width))``
======================  =====================================================================

From loose to tight: ``or``, ``and``, ``not``, one comparison (they do not chain), ``+ -``,
``* / // %``, signs. Numbers are exact: decimals are fractions, ``/`` is rational division, and a
whole result is an ``int``. A boolean is not a number. Text goes through one regular expression and
a precedence-climbing parser into five frozen node types; nothing is handed to Python's ``eval``.

The text comes from strangers, so its length and nesting and the size of every number are bounded,
and nothing but `ExpressionError` leaves this module (save what ``lookup`` itself raises).
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple, TypeAlias, assert_never

Number: TypeAlias = int | Fraction
Value: TypeAlias = (
    None | bool | int | Fraction | str | tuple["Value", ...] | Mapping[str, "Value"]  # noqa: RUF036
)
Lookup: TypeAlias = Callable[[str], Value]

MAX_LENGTH = 200  # characters
MAX_DEPTH = 50  # parentheses, calls and prefix operators inside each other
MAX_RESULT = 10**15
_MAX_DIGITS = 30
_MAX_PART = 10**_MAX_DIGITS  # numerator and denominator of anything on the way to the result
_MAX_COMPARED = 10_000  # values that one == looks at


class ExpressionError(Exception):
    """What is wrong with an expression, and at which character of its text."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message, offset)
        self.message = message
        self.offset = offset

    def __str__(self) -> str:
        return self.message


class UnknownName(ExpressionError):
    """The expression mentions a name that is not defined."""

    def __init__(self, message: str, offset: int, name: str) -> None:
        super().__init__(message, offset)
        self.args = (message, offset, name)
        self.name = name


def div8(x: Number) -> int:
    """Round a channel count to a multiple of 8 without losing more than a tenth of it.

    ``r = max(8, 8*floor((x + 4)/8))``, and ``r + 8`` if ``r < 0.9*x``.

    >>> div8(Fraction("11.2")), div8(100)
    (16, 104)

    Reference:
        MobileNet's rule, ``_make_divisible`` in torchvision's ``models/_utils.py``.
    """
    rounded = max(8, (x + 4) // 8 * 8)
    return rounded + 8 if 10 * rounded < 9 * x else rounded


_BINARY: dict[str, Callable[..., bool | Number]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": Fraction,
    "//": operator.floordiv,
    "%": operator.mod,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_SIGNS: dict[str, Callable[..., Number]] = {"-": operator.neg, "+": operator.pos}
_FUNCTIONS: dict[str, Callable[..., Number]] = {
    "min": lambda *numbers: min(numbers),
    "max": lambda *numbers: max(numbers),
    "ceil": math.ceil,
    "floor": math.floor,
    "round": round,
    "abs": abs,
    "div8": div8,
}
_VARIADIC = ("min", "max")
_RESERVED = ("and", "or", "not", "true", "false")

_OR, _AND, _NOT, _COMPARISON, _SUM, _PRODUCT, _SIGN = range(1, 8)
_LEVELS = {"or": _OR, "and": _AND, "+": _SUM, "-": _SUM}
_LEVELS |= dict.fromkeys(("<", "<=", ">", ">=", "==", "!="), _COMPARISON)
_LEVELS |= dict.fromkeys(("*", "/", "//", "%"), _PRODUCT)

_TOKEN = re.compile(
    r"(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*(?:\.[0-9]+)*)"
    r"|(?P<symbol>//|[<>=!]=|\*\*|&&|\|\||\S)",
    re.ASCII,
)
_A_VALUE = "here belongs a number, a name, a function or '('"
_AN_OPERATOR = "here belongs an operator (+ - * / // % < <= > >= == != and or) or ')'"
_AFTER_DOLLAR = "after $ comes a name ($width), or an expression in parentheses ($(4*width))"
_OUTSIDE = "the whole expression goes inside $( ), as in $(4*width)"
_HINTS = {
    "$": "inside $( ) names stand without $",
    "=": "equality is ==",
    ",": "a comma only separates arguments of min and max",
    **dict.fromkeys(("**", "^"), "there are no powers; write x*x"),
    **dict.fromkeys(("&&", "&"), "write 'and'"),
    **dict.fromkeys(("||", "|"), "write 'or'"),
    **dict.fromkeys((".", "["), "an element is written name.0"),
    **dict.fromkeys(("'", '"'), "there are no strings in expressions"),
    "!": "write 'not'",
}


class _Literal(NamedTuple):
    at: int
    value: bool | Number


class _Name(NamedTuple):
    at: int
    name: str
    elements: tuple[int, ...]


class _Apply(NamedTuple):
    """Whatever takes only numbers: arithmetic, signs, order, functions."""

    at: int
    word: str
    function: Callable[..., bool | Number]
    arguments: tuple[_Node, ...]


class _Equality(NamedTuple):
    at: int
    word: str
    left: _Node
    right: _Node


class _Logic(NamedTuple):
    at: int
    word: str
    operands: tuple[_Node, ...]  # of `not` one, of `and` and `or` two


_Node: TypeAlias = _Literal | _Name | _Apply | _Equality | _Logic


class Expression(NamedTuple):
    """A parsed expression.

    Attributes:
        names: The names that it mentions.
        name: The name, if the expression is nothing but ``$name`` (or ``$(name)``).
    """

    root: _Node
    names: frozenset[str]
    name: str | None

    def evaluate(self, lookup: Lookup) -> Value:
        """The value, with names from ``lookup``, which raises `KeyError` for an unknown one.

        >>> parse_expression("$(4*width)").evaluate({"width": 64}.__getitem__)
        256

        Raises:
            UnknownName: ``lookup`` does not know a name that is needed.
            ExpressionError: The operands do not fit, or a number is out of bounds.
        """
        value = _evaluate(self.root, lookup)
        if type(value) is int or type(value) is Fraction:
            value = _bounded(value, self.root.at)
            if abs(value.numerator) > MAX_RESULT * value.denominator:
                raise ExpressionError("the result is over 10^15", self.root.at)
        return value


@lru_cache(maxsize=4096)
def parse_expression(text: str) -> Expression:
    """Parse a scalar; its text includes the leading ``$``.

    >>> sorted(parse_expression("$min(width, 4*depths.0)").names)
    ['depths', 'width']

    Raises:
        ExpressionError: The text is not an expression.
    """
    if len(text) > MAX_LENGTH:
        limit = f"an expression has at most {MAX_LENGTH} characters, this one has {len(text)}"
        raise ExpressionError(limit, MAX_LENGTH)
    parser = _Parser(text)
    root = parser.whole()
    name = root.name if isinstance(root, _Name) and not root.elements else None
    return Expression(root, frozenset(parser.names), name)


class _Token(NamedTuple):
    kind: str | None  # number, name, symbol, end
    text: str
    at: int


class _Parser:
    """Precedence climbing over the tokens after the ``$``; ``depth`` bounds the recursion."""

    def __init__(self, text: str) -> None:
        if not text.startswith("$"):
            raise ExpressionError("an expression starts with $", 0)
        matches = _TOKEN.finditer(text, 1)
        self.tokens = [_Token(m.lastgroup, m.group(), m.start()) for m in matches]
        self.tokens.append(_Token("end", "", len(text) - 1))
        self.position = 0
        self.names: set[str] = set()

    @property
    def next(self) -> _Token:
        return self.tokens[self.position]

    def take(self) -> _Token:
        token = self.next
        self.position += 1
        return token

    def whole(self) -> _Node:
        first = self.next
        if first.at != 1 or not (first.kind == "name" or first.text == "("):
            raise ExpressionError(_AFTER_DOLLAR, min(1, self.tokens[-1].at))
        if first.text in _RESERVED:
            raise ExpressionError(f"{first.text!r} is not a name; {_AFTER_DOLLAR}", 1)
        root = self.operand(_OR, 0)
        if self.next.text == ")":
            raise ExpressionError("there is no '(' for this ')'", self.next.at)
        if self.next.kind != "end":
            raise _unexpected(self.next, _OUTSIDE)
        return root

    def expression(self, level: int, depth: int) -> _Node:
        """Operands joined by operators that bind at least as tightly as ``level``."""
        left = self.operand(level, depth)
        while (rank := _LEVELS.get(self.next.text, 0)) >= level:
            _, word, at = self.take()
            right = self.expression(rank + 1, depth)
            if word in ("and", "or"):
                left = _Logic(at, word, (left, right))
            elif word in ("==", "!="):
                left = _Equality(at, word, left, right)
            else:
                left = _Apply(at, word, _BINARY[word], (left, right))
            if rank == _COMPARISON == _LEVELS.get(self.next.text):
                message = f"comparisons do not chain; write 'and' before {self.next.text!r}"
                raise ExpressionError(message, self.next.at)
        return left

    def operand(self, level: int, depth: int) -> _Node:
        token = self.take()
        kind, text, at = token
        if depth > MAX_DEPTH:
            raise ExpressionError(f"the expression nests deeper than {MAX_DEPTH}", at)
        if kind == "number":
            return _Literal(at, _number(text, at))
        if text in ("true", "false"):
            return _Literal(at, text == "true")
        if text == "not":
            if level > _NOT:
                raise ExpressionError("put 'not …' in parentheses here", at)
            return _Logic(at, text, (self.expression(_NOT, depth + 1),))
        if text in _SIGNS:
            return _Apply(at, text, _SIGNS[text], (self.operand(_SIGN, depth + 1),))
        if text == "(":
            inner = self.expression(_OR, depth + 1)
            self.close(token)
            return inner
        name, *elements = text.split(".")
        if kind != "name" or name in _RESERVED:
            raise _unexpected(token, _A_VALUE)
        if self.next.text == "(":
            return self.call(token, depth)
        self.names.add(name)
        return _Name(at, name, tuple(map(int, elements)))

    def call(self, name: _Token, depth: int) -> _Node:
        _, word, at = name
        if word not in _FUNCTIONS:
            import difflib  # only on the way to an error

            near = difflib.get_close_matches(word.lower(), _FUNCTIONS, n=1)
            remedy = f"did you mean {near[0]}?" if near else f"there are {', '.join(_FUNCTIONS)}"
            raise ExpressionError(f"there is no function {word!r}; {remedy}", at)
        opening = self.take()
        arguments = [self.expression(_OR, depth + 1)]
        while self.next.text == ",":
            self.take()
            arguments.append(self.expression(_OR, depth + 1))
        self.close(opening)
        if len(arguments) > 1 and word not in _VARIADIC:
            raise ExpressionError(f"{word} takes one argument, not {len(arguments)}", at)
        return _Apply(at, word, _FUNCTIONS[word], tuple(arguments))

    def close(self, opening: _Token) -> None:
        token = self.take()
        if token.kind == "end":
            raise ExpressionError("this '(' is never closed", opening.at)
        if token.text != ")":
            raise _unexpected(token, _AN_OPERATOR)


def _unexpected(token: _Token, remedy: str) -> ExpressionError:
    what = "end" if token.kind == "end" else repr(token.text)
    return ExpressionError(f"unexpected {what}; {_HINTS.get(token.text, remedy)}", token.at)


def _number(text: str, at: int) -> Number:
    exponent = text.lower().partition("e")[2]
    if exponent and abs(int(exponent)) > _MAX_DIGITS:
        raise ExpressionError(f"an exponent is at most {_MAX_DIGITS}", at)
    return _bounded(Fraction(text), at)


def _bounded(number: Number, at: int) -> Number:
    """The number, as an ``int`` if it is whole."""
    if type(number) is Fraction:
        if number.denominator > _MAX_PART:
            raise ExpressionError("an intermediate result has a denominator over 10^30", at)
        if number.denominator == 1:
            number = number.numerator
    if not -_MAX_PART <= number.numerator <= _MAX_PART:
        raise ExpressionError("an intermediate result is over 10^30", at)
    return number


def _evaluate(node: _Node, lookup: Lookup) -> Value:
    match node:
        case _Name():
            return _named(node, lookup)
        case _Literal():
            return node.value
        case _Apply():
            return _applied(node, lookup)
        case _Equality():
            left, right = _evaluate(node.left, lookup), _evaluate(node.right, lookup)
            kinds = _kind(left), _kind(right)
            if kinds[0] != kinds[1]:
                message = f"{node.word!r} cannot compare {kinds[0]} with {kinds[1]}"
                raise ExpressionError(message, node.at)
            return _equal(left, right, node.at) is (node.word == "==")
        case _Logic():
            for operand in node.operands:
                value = _evaluate(operand, lookup)
                if not isinstance(value, bool):
                    raise _unfit(node.word, "true or false", operand, value)
                if value is (node.word == "or"):
                    break
            return not value if node.word == "not" else value
        case _:
            assert_never(node)


def _named(node: _Name, lookup: Lookup) -> Value:
    path = node.name
    try:
        value = lookup(path)
    except KeyError:
        raise UnknownName(f"there is no value named {path!r}", node.at, path) from None
    for index in node.elements:
        if not isinstance(value, tuple):
            raise ExpressionError(f"{path!r} has no elements: it is {_kind(value)}", node.at)
        if index >= len(value):
            message = f"there is no {path}.{index}: the list has length {len(value)}, from 0"
            raise ExpressionError(message, node.at)
        value, path = value[index], f"{path}.{index}"
    return value


def _applied(node: _Apply, lookup: Lookup) -> bool | Number:
    numbers = []
    for argument in node.arguments:
        value = _evaluate(argument, lookup)
        if type(value) is not int and type(value) is not Fraction:
            raise _unfit(node.word, "numbers", argument, value)
        numbers.append(value)
    try:
        result = node.function(*numbers)
    except ZeroDivisionError:
        raise ExpressionError(f"{node.word!r} divides by zero", node.at) from None
    return result if isinstance(result, bool) else _bounded(result, node.at)


def _unfit(word: str, wanted: str, node: _Node, value: Value) -> ExpressionError:
    path = ".".join(map(str, (node.name, *node.elements))) if isinstance(node, _Name) else "this"
    return ExpressionError(f"{word!r} wants {wanted}, but {path} is {_kind(value)}", node.at)


def _kind(value: Value) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int() | Fraction():
            return "a number"
        case str():
            return "a string"
        case tuple():
            return "a list"
        case _:
            return "a map"


def _equal(left: Value, right: Value, at: int) -> bool:
    """Deep equality in which 1 is not true, with a bound on the work."""
    pairs = [(left, right)]
    for _ in range(_MAX_COMPARED):
        if not pairs:
            return True
        a, b = pairs.pop()
        if _kind(a) != _kind(b):
            return False
        if isinstance(a, tuple) and isinstance(b, tuple):
            if len(a) != len(b):
                return False
            pairs += zip(a, b, strict=True)
        elif isinstance(a, Mapping) and isinstance(b, Mapping):
            if a.keys() != b.keys():
                return False
            pairs += ((a[key], b[key]) for key in a)
        elif a != b:
            return False
    raise ExpressionError("these values are too large to compare", at)
