"""From what is written behind an op to values: flow words, and the validated layer."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from cnncalc.layers.base import Layer
from cnncalc.spec.entry import Arguments, Entry
from cnncalc.spec.problems import BAD_VALUE, NAME, Problems, show
from cnncalc.spec.scope import (
    BadSubstitution,
    Channels,
    ChannelsUnknown,
    Scope,
    evaluate,
    has_substitution,
    no_channels,
)
from cnncalc.spec.validation import explain


class ArgumentReader:
    """Evaluates and validates; what is wrong is noted, and the answer is None."""

    def __init__(self, problems: Problems) -> None:
        self._problems = problems
        self._constants: dict[tuple[int, bool], Layer] = {}
        self._layers: dict[str, Layer] = {}

    def flow(self, entry: Entry, word: str, values: Scope, kind: type, allowed: str) -> Any:
        """The value of a flow word; None where it is absent, too."""
        node = entry.flow.get(word)
        if node is None:
            return None
        try:
            value = evaluate(node, values, no_channels)
        except BadSubstitution as error:
            self.report(error, f"{word}: ")
            return None
        if type(value) is not kind:
            self._problems.add(BAD_VALUE, node, f"{word} must be {allowed}, not {show(value)}")
            return None
        return value

    def name(self, entry: Entry, word: str, values: Scope) -> str | None:
        """The value of a flow word that names a layer."""
        value = self.flow(entry, word, values, str, "a text")
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

    def report(self, error: BadSubstitution, prefix: str) -> None:
        """Note a substitution that cannot be evaluated."""
        code = NAME if error.undefined else BAD_VALUE
        self._problems.add(code, error.span, prefix + error.message)

    def evaluable(self, arguments: Arguments, values: Scope) -> dict[str, Any]:
        """Those arguments that can be evaluated, for a layer that as a whole cannot."""
        found = {}
        for field, (_, node) in arguments.items():
            try:
                found[field] = evaluate(node, values, no_channels)
            except BadSubstitution:
                continue
        return found

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
        if key in self._constants:
            return self._constants[key]
        found: dict[str, Any] = {}
        try:
            for field, (_, node) in arguments.items():
                found[field] = evaluate(node, values, channels)
        except BadSubstitution as error:
            self.report(error, f"{entry.op}: ")
            return None
        except ChannelsUnknown:
            return None
        layer = self._validated(entry, arguments, found, name)
        if layer is not None and not any(has_substitution(node) for _, node in arguments.values()):
            self._constants[key] = layer
        return layer

    def _validated(
        self, entry: Entry, arguments: Arguments, values: dict[str, Any], name: str
    ) -> Layer | None:
        key = f"{entry.op}{values!r}"
        if key in self._layers:
            return self._layers[key]
        assert entry.layer_type is not None
        try:
            layer = self._layers[key] = entry.layer_type.model_validate(values)
        except ValidationError as error:
            for field, message in explain(entry.op, error):
                where = arguments[field][1] if field in arguments else entry.head
                self._problems.add(BAD_VALUE, where, message, layer=name)
            return None
        return layer
