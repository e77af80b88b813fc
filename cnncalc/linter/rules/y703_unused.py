"""Y703: a variable, a block, a parameter, a default or a suppression that nothing uses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import ClassVar

from cnncalc.analysis.facts import NetworkFacts
from cnncalc.linter.finding import Severity
from cnncalc.linter.fixes import Fix, ReplaceText
from cnncalc.linter.rule import Report, Rule
from cnncalc.source import Mapping, Node, Scalar, Sequence, Source, Span
from cnncalc.spec.document import Document
from cnncalc.spec.expressions import ExpressionError, parse_expression
from cnncalc.spec.problems import MOST_PROBLEMS, NAME, UNKNOWN_KEY, show

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_DEFINING = ("vars", "blocks", "variants", "defaults")
_MOST_PARSED = 100_000  # characters of expressions
_MOST_ENTRIES = 1000  # of a section in which unused ones are taken out


class Unused(Rule):
    """Something is defined and never used.

    What it does:
        Finds variables that no expression mentions, blocks that nothing calls, parameters that
        their block does not use, and defaults for an op that does not occur. An unused suppression
        comment is found, too.

    Why it matters:
        It misleads: whoever changes the variable expects the network to change. A parameter that is
        never used is mostly one that was forgotten where it should stand.

    Bad:
        ```yaml
        input: 784
        vars:
          width: 64
          depth: 2
        layers:
          - dense: {units: $width, activation: relu}
          - dense: 10
        ```

    Good:
        ```yaml
        input: 784
        vars:
          width: 64
        layers:
          - dense: {units: $width, activation: relu}
          - dense: 10
        ```

    When to ignore it:
        While the spec is being written. Silent where a name is unknown (Y701, Y702), because what
        seems unused may only be misspelled; a variable that a variant sets has no fix.

    References:
        The language reference of cnncalc.
    """

    code: ClassVar[str] = "Y703"
    name: ClassVar[str] = "unused"
    severity: ClassVar[Severity] = "info"

    def check(self, facts: NetworkFacts) -> Iterator[Report]:
        """One report per definition, of the first 1000."""
        return islice(self._unused(facts), MOST_PROBLEMS)

    def _unused(self, facts: NetworkFacts) -> Iterator[Report]:
        document, source = facts.network.document, facts.network.source
        if source is None or not any(map(document.section, _DEFINING)):
            return
        if any(problem.code in (NAME, UNKNOWN_KEY) for problem in facts.network.problems):
            return
        uses = _Uses(document)
        preset = _names_in_variants(document)
        for key in _keys(document.section("vars")):
            if key.value not in uses.names:
                fix = None if key.value in preset else _removal(document, source, "vars", key)
                yield _report(key, f"the variable {show(key.value)} is never used", fix)
        for key in _keys(document.section("blocks")):
            if key.value not in uses.words:
                fix = _removal(document, source, "blocks", key)
                yield _report(key, f"the block {show(key.value)} is never called", fix)
        for key in _keys(document.section("defaults")):
            if key.value not in uses.words:
                fix = _removal(document, source, "defaults", key)
                yield _report(key, f"these defaults are never used: no layer is a {key.value}", fix)
        yield from _parameters(document, uses)


def _report(key: Scalar, message: str, removal: Span | None) -> Report:
    fixes: tuple[Fix, ...] = ()
    if removal is not None:
        fixes = (Fix("remove it", (ReplaceText(removal, ""),), is_safe=True),)
    return Report(message, help="remove it", span=key.span, fixes=fixes)


def _parameters(document: Document, uses: _Uses) -> Iterator[Report]:
    for name, block in document.blocks.items():
        params = block.node.get("params") if isinstance(block.node, Mapping) else None
        for key in _keys(params):
            if key.value not in uses.inside[name]:
                message = f"block {name} never uses its parameter {show(key.value)}"
                help = f"write ${key.value} where it should count, or drop it here and in the calls"
                yield Report(message, help=help, span=key.span)


class _Uses:
    """What the layers, and all that they lead to, mention of what is defined.

    Attributes:
        words: Keys and texts: ops and blocks among them.
        names: Variables.
        inside: Names in every block, its parameters among them.
    """

    def __init__(self, document: Document) -> None:
        variables = {str(key.value): node for key, node in _entries(document.section("vars"))}
        params = {name for block in document.blocks.values() for name in block.params}
        called = {str(key.value) for key in _keys(document.section("blocks"))}
        defined = params.union(variables, called, document.defaults)
        sections = [
            node
            for key, node in document.root.entries
            if key.value not in _DEFINING and not str(key.value).startswith("x-")
        ]
        self.words, self.names = _mentions(sections, defined)
        for section in (document.defaults, document.variants):
            self._add(*_mentions([node for _, node in section.values()], defined))
        blocks = {name: _mentions([block.node], defined) for name, block in document.blocks.items()}
        self.inside = {name: names for name, (_, names) in blocks.items()}
        unfollowed = [(self.words.copy(), self.names.copy())]
        while unfollowed:
            words, names = unfollowed.pop()
            self._add(words, names)
            for name in [word for word in words if word in blocks]:
                inner, inside = blocks.pop(name)
                unfollowed.append((inner, inside - document.blocks[name].params.keys()))
            named = [name for name in names if name in variables]
            unfollowed += [_mentions([variables.pop(name)], defined) for name in named]

    def _add(self, words: set[str], names: set[str]) -> None:
        self.words |= words
        self.names |= names


def _mentions(nodes: list[Node], defined: set[str]) -> tuple[set[str], set[str]]:
    """What some trees mention of what is defined: in keys and texts, and in expressions."""
    words: set[str] = set()
    expressions: set[str] = set()
    stack = list(nodes)
    while stack:
        node = stack.pop()
        if isinstance(node, Scalar):  # there may be a million
            value = node.value
            if type(value) is str:
                if value in defined:
                    words.add(value)
                elif value[:1] == "$":
                    expressions.add(value)
        elif isinstance(node, Sequence):
            stack += node.items
        else:
            for entry in node.entries:
                stack += entry
    return words, _names(expressions) & defined


def _names(expressions: set[str]) -> set[str]:
    """The names in expressions; where these are many or wrong, functions count as names, too."""
    unparsed = expressions
    names: set[str] = set()
    if sum(map(len, expressions)) <= _MOST_PARSED:
        unparsed = set()
        for expression in expressions:
            try:
                names |= parse_expression(expression).names
            except ExpressionError:
                unparsed.add(expression)
    return names.union(_WORD.findall("\n".join(unparsed)))


def _entries(node: Node | None) -> list[tuple[Scalar, Node]]:
    return node.entries if isinstance(node, Mapping) else []


def _keys(node: Node | None) -> list[Scalar]:
    return [key for key, _ in _entries(node)]


def _names_in_variants(document: Document) -> set[object]:
    presets = [node for _, node in document.variants.values() if isinstance(node, Mapping)]
    return {key.value for preset in presets for key in _keys(preset.get("vars"))}


def _removal(document: Document, source: Source, section: str, key: Scalar) -> Span | None:
    """The text to take out with an entry of a section: all of the section for its last entry."""
    node, head = document.section(section), document.root.key(section)
    if isinstance(node, Mapping) and len(node.entries) > _MOST_ENTRIES:
        return None  # nobody wrote these by hand, and each looks at all of them
    if isinstance(node, Mapping) and len(node.entries) > 1:
        return _entry_span(node, key, source.text)
    return None if head is None else _entry_span(document.root, head, source.text)


def _entry_span(mapping: Mapping, key: Scalar, text: str) -> Span | None:
    """An entry of a map with what separates it from its neighbours."""
    spans = [Span(name.start, max(name.end + 1, node.end)) for name, node in mapping.entries]
    index = next(i for i, (name, _) in enumerate(mapping.entries) if name is key)
    span = spans[index]
    if text[mapping.start] == "{":
        if index:
            return Span(spans[index - 1].end, span.end)
        return Span(span.start, spans[1].start) if len(spans) > 1 else None
    start, end = text.rfind("\n", 0, span.start) + 1, text.find("\n", span.end)
    if text[start : span.start].strip(" "):
        return None
    return Span(start, len(text) if end < 0 else end + 1)
