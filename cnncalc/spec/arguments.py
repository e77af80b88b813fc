"""From what is written behind an op to values: flow words, and the validated layer."""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

from pydantic import ValidationError

from cnncalc.layers.base import Layer
from cnncalc.source import Node
from cnncalc.spec.document import Document
from cnncalc.spec.entry import Arguments, Entry
from cnncalc.spec.problems import BAD_VALUE, show
from cnncalc.spec.scope import (
    BadSubstitution,
    Channels,
    ChannelsUnknown,
    Scope,
    evaluate,
    no_channels,
)
from cnncalc.spec.validation import explain

Faults: TypeAlias = tuple[tuple[Node, str], ...]  # what is wrong with arguments, and where


class _Known(NamedTuple):
    """What the arguments of an entry came to, last time.

    Attributes:
        values: Where the names in them were looked up; None if there are none.
    """

    layer: Layer | None
    faults: Faults
    values: Scope | None


class _Asked:
    """Answers as `channels` does, and remembers whether it was asked."""

    def __init__(self, channels: Channels) -> None:
        self._channels = channels
        self.ever = False

    def __call__(self) -> int | None:
        self.ever = True
        return self._channels()


class ArgumentReader:
    """Evaluates and validates; what is wrong is noted, and the answer is None."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._problems = document.problems
        self._known: dict[tuple[int, bool], _Known] = {}
        self._layers: dict[str, Layer] = {}

    def flow(self, entry: Entry, word: str, values: Scope, kind: type, allowed: str) -> Any:
        """The value of a flow word; None where it is absent, too."""
        node = entry.flow.get(word)
        if node is None:
            return None
        try:
            value = evaluate(node, values, no_channels)
        except BadSubstitution as error:
            self._problems.substitution(error, word)
            return None
        if type(value) is not kind:
            self._problems.add(BAD_VALUE, node, f"{word} must be {allowed}, not {show(value)}")
            return None
        return value

    def name(self, entry: Entry, word: str, values: Scope) -> str | None:
        """The value of a flow word that names a layer."""
        one = "the name of one layer, a text"
        value = self.flow(entry, word, values, str, "a text" if word == "name" else one)
        if value == "":
            self._problems.add(BAD_VALUE, entry.flow[word], f"{word} must not be empty")
        return value or None

    def count(self, entry: Entry, values: Scope) -> int | None:
        """The number of copies, 1 without `repeat`; None where it is wrong."""
        if "repeat" not in entry.flow:
            return 1
        allowed = "an integer from 0"
        count: int | None = self.flow(entry, "repeat", values, int, allowed)
        if count is not None and count < 0:
            message = f"repeat must be {allowed}, not {show(count)}"
            self._problems.add(BAD_VALUE, entry.flow["repeat"], message)
            return None
        return count

    def evaluable(self, entry: Entry, arguments: Arguments, values: Scope) -> dict[str, Any]:
        """Those arguments that can be evaluated, for a layer that as a whole cannot."""
        found = {}
        for field, (_, node) in arguments.items():
            try:
                found[field] = evaluate(node, self._scope(entry, node, values), no_channels)
            except BadSubstitution:
                continue
        return found

    def match(self, entry: Entry, arguments: Arguments, values: Scope, layer: Layer) -> bool:
        """Whether these arguments alone, with nothing left to defaults, are those of a layer."""
        found = self.evaluable(entry, arguments, values)
        return self._validated(entry, arguments, found)[0] == layer

    def _scope(self, entry: Entry, node: Node, values: Scope) -> Scope:
        """Where the names in an argument are looked up: those in `defaults` know no block."""
        return self._document.scope if id(node) in entry.defaults else values

    def layer(
        self,
        entry: Entry,
        arguments: Arguments,
        values: Scope,
        channels: Channels,
        name: str,
        *,
        is_first: bool = False,
    ) -> Layer | None:
        """The validated layer; equal ones are one object."""
        key = (id(entry.node), is_first and bool(entry.first))
        known = self._known.get(key)
        if known is not None and (known.values is None or known.values is values):
            self._note(known.faults, name)
            return known.layer
        found: dict[str, Any] = {}
        asked = _Asked(channels)
        n_before = values.variables.n_evaluated
        for field, (_, node) in arguments.items():
            try:
                found[field] = evaluate(node, self._scope(entry, node, values), asked)
            except BadSubstitution as error:
                self._problems.substitution(error, entry.op)
            except ChannelsUnknown:
                pass
        if len(found) < len(arguments):
            return None
        layer, faults = self._validated(entry, arguments, found)
        self._note(faults, name)
        if not asked.ever:
            varies = values.variables.n_evaluated > n_before
            self._known[key] = _Known(layer, faults, values if varies else None)
        return layer

    def _validated(
        self, entry: Entry, arguments: Arguments, values: dict[str, Any]
    ) -> tuple[Layer | None, Faults]:
        key = f"{entry.op}{values!r}"
        if key in self._layers:
            return self._layers[key], ()
        assert entry.layer_type is not None
        try:
            layer = self._layers[key] = entry.layer_type.model_validate(values)
        except ValidationError as error:
            return None, tuple(
                (arguments[field][1] if field in arguments else entry.head, message)
                for field, message in explain(entry.op, error, entry.layer_type)
            )
        return layer, ()

    def _note(self, faults: Faults, name: str) -> None:
        for where, message in faults:
            self._problems.add(BAD_VALUE, where, message, layer=name)
