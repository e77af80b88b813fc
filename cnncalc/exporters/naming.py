"""Names that are safe and unique in another form."""

from __future__ import annotations

from cnncalc.source.printable import printable


class Names:
    """Hands out names, each of them once.

    Invisible and control characters are shown escaped, so that what a tool shows is what is there.
    """

    def __init__(self) -> None:
        self._taken: dict[str, int] = {}

    def unique(self, wanted: str) -> str:
        """The wanted name, or with a number behind it where that is taken."""
        name = base = printable(wanted) or "_"
        number = self._taken.get(base, 0)
        while name in self._taken:
            number += 1
            name = f"{base}_{number + 1}"
        # the next one of this name begins counting here, so that a million take no longer than that
        self._taken[base] = number
        self._taken.setdefault(name, 0)
        return name
