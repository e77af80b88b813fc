"""Fixes: what a rule wants changed, and the text edits that do it.

A rule speaks of layers and arguments; `resolve` turns that into edits of the source, which leave
every byte outside of them alone. What cannot be edited without guessing has no edits: a value that
an expression, a default or `first` supplies, or a network that has no source.
"""

from __future__ import annotations

import re
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple, TypeAlias, assert_never

from cnncalc.analysis.facts import LayerFacts
from cnncalc.layers import find
from cnncalc.source import Mapping, Node, Scalar, Sequence, Source, Span
from cnncalc.spec.scope import has_substitution, is_substitution


class SetArgument(NamedTuple):
    """Give an argument a value, in YAML, whether or not it stands there now."""

    layer: LayerFacts
    argument: str
    value: str


class RemoveArgument(NamedTuple):
    """Take an argument out, so that its default holds."""

    layer: LayerFacts
    argument: str


class RemoveLayer(NamedTuple):
    """Take a layer out of its list."""

    layer: LayerFacts


class ReplaceLayer(NamedTuple):
    """Put another entry, in YAML, in the place of a layer."""

    layer: LayerFacts
    entry: str


class InsertBefore(NamedTuple):
    """Put an entry, in YAML, before a layer."""

    layer: LayerFacts
    entry: str


class InsertAfter(NamedTuple):
    """Put an entry, in YAML, after a layer."""

    layer: LayerFacts
    entry: str


class ReplaceText(NamedTuple):
    """Put a text in the place of a span of the source: for rules about the document."""

    span: Span
    text: str


Change: TypeAlias = (
    SetArgument
    | RemoveArgument
    | RemoveLayer
    | ReplaceLayer
    | InsertBefore
    | InsertAfter
    | ReplaceText
)


class Fix(NamedTuple):
    """A way to mend what a rule found.

    Attributes:
        title: What it does, as an imperative: `drop the bias`.
        changes: The changes, all or none of which are made.
        is_safe: Whether it keeps every shape and the function that is computed.
    """

    title: str
    changes: tuple[Change, ...]
    is_safe: bool = False


class Edit(NamedTuple):
    """Text to put in the place of a span of the source."""

    span: Span
    text: str


class ResolvedFix(NamedTuple):
    """A fix of which the edits are known.

    Attributes:
        title: What it does, as an imperative.
        is_safe: Whether it keeps every shape and the function that is computed.
        edits: The edits, in order and without overlap.
    """

    title: str
    is_safe: bool
    edits: tuple[Edit, ...]


class Resolver:
    """Turns fixes into edits of one source."""

    def __init__(self, source: Source, root: Node) -> None:
        self._source = source
        self._root = root

    def resolve(self, fix: Fix) -> ResolvedFix | None:
        """The fix with its edits; None when one of them cannot be made."""
        edits: list[Edit] = []
        for change in fix.changes:
            edit = self._edit(change)
            if edit is None:
                return None
            edits.append(edit)
        edits.sort()
        if any(a.span.end > b.span.start for a, b in pairwise(edits)):
            return None
        return ResolvedFix(fix.title, fix.is_safe, tuple(edits))

    def _edit(self, change: Change) -> Edit | None:
        if isinstance(change, ReplaceText):
            return Edit(change.span, change.text)
        place = change.layer.node.place
        if not isinstance(place, (Scalar, Mapping)):
            return None
        item = self._items.get(id(place))
        if item is None:
            return None
        siblings, index = item
        match change:
            case SetArgument(argument=argument, value=value):
                return _set_argument(change.layer, place, argument, value, self._source)
            case RemoveArgument(argument=argument):
                return _remove_argument(change.layer, place, argument, self._source)
            case ReplaceLayer(entry=entry):
                return Edit(place.span, entry)
            case RemoveLayer():
                return _remove_item(place, siblings, index, self._source)
            case InsertBefore(entry=entry):
                return _insert(place, entry, siblings, self._source, after=False)
            case InsertAfter(entry=entry):
                return _insert(place, entry, siblings, self._source, after=True)
            case _:
                assert_never(change)

    @cached_property
    def _items(self) -> dict[int, tuple[Sequence, int]]:
        """The list that every item of the document stands in, and where, by its identity."""
        found: dict[int, tuple[Sequence, int]] = {}
        stack: list[Node] = [self._root]
        while stack:
            match stack.pop():
                case Sequence(items) as sequence:
                    found.update((id(item), (sequence, k)) for k, item in enumerate(items))
                    stack.extend(items)
                case Mapping(entries):
                    stack.extend(value for _, value in entries)
                case Scalar():
                    pass
        return found


def apply(edits: list[Edit] | tuple[Edit, ...], text: str) -> str:
    """The text with the edits made; they are in order and do not overlap."""
    parts = []
    position = 0
    for edit in edits:
        parts += [text[position : edit.span.start], edit.text]
        position = edit.span.end
    return "".join([*parts, text[position:]])


