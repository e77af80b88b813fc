"""Where a parser is in a script."""

from __future__ import annotations

from typing import NoReturn

from cnncalc.errors import Diagnostic, SpecError
from cnncalc.importers.convnetjs.tokens import Token, tokens

_REMEDY = "nothing is run, so write the layers as objects with literal values"
# after these words things happen that would have to be run
_NOT_READ = {
    "async", "await", "class", "delete", "do", "else", "export", "finally", "for", "function", "if",
    "import", "return", "switch", "throw", "try", "typeof", "while", "with", "yield",
}  # fmt: skip


class Cursor:
    """A place among the tokens of a script."""

    def __init__(self, data: bytes, source: str) -> None:
        self._tokens = tokens(data, source)
        self._place = 0
        self._source = source

    def at_end(self) -> bool:
        """Whether no token is left."""
        return self._place == len(self._tokens)

    def peek(self) -> Token:
        """The next token."""
        if self.at_end():
            raise SpecError(Diagnostic("the script ends too soon", source=self._source))
        return self._tokens[self._place]

    def next(self) -> Token:
        """The next token, which is passed over."""
        token = self.peek()
        self._place += 1
        return token

    def is_next(self, *signs: str) -> bool:
        """Whether the next token is one of these signs."""
        return not self.at_end() and self.peek().kind == "sign" and self.peek().text in signs

    def skip(self, sign: str) -> bool:
        """Whether the next token is this sign, which is passed over then."""
        found = self.is_next(sign)
        self._place += found
        return found

    def expect(self, sign: str) -> None:
        """Pass over this sign."""
        if not self.skip(sign):
            self.refuse(f"{self.peek()} stands where {sign!r} is expected")

    def word(self) -> str:
        """A name."""
        token = self.next()
        if token.kind != "word" or token.text in _NOT_READ:
            self.refuse(f"{token} is not read here", token)
        return token.text

    def path(self) -> list[str]:
        """A name, perhaps with names after dots."""
        path = [self.word()]
        while self.skip("."):
            path.append(self.word())
        return path

    def refuse(self, message: str, token: Token | None = None) -> NoReturn:
        """Say what is not read, and where.

        Raises:
            SpecError: Always.
        """
        place = token or self.peek()
        text = f"{message}; {_REMEDY}"
        raise SpecError(Diagnostic(text, place.line, place.column, self._source))
