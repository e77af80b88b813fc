"""One layer of a file, and how its values are read."""

from __future__ import annotations

from typing import Any, NamedTuple, NoReturn

from cnncalc.errors import Diagnostic, SpecError
from cnncalc.importers.json_text import shown
from cnncalc.ir.shapes import LARGEST


class Entry(NamedTuple):
    """A layer, or the definition of one.

    Attributes:
        source: What messages call the file.
        number: Its place in the file, from 1.
        kind: Its type, as ConvNetJS calls it.
        values: What the file says of it.
    """

    source: str
    number: int
    kind: str
    values: dict[str, Any]

    def refuse(self, message: str) -> NoReturn:
        """Say what is wrong with it.

        Raises:
            SpecError: Always.
        """
        refuse(self.source, f"layer {self.number} ({shown(self.kind)[1:-1]}): {message}")

    def size(self, key: str, default: int | None = None, least: int = 1) -> int:
        """An integer; JavaScript writes 2.0 as 2, others may not.

        Raises:
            SpecError: It is none, too small or too large, or missing without a default.
        """
        value = self.values.get(key, default)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if type(value) is not int or not least <= value <= LARGEST:
            given = f"not {shown(value)}" if key in self.values else "but is missing"
            self.refuse(f"{key} must be an integer from {least} to {LARGEST:,}, {given}")
        return value

    def known_size(self, key: str) -> int | None:
        """An integer from 1 that may be missing."""
        return self.size(key) if key in self.values else None

    def number_of(self, key: str, default: float | None = None) -> float:
        """A finite number.

        Raises:
            SpecError: It is none, or missing without a default.
        """
        value: Any = self.values.get(key, default)
        if type(value) not in (int, float) or not abs(value) <= LARGEST:
            given = f"not {shown(value)}" if key in self.values else "but is missing"
            self.refuse(f"{key} must be a number, {given}")
        return float(value)


def refuse(source: str, message: str) -> NoReturn:
    """Say why a file cannot be read.

    Raises:
        SpecError: Always.
    """
    raise SpecError(Diagnostic(message, source=source))