def _arguments(place: Scalar | Mapping) -> Node | None:
    return place.entries[0][1] if isinstance(place, Mapping) else None


def _key(layer: LayerFacts, arguments: Mapping, argument: str) -> tuple[Scalar, Node] | None:
    """The key that an argument is written under, in any of its spellings, and its value."""
    layer_type = find(layer.op)
    for key, value in arguments.entries:
        word = str(key.value)
        if word == argument or (layer_type and layer_type.canonical(word) == argument):
            return key, value
    return None


def _set_argument(
    layer: LayerFacts, place: Scalar | Mapping, argument: str, value: str, source: Source
) -> Edit | None:
    arguments = _arguments(place)
    layer_type = find(layer.op)
    if arguments is None or (isinstance(arguments, Scalar) and arguments.value is None):
        head = place if isinstance(place, Scalar) else place.entries[0][0]
        text = source.text[head.start : head.end]
        return Edit(place.span, f"{text}: {{{argument}: {value}}}")
    if not isinstance(arguments, Mapping):
        if layer_type is None or layer_type.main is None:
            return None
        if argument == layer_type.main:
            return None if has_substitution(arguments) else Edit(arguments.span, value)
        main = source.text[arguments.start : arguments.end]
        return Edit(arguments.span, f"{{{layer_type.main}: {main}, {argument}: {value}}}")
    known = _key(layer, arguments, argument)
    if known is not None:
        return None if has_substitution(known[1]) else Edit(known[1].span, value)
    return _add_entry(arguments, f"{argument}: {value}", source)


def _add_entry(mapping: Mapping, entry: str, source: Source) -> Edit | None:
    """Add a key to a map, in its own style."""
    if _is_flow(mapping, source):
        if not mapping.entries:
            return Edit(mapping.span, f"{{{entry}}}")
        end = mapping.entries[-1][1].end or mapping.entries[-1][0].end
        return Edit(Span(end, end), f", {entry}")
    last_key, last = mapping.entries[-1]
    end = max(last.end, last_key.end + 1)
    indent = " " * (source.position(mapping.entries[0][0].start)[1] - 1)
    return Edit(Span(end, end), f"\n{indent}{entry}")


def _remove_argument(
    layer: LayerFacts, place: Scalar | Mapping, argument: str, source: Source
) -> Edit | None:
    arguments = _arguments(place)
    if not isinstance(arguments, Mapping):
        return None
    known = _key(layer, arguments, argument)
    if known is None or is_substitution(known[1]):
        return None
    spans = [Span(key.start, max(value.end, key.end)) for key, value in arguments.entries]
    index = spans.index(Span(known[0].start, max(known[1].end, known[0].end)))
    if len(spans) == 1:
        assert isinstance(place, Mapping)
        head = place.entries[0][0]
        return Edit(place.span, source.text[head.start : head.end])
    if _is_flow(arguments, source):
        return Edit(_with_comma(spans, index), "")
    return Edit(_whole_lines(spans[index], source), "")


def _with_comma(spans: list[Span], index: int) -> Span:
    """An item of a flow collection with the comma that separates it."""
    if index:
        return Span(spans[index - 1].end, spans[index].end)
    return Span(spans[0].start, spans[1].start)


def _whole_lines(span: Span, source: Source) -> Span:
    """The lines that a span stands on, from the first character to the last line end."""
    start = source.text.rfind("\n", 0, span.start) + 1
    end = source.text.find("\n", span.end)
    return Span(start, len(source.text) if end < 0 else end + 1)


def _is_flow(node: Node, source: Source) -> bool:
    return source.text[node.start : node.start + 1] in ("{", "[")


def _remove_item(place: Node, siblings: Sequence, index: int, source: Source) -> Edit | None:
    if len(siblings.items) < 2:
        return None
    if _is_flow(siblings, source):
        first = max(0, index - 1)  # of two neighbours, as the list may be long
        spans = [item.span for item in siblings.items[first : first + 2]]
        return Edit(_with_comma(spans, index - first), "")
    lines = _whole_lines(place.span, source)
    if re.fullmatch(r"\s*-\s+", source.text[lines.start : place.start]) is None:
        return None  # something else begins on its line
    return Edit(lines, "")


def _insert(
    place: Node, entry: str, siblings: Sequence, source: Source, *, after: bool
) -> Edit | None:
    if _is_flow(siblings, source):
        at = place.end if after else place.start
        return Edit(Span(at, at), f", {entry}" if after else f"{entry}, ")
    lines = _whole_lines(place.span, source)
    dash = source.text.rfind("-", lines.start, place.start)
    if dash < 0 or source.text[lines.start : dash].strip():
        return None
    line = f"{source.text[lines.start : dash]}- {entry}\n"
    if not after:
        return Edit(Span(lines.start, lines.start), line)
    missing = "" if source.text[lines.end - 1 : lines.end] == "\n" else "\n"
    return Edit(Span(lines.end, lines.end), missing + line)
