"""Statements that repeat but for the numbers in their names, as loops."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cnncalc.exporters.code.templates import Line, Loop, Name, Numbered, Part

_DIGITS = re.compile(r"([0-9]+)")
_LONGEST = 8  # statements of a loop's body
_Split = list[str]


def fold(parts: Sequence[Part]) -> tuple[Part, ...]:
    """The same statements, with those that repeat in loops."""
    folded: list[Part] = []
    position = 0
    while position < len(parts):
        loop, length = _best(parts, position)
        folded.append(loop or parts[position])
        position += length
    return tuple(folded)


def _best(parts: Sequence[Part], start: int) -> tuple[Loop | None, int]:
    """The loop that saves most lines here, and how many statements it stands for."""
    found = _at(parts, start)
    if found is None:
        return None, 1
    loop, saved = found
    for later in range(start + 1, start + len(loop.body)):
        other = _at(parts, later)  # the same repetition, seen from another of its statements
        if other is not None and (other[1], _is_whole(other[0])) > (saved, _is_whole(loop)):
            return None, 1
    return loop, (loop.stop - loop.start) * len(loop.body)


def _is_whole(loop: Loop) -> bool:
    """Whether a body begins or ends as a person would let it."""
    return loop.body[0].kind == "copy" or loop.body[-1].as_list


def _at(parts: Sequence[Part], start: int) -> tuple[Loop, int] | None:
    best: tuple[Loop, int] | None = None
    for period in range(1, _LONGEST + 1):
        body = parts[start : start + period]
        lines = [part for part in body if isinstance(part, Line)]
        if len(lines) < period:
            break
        loop = _loop(lines, parts, start)
        if loop is not None:
            count = loop.stop - loop.start
            saved = count * period - period - 1
            if saved > (best[1] if best else 0):
                best = loop, saved
    return best


def _loop(body: list[Line], parts: Sequence[Part], start: int) -> Loop | None:
    period = len(body)
    second = parts[start + period : start + 2 * period]
    if len(second) < period or not all(map(_alike, body, second)):
        return None
    splits = [_split(line.name) for line in body]
    following = [_split(part.name) for part in second if isinstance(part, Line)]
    growing = [_growing(one, other) for one, other in zip(splits, following, strict=True)]
    if any(places is None for places in growing) or not any(growing):
        return None
    places = [found or [] for found in growing]
    count = 2
    while _continues(body, splits, places, parts, start + count * period, count):
        count += 1
    base = next(int(split[found[0]]) for split, found in zip(splits, places, strict=True) if found)
    lines = tuple(
        line._replace(name=_numbered(split, found, base)) if found else line
        for line, split, found in zip(body, splits, places, strict=True)
    )
    return Loop(base, base + count, lines)


def _alike(line: Line, other: Part) -> bool:
    return isinstance(other, Line) and other._replace(name=line.name) == line


def _split(name: Name) -> _Split:
    return _DIGITS.split(name) if isinstance(name, str) else []


def _growing(one: _Split, other: _Split) -> list[int] | None:
    """Where a number grows by one from name to name; None where they differ otherwise."""
    if len(one) != len(other):
        return None
    places = []
    for k, (text, then) in enumerate(zip(one, other, strict=True)):
        if text != then:
            if k % 2 == 0 or str(int(text) + 1) != then or str(int(text)) != text:
                return None
            places.append(k)
    return places


def _continues(
    body: list[Line],
    splits: list[_Split],
    places: list[list[int]],
    parts: Sequence[Part],
    start: int,
    count: int,
) -> bool:
    """Whether the statements from `start` are the body once more, its numbers `count` higher."""
    after = parts[start : start + len(body)]
    if len(after) < len(body) or not all(map(_alike, body, after)):
        return False
    for line, split, found in zip(after, splits, places, strict=True):
        wanted = [str(int(t) + count) if k in found else t for k, t in enumerate(split)]
        if not isinstance(line, Line) or (split and "".join(wanted) != line.name):
            return False
    return True


def _numbered(split: _Split, places: list[int], base: int) -> Numbered:
    """The name with each growing number as its distance from the loop's variable."""
    parts: list[str | int] = []
    for k, text in enumerate(split):
        if k in places:
            parts.append(int(text) - base)
        elif parts and isinstance(parts[-1], str):
            parts[-1] += text
        elif text:
            parts.append(text)
    return Numbered(tuple(parts))
