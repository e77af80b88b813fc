"""Names from strangers in messages of one line."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cnncalc.source.printable import quoted

MOST_LISTED = 10
_LONGEST = 100
_PLAIN = re.compile(r"[\w.:/+-]+")


def shown(name: str) -> str:
    """A name as it stands in messages: quoted, escaped and cut where it is an unusual one."""
    return name if len(name) <= _LONGEST and _PLAIN.fullmatch(name) else quoted(name, _LONGEST)


def listed(items: Sequence[str]) -> str:
    """The first ten of some items, and how many more there are."""
    text = ", ".join(items[:MOST_LISTED])
    more = len(items) - MOST_LISTED
    return f"{text} and {more} more" if more > 0 else text
