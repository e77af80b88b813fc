"""Values and the names they are known by: variables, block parameters and `$in_channels`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from itertools import chain
from typing import Any

from cnncalc.source import Mapping, Node, Scalar, Sequence, Span
from cnncalc.spec.expressions import (
    MAX_LENGTH,
    ExpressionError,
    UnknownName,
    Value,
    parse_expression,
)

IN_CHANNELS = "in_channels"
_DEEPEST = 40  # lists in one another, and substitutions that lead to one another
_LARGEST = 1000  # values in a list that a name stands for
_LONGEST = 2**20  # characters of a list
_TOO_DEEP = f"values stand more than {_DEEPEST} deep in one another"


class BadSubstitution(Exception):
    """A `$…` that cannot be evaluated, with its place.

    Attributes:
        message: What is wrong.
        span: Where.
        undefined: Whether a name is the reason.
        near: The name that is not defined, and those that are.
    """

    def __init__(
        self,
        message: str,
        span: Span,
        *,
        undefined: bool = False,
        near: tuple[str, Iterable[str]] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.span = span
        self.undefined = undefined
        self.near = near


class ChannelsUnknown(Exception):
    """`$in_channels` after a broken layer: whatever depends on it is unknown, not wrong."""


Channels = Callable[[], "int | None"]


def no_channels() -> int | None:
    """For places where `$in_channels` may not stand."""
    raise ExpressionError("in_channels may not stand here: it is known only inside a layer", 0)


# What evaluating costs, in units of a microsecond or less.
_VALUE = 4  # in a list or map
_PARAMETER = 10  # of a call; it takes memory as well
_CHARACTER = 1  # of an expression
_NEW_CHARACTER = 5  # of one that was not met before, and has to be parsed
MAX_WORK = 6_000_000
_TOO_MUCH_WORK = "the values and expressions are too many, or evaluated too often; repeat less"


class Bound:
    """A value that a name stands for: a node, and the scope in which it was written."""

    __slots__ = ("_busy", "_values", "channels", "node", "scope")

    def __init__(self, node: Node, scope: Scope, channels: Channels) -> None:
        self.node = node
        self.scope = scope
        self.channels = channels
        self._busy = False
        self._values: dict[bool, Any] = {}

    def value(self, *, static: bool = False, depth: int = 0) -> Any:
        """The value, evaluated when first asked for; a static one may not use `$in_channels`."""
        if static not in self._values:
            if self._busy:
                raise BadSubstitution("the value depends on itself", self.node.span, undefined=True)
            self._busy = True
            try:
                channels = no_channels if static else self.channels
                value = evaluate(self.node, self.scope, channels, depth)
            except RecursionError:
                raise BadSubstitution(_TOO_DEEP, self.node.span) from None
            finally:
                self._busy = False
            if _is_large(value):
                message = f"a list that a name stands for has at most {_LARGEST} values"
                raise BadSubstitution(message, self.node.span)
            self._values[static] = value
        return self._values[static]


class Variables(dict[str, Bound]):
    """The variables of a document by name, and how much may yet be evaluated for it.

    Args:
        refuse: Makes the exception for a document that takes too much, from a node and a message.

    Attributes:
        n_evaluated: How many expressions have been evaluated.
    """

    def __init__(self, refuse: Callable[[Node, str], Exception]) -> None:
        super().__init__()
        self._refuse = refuse
        self._left = MAX_WORK
        self._expressions: set[str] = set()
        self.n_evaluated = 0

    def spend_values(self, count: int, node: Node) -> None:
        """Take so many values off what may be evaluated."""
        self._spend(_VALUE * count, node)

    def spend_parameters(self, count: int, node: Node) -> None:
        """Take so many parameters of a call off what may be evaluated."""
        self._spend(_PARAMETER * count, node)

    def spend_expression(self, text: str, node: Node) -> None:
        """Take an expression off what may be evaluated."""
        self.n_evaluated += 1
        is_new = text not in self._expressions
        self._expressions.add(text)
        length = min(len(text), MAX_LENGTH)  # what is longer is not even parsed
        self._spend((_NEW_CHARACTER if is_new else _CHARACTER) * length, node)

    def _spend(self, work: int, node: Node) -> None:
        self._left -= work
        if self._left < 0:
            raise self._refuse(node, _TOO_MUCH_WORK)


class Scope:
    """The names that are visible at one place: a block's parameters, then the variables."""

    __slots__ = ("params", "variables")

    def __init__(self, variables: Variables, params: dict[str, Bound] | None = None) -> None:
        self.variables = variables
        self.params = {} if params is None else params  # one that is empty may be filled later

    def find(self, name: str) -> Bound | None:
        """What a name is bound to, or None."""
        return self.params.get(name) or self.variables.get(name)

    def names(self) -> Iterator[str]:
        """Every name that is visible, for suggestions."""
        return chain(self.params, self.variables, (IN_CHANNELS,))


