"""YAML text into a positioned tree.

PyYAML's composer recurses (50 000 brackets crash the interpreter) and expands aliases, so the tree
is built from the event stream, in a loop with a stack of our own.

Reference:
    YAML 1.2.2, https://yaml.org/spec/1.2.2/
"""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from yaml.error import YAMLError
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from cnncalc.errors import Diagnostic, SpecError
from cnncalc.source.limits import (
    MAX_DEPTH,
    MAX_KEYS,
    MAX_NODES,
    TOO_DEEP,
    TOO_MANY,
    TOO_MANY_KEYS,
)
from cnncalc.source.printable import quoted
from cnncalc.source.reader import EMPTY, check_text
from cnncalc.source.scalars import LONE_SURROGATE, has_surrogate, resolve
from cnncalc.source.syntax import syntax_error
from cnncalc.source.text import Source
from cnncalc.source.tree import Mapping, Node, Scalar, Sequence, Value

try:
    from yaml._yaml import CParser as Parser
except ImportError:  # PyYAML without libyaml: the same events, 16 times slower
    from yaml import SafeLoader as Parser  # type: ignore[assignment]

_STARTS = frozenset({SequenceStartEvent, MappingStartEvent})
_ENDS = frozenset({SequenceEndEvent, MappingEndEvent})
# A key counts twice. Halves say so without asking, for everything in a map, whether it is a key: a
# key and its value count three times.
_IN_A_LIST, _IN_A_MAP = 2, 3
# Specs repeat `filters` and `3` thousands of times: knowing them saves time, and memory by sharing.
_MOST_KNOWN = 4096
_BLANK = " \t\r\n\x85\u2028\u2029"


def parse(source: Source) -> Node:
    """Build the positioned tree of a document.

    Raises:
        SpecError: The text is not one YAML document, or it uses what a spec may not (tags,
            directives, anchors, aliases, merge keys, duplicate keys, keys that are no strings), or
            it exceeds a limit.
    """
    check_text(source)
    _check_no_tag_directive(source)
    try:
        with _gc_paused():
            return _tree(source)
    except (YAMLError, ValueError, OverflowError) as error:
        # The pure parser leaves escapes such as "\UFFFFFFFF" to chr(), hence the last two.
        raise syntax_error(source, error) from None
    except MemoryError:
        raise SpecError(
            Diagnostic("not enough memory to read this; shorten it", 1, 1, source.name)
        ) from None


def _tree(source: Source) -> Node:
    siblings: list[Node] = []  # what the innermost open collection holds so far, keys included
    parents: list[tuple[list[Node], int, int]] = []  # per open collection: siblings, weight, start
    weight = _IN_A_LIST
    halves, most_halves = 0, 2 * MAX_NODES
    known: dict[str, Value] = {}
    event: Any  # PyYAML's types call all marks optional
    for event in iter(Parser(source.text).get_event, None):
        kind = type(event)
        if kind is ScalarEvent:  # two million times, so no call that can be spared
            halves += weight
            if halves > most_halves:
                raise source.error(event.start_mark.index, TOO_MANY)
            if event.anchor is not None or event.tag is not None:
                raise _decorated(source, event)
            node = Scalar()
            node.start = start = event.start_mark.index
            node.length = event.end_mark.index - start
            text = event.value
            if text in known and not event.style:
                node.plain = True
                node.value = known[text]
            elif event.style:
                node.plain = False
                node.value = text
                if event.style in "|>":
                    node.length = _length_of_block(source, node)
                    halves += weight  # it counts twice: this takes as long as the event
                if not text.isascii() and has_surrogate(text):  # libyaml refuses the escape of one
                    raise source.error(start, LONE_SURROGATE)
            else:
                node.plain = True
                try:
                    node.value = value = resolve(text)
                except ValueError as error:
                    raise source.error(start, str(error)) from None
                if not text:
                    node.start = _place_of_nothing(source, start, siblings)
                elif len(known) < _MOST_KNOWN:
                    known[text] = value
                else:
                    halves += weight  # it counts twice: this takes as long as the event
            siblings.append(node)
        elif kind in _STARTS:
            # Twice, as it takes two events, and events take time.
            halves += weight + 2
            if halves > most_halves:
                raise source.error(event.start_mark.index, TOO_MANY)
            if event.anchor is not None or event.tag is not None:
                raise _decorated(source, event)
            if len(parents) == MAX_DEPTH:
                raise source.error(event.start_mark.index, TOO_DEEP)
            parents.append((siblings, weight, event.start_mark.index))
            siblings = []
            weight = _IN_A_MAP if kind is MappingStartEvent else _IN_A_LIST
        elif kind in _ENDS:
            children = siblings
            siblings, weight, start = parents.pop()
            siblings.append(_collection(source, event, children, start))
        elif kind is AliasEvent:
            raise _decorated(source, event)
        elif kind is DocumentStartEvent:
            _check_document(source, event, siblings)
    if not siblings or siblings[0].start == siblings[0].end:
        raise source.error(0, EMPTY)
    return siblings[0]


