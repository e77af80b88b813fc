"""The values that a script writes: literals, variables that hold some, sums and products."""

from __future__ import annotations

from cnncalc.importers.convnetjs.cursor import Cursor
from cnncalc.importers.convnetjs.tokens import Token
from cnncalc.ir.shapes import LARGEST

_WORDS = {"true": True, "false": False, "null": None, "undefined": None}
_DEEPEST = 20


class Computed:
    """The value of something that is not run."""


class Values(Cursor):
    """A parser of values.

    Attributes:
        variables: What the variables hold.
    """

    def __init__(self, data: bytes, source: str) -> None:
        super().__init__(data, source)
        self.variables: dict[str, object] = {}

    def value(self, depth: int = 0) -> object:
        """A value: a sum, in JavaScript's order of operations."""
        start = self.peek()
        if depth > _DEEPEST:
            self.refuse(f"values are nested deeper than {_DEEPEST} levels")
        found = self._product(depth)
        while self.is_next("+", "-"):
            sign = self.next().text
            other = self._product(depth)
            found = self._calculated(found, sign, other, start)
        return found

    def sequence(self, first: str, last: str, depth: int = 0) -> list[object]:
        """Values between brackets."""
        found = []
        self.expect(first)
        while not self.skip(last):
            found.append(self.value(depth + 1))
            if not self.skip(","):
                self.expect(last)
                break
        return found

    def check_unchanged(self, given: list[object], call: Token) -> None:
        """Refuse a call that is given one of the lists, as it may change it."""
        lists = [id(value) for value in self.variables.values() if isinstance(value, list)]
        if any(id(value) in lists for value in given):
            self.refuse(f"the call of {call} may change a list", call)

    def _product(self, depth: int) -> object:
        start = self.peek()
        found = self._factor(depth)
        while self.is_next("*", "/"):
            sign = self.next().text
            other = self._factor(depth)
            found = self._calculated(found, sign, other, start)
        return found

    def _calculated(self, first: object, sign: str, second: object, start: Token) -> object:
        if isinstance(first, Computed) or isinstance(second, Computed):
            return Computed()
        if not _is_number(first) or not _is_number(second):
            self.refuse(f"{sign!r} is read between numbers only", start)
        assert isinstance(first, (int, float))
        assert isinstance(second, (int, float))
        if sign == "/" and second == 0:
            self.refuse("a division by zero", start)
        match sign:
            case "+":
                found = first + second
            case "-":
                found = first - second
            case "*":
                found = first * second
            case _:
                found = first / second
        if not abs(found) <= LARGEST:
            self.refuse(f"a number is larger than {LARGEST:,}", start)
        return found

    def _factor(self, depth: int) -> object:
        token = self.peek()
        if depth > _DEEPEST:
            self.refuse(f"values are nested deeper than {_DEEPEST} levels")
        if self.skip("-"):
            return self._calculated(0, "-", self._factor(depth + 1), token)
        if self.skip("+"):
            return self._factor(depth + 1)
        if self.skip("("):
            found = self.value(depth + 1)
            self.expect(")")
            return found
        if self.is_next("["):
            return self.sequence("[", "]", depth)
        if self.is_next("{"):
            return self._object(depth)
        if token.kind in ("number", "string"):
            return self.next().value
        if token.text in _WORDS:
            return _WORDS[self.next().text]
        return self._named(depth)

    def _named(self, depth: int) -> object:
        """What a variable holds, or what is not run: a call, or a part of something."""
        start = self.peek()
        is_new = start.text == "new"
        if is_new:
            self.next()
        path = self.path()
        if self.is_next("("):
            self.check_unchanged(self.sequence("(", ")", depth), start)
            return Computed()
        if is_new or len(path) > 1:
            return Computed()
        if path[0] not in self.variables:
            self.refuse(f"nothing is known of {start}", start)
        return self.variables[path[0]]

    def _object(self, depth: int) -> dict[str, object]:
        found: dict[str, object] = {}
        self.expect("{")
        while not self.skip("}"):
            key = self.next()
            if key.kind == "sign":
                self.refuse(f"{key} is no key", key)
            name = key.value if isinstance(key.value, str) else key.text
            if name in found:
                self.refuse(f"the key {key} is there twice", key)
            self.expect(":")
            start = self.peek()
            value = self.value(depth + 1)
            if isinstance(value, Computed):
                self.refuse(f"{start} is not a literal value", start)
            if start.text != "undefined":
                found[name] = value
            if not self.skip(","):
                self.expect("}")
                break
        return found


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