def is_substitution(node: Node) -> bool:
    """Whether a scalar is `$…` and not a value of its own."""
    return isinstance(node, Scalar) and isinstance(node.value, str) and node.value[:1] == "$"


def has_substitution(node: Node) -> bool:
    """Whether a `$…` stands anywhere in a tree."""
    stack = [node]
    while stack:
        match stack.pop():
            case Scalar() as scalar:
                if is_substitution(scalar):
                    return True
            case Sequence(items):
                stack.extend(items)
            case Mapping(entries):
                stack.extend(value for _, value in entries)
    return False


def dereference(node: Node, scope: Scope) -> tuple[Node, Scope]:
    """Follow `$name` to the node it stands for, and the scope in which that was written."""
    for _ in range(_DEEPEST):
        if not is_substitution(node):
            break
        try:
            name = parse_expression(str(node.value)).name  # type: ignore[union-attr]
        except ExpressionError:
            break  # whoever evaluates it says why
        bound = scope.find(name) if name else None
        if bound is None:
            break
        node, scope = bound.node, bound.scope
    return node, scope


def evaluate(node: Node, scope: Scope, channels: Channels, depth: int = 0) -> Any:
    """The plain value of a tree: lists as tuples, decimals as floats, every `$…` replaced.

    With `no_channels` nothing on the way may use `$in_channels`, not even through a parameter.
    `depth` is how deep in other values this one stands.

    Raises:
        BadSubstitution: An expression is wrong, a name is undefined, or values nest too deep or are
            too long.
        ChannelsUnknown: It depends on `$in_channels` after a broken layer.
        SpecError: The document takes too much evaluating, all in all.
    """
    if depth > _DEEPEST:
        raise BadSubstitution(_TOO_DEEP, node.span)
    match node:
        case Scalar(value):
            if isinstance(value, str) and value[:1] == "$":
                return _substitute(node, value, scope, channels, depth)
            return value
        case Sequence(items):
            _check_length(node)
            scope.variables.spend_values(len(items), node)
            return tuple(
                [
                    item.value  # at once: lists of numbers may be long
                    if type(item) is Scalar and type(item.value) is not str
                    else evaluate(item, scope, channels, depth + 1)
                    for item in items
                ]
            )
        case Mapping(entries):
            _check_length(node)
            scope.variables.spend_values(len(entries), node)
            return {
                str(key.value): evaluate(item, scope, channels, depth + 1) for key, item in entries
            }


def _check_length(node: Node) -> None:
    if node.end - node.start > _LONGEST:
        message = f"a list or map that is a value has at most {_LONGEST:,} characters; shorten it"
        raise BadSubstitution(message, node.span)


def _substitute(node: Scalar, text: str, scope: Scope, channels: Channels, depth: int) -> Any:
    def lookup(name: str) -> Value:
        if name == IN_CHANNELS and name not in scope.params:
            count = channels()
            if count is None:
                raise ChannelsUnknown
            return count
        bound = scope.find(name)
        if bound is None:
            raise KeyError(name)
        return _exact(bound.value(static=channels is no_channels, depth=depth + 1))

    scope.variables.spend_expression(text, node)
    try:
        return _plain(parse_expression(text).evaluate(lookup))
    except ExpressionError as error:
        raise _bad(error, node, scope) from None


def _bad(error: ExpressionError, node: Scalar, scope: Scope) -> BadSubstitution:
    """An error in an expression, at its place in the document."""
    start = min(node.start + error.offset + (not node.plain), node.end)
    span = Span(start, max(node.end, start))
    if isinstance(error, UnknownName):
        message = f"{error.name} is not defined"
        return BadSubstitution(message, span, undefined=True, near=(error.name, scope.names()))
    return BadSubstitution(error.message, span)


def _is_large(value: object) -> bool:
    """Whether a value has more parts than a name may stand for: lists of lists double quickly."""
    parts, count = [value], 0
    while parts and count <= _LARGEST:
        part = parts.pop()
        count += 1
        if isinstance(part, tuple):
            parts += part
        elif isinstance(part, dict):
            parts += part.values()
    return count > _LARGEST


def _exact(value: Any) -> Value:
    """Decimals as the exact fractions that were written; `repr` gives their digits back."""
    if isinstance(value, float):
        return Fraction(repr(value))
    if isinstance(value, tuple):
        return tuple(map(_exact, value))
    return value  # type: ignore[no-any-return]


def _plain(value: Value) -> Any:
    if isinstance(value, Fraction):
        return int(value) if value.denominator == 1 else float(value)
    if isinstance(value, tuple):
        return tuple(map(_plain, value))
    return value