def _place_of_nothing(source: Source, offset: int, before: list[Node]) -> int:
    """Where a value is missing: after its indicator, else after what stands before it."""
    if before and source.text[offset - 1] not in ":-?":
        return before[-1].end  # as in "? key": libyaml puts it before what follows
    return offset


def _length_of_block(source: Source, node: Scalar) -> int:
    """The length of a block scalar: the blank lines after it are not part of it."""
    return len(source.text[node.start : node.end].rstrip(_BLANK))


def _collection(source: Source, event: Any, children: list[Node], start: int) -> Sequence | Mapping:
    end = event.end_mark.index
    if end == event.start_mark.index:
        # No bracket closes a block: libyaml notices its end where the next thing starts.
        end = children[-1].end
    if isinstance(event, SequenceEndEvent):
        return Sequence(children, start, end)
    return Mapping(_entries(source, children), start, end)


def _entries(source: Source, children: list[Node]) -> list[tuple[Scalar, Node]]:
    if len(children) > 2 * MAX_KEYS:
        raise source.error(children[2 * MAX_KEYS].start, TOO_MANY_KEYS)
    entries: list[tuple[Scalar, Node]] = []
    names = set()
    nodes = iter(children)
    for key in nodes:
        if not isinstance(key, Scalar) or not isinstance(key.value, str):
            raise source.error(key.start, _not_a_string(source, key))
        name = key.value
        if name == "<<" and key.plain:
            raise source.error(key.start, "merge keys (<<) are not allowed; write the entries out")
        if name in names:
            raise source.error(key.start, _duplicate(source, name, entries))
        names.add(name)
        entries.append((key, next(nodes)))
    return entries


def _duplicate(source: Source, name: str, entries: list[tuple[Scalar, Node]]) -> str:
    first = next(key for key, _ in entries if key.value == name)
    line, column = source.position(first.start)
    return (
        f"duplicate key {quoted(name)}: it is on line {line}, column {column} already;"
        " keep one of the two"
    )


def _not_a_string(source: Source, key: Node) -> str:
    if not isinstance(key, Scalar):
        kind = "list" if isinstance(key, Sequence) else "map"
        return f"a {kind} cannot be a key; write a name"
    text = source.text[key.start : key.end]
    if not text:
        return "a key is missing here; write a name before the colon"
    return f"the key {text} is not a string; quote it: '{text}'"


def _decorated(source: Source, event: Any) -> SpecError:
    """What to say about a node with a tag or an anchor, or about an alias."""
    start = event.start_mark.index
    if event.anchor is None:
        return source.error(start, "tags (!) are not allowed; remove it, or quote the text")
    name = quoted(event.anchor)
    if isinstance(event, AliasEvent):
        return source.error(start, f"aliases are not allowed ({name}); write the value out")
    return source.error(
        start, f"anchors are not allowed ({name}); remove it, and use `vars` or `blocks` to share"
    )


def _check_document(source: Source, event: Any, before: list[Node]) -> None:
    start = event.start_mark.index
    if before:
        raise source.error(start, "a second document starts here; a file holds one spec, remove it")
    if event.version not in (None, (1, 2)):
        raise source.error(start, "specs are read as YAML 1.2; remove this %YAML directive")


def _check_no_tag_directive(source: Source) -> None:
    """Keep these from libyaml, which compares each with all before: a MiB of them takes hours."""
    if "%TAG" in source.text:
        for directive in re.finditer("(?:^|[\n\r\x85\u2028\u2029])(%TAG)", source.text):
            raise source.error(directive.start(1), "%TAG directives are not allowed; remove it")


@contextmanager
def _gc_paused() -> Iterator[None]:
    """Spare the cyclic collector a tree that has no cycles: it makes building one superlinear."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
