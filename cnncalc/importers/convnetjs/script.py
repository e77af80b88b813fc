"""Layer definitions out of a script, of which nothing is run.

What is read is what ConvNetJS's own pages show: lists of objects with literal values, `push`, and
`makeLayers`. Objects that a script makes, and calls that cannot change a list, are passed over.
Whatever else a script does could change the definitions, so it is refused.
"""

from __future__ import annotations

from cnncalc.errors import Diagnostic, SpecError
from cnncalc.importers.convnetjs.tokens import Token
from cnncalc.importers.convnetjs.values import Computed, Values

_DECLARATIONS = ("var", "let", "const")
_CHANGING = ("copyWithin", "fill", "pop", "push", "reverse", "shift", "sort", "splice", "unshift")


def read_definitions(data: bytes, name: str) -> object:
    """The list of layer definitions that a script holds.

    Args:
        data: JavaScript in UTF-8.
        name: What messages call it.

    Raises:
        SpecError: It does something else, exceeds a limit, or it is unclear which list is meant.
    """
    script = _Script(data, name)
    script.read()
    lists = script.definitions()
    if len(lists) != 1:
        message = f"it has {len(lists)} lists of layers; say net.makeLayers(…) with the right one"
        raise SpecError(Diagnostic(message, source=name))
    return lists[0]


class _Script(Values):
    """A script that is read from its first token to its last."""

    def __init__(self, data: bytes, source: str) -> None:
        super().__init__(data, source)
        self._made: list[object] = []  # what makeLayers was given

    def definitions(self) -> list[object]:
        """The lists that makeLayers was given, or else all lists of objects."""
        return self._made or list(filter(_is_list_of_objects, self.variables.values()))

    def read(self) -> None:
        """Read all statements."""
        while not self.at_end():
            if self.skip(";"):
                continue
            if self.peek().text in _DECLARATIONS:
                self.next()
                self._declaration()
                while self.skip(","):
                    self._declaration()
            elif self.is_next("["):
                self.variables[""] = self.value()
            else:
                self._statement()

    def _declaration(self) -> None:
        name = self.word()
        self.variables[name] = self.value() if self.skip("=") else None

    def _statement(self) -> None:
        start = self.peek()
        path = self.path()
        if self.skip("="):
            self._assign(path, self.value(), start)
        elif self.is_next("("):
            self._call(path, start)
        else:
            self.refuse(f"{start} is not read here")

    def _assign(self, path: list[str], value: object, start: Token) -> None:
        target = self.variables.get(path[0], Computed())
        if len(path) == 1:
            self.variables[path[0]] = value
        elif len(path) == 2 and isinstance(target, dict):
            target[path[1]] = value
        elif not isinstance(target, Computed):
            self.refuse("a part of a value is changed", start)

    def _call(self, path: list[str], start: Token) -> None:
        given = self.sequence("(", ")")
        target = self.variables.get(path[0])
        if path[1:] == ["push"] and isinstance(target, list):
            target += given
        elif path[-1] == "makeLayers" and len(given) == 1 and isinstance(given[0], list):
            self._made.append(list(given[0]))  # what is pushed later is not in the net
        elif isinstance(target, list) or path[-1] in _CHANGING:
            self.refuse(f"{'.'.join(path)}(…) may change a list", start)
        else:
            self.check_unchanged(given, start)


def _is_list_of_objects(value: object) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)
