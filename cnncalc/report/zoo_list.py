"""The list of the zoo."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from cnncalc.report.numbers import human
from cnncalc.report.table import GAP
from cnncalc.report.width import cells, padded
from cnncalc.source.printable import printable
from cnncalc.zoo import ZooEntry

_HEAD = ("Network", "Params", "MACs", "Top-1", "What it is")
_LEAST = 20  # columns that a description needs


def write_list(
    write: Callable[[str], object], entries: Sequence[ZooEntry], width: int | None
) -> None:
    """Write a line per network with the figures that were published for it.

    Args:
        write: Takes the text.
        entries: The networks.
        width: Columns of the terminal, to which descriptions are wrapped; None for a pipe.
    """
    lines = [_HEAD, *map(_cells, entries)]
    widths = [max(map(cells, column)) for column in zip(*lines, strict=True)]
    indent = sum(widths[:-1]) + len(GAP) * (len(widths) - 1)
    room = None if width is None else max(width - indent, _LEAST)
    rule = "─" * (indent + (widths[-1] if room is None else min(room, widths[-1])))
    for number, line in enumerate(lines):
        figures = [padded(text, widths[i], i > 0) for i, text in enumerate(line[:-1])]
        for text in _wrapped(line[-1], room):
            write(GAP.join([*figures, text]).rstrip() + "\n")
            figures = [" " * w for w in widths[:-1]]
        if number == 0:
            write(rule + "\n")
    write(f"{rule}\n{len(entries)} networks; cnncalc zoo NETWORK prints one\n")


def _cells(entry: ZooEntry) -> tuple[str, ...]:
    published = entry.published
    top1 = published.get("top1")
    return (
        printable(entry.name),
        _figure(published.get("n_params")),
        _figure(published.get("n_macs")),
        f"{top1:.1f} %" if isinstance(top1, int | float) else "",
        printable(_headline(entry.title)),
    )


def _headline(title: str) -> str:
    """The first sentence, or what comes before the citation that runs on into the next line."""
    sentence, *more = re.split(r"(?<=[a-z0-9)])\. ", title, maxsplit=1)
    if more or sentence[-1:] in (".", "?", "!"):
        return sentence.removesuffix(".")
    return re.split(r": | \(|, ", sentence, maxsplit=1)[0]


def _figure(value: object) -> str:
    return human(value) if isinstance(value, int) else ""


def _wrapped(text: str, room: int | None) -> list[str]:
    if room is None or not text:
        return [text]
    from textwrap import wrap

    return wrap(text, room)
