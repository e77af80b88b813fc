"""The calls of a block as a function: what differs between them becomes its parameters."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from cnncalc.exporters.code.alignment import Column, align
from cnncalc.exporters.code.identifiers import Identifiers, snake_case
from cnncalc.exporters.code.literals import Value
from cnncalc.exporters.code.steps import REQUIRED, Argument, Required, Step
from cnncalc.exporters.code.templates import (
    Constant,
    Function,
    Hole,
    If,
    Line,
    Name,
    Parameter,
    Part,
    Use,
)

CHANNELS = "channels"
_RANK = re.compile(r"[123]D")
_ESSENTIAL = ("filters", "units", "in_channels")  # numbers that every call should show
_RELATED = (*_ESSENTIAL, "groups", "start", "stop")  # numbers that may follow from another


class Body(NamedTuple):
    """What one call of a block computes.

    Attributes:
        steps: Its statements; the call's own name is left out at the beginning of
            those of layers.
        inputs: Variables of what it reads.
        result: Variable of what it gives.
        channels: Channels of the first of what it reads.
    """

    steps: tuple[Step, ...]
    inputs: tuple[str, ...]
    result: str
    channels: int


class Merged(NamedTuple):
    """A function, and the arguments with which it does what each call does."""

    function: Function
    arguments: list[tuple[Argument, ...]]


def merge(block: str, name: str, calls: Sequence[Body]) -> Merged | None:
    """One function for all calls of a block; None if they have too little in common.

    Args:
        block: Name of the block.
        name: Name of the function.
        calls: Its calls, each with the statements that it stands for.
    """
    if len({(call.inputs, call.result) for call in calls}) > 1:
        return None
    columns = align([call.steps for call in calls])
    longest = max(len(call.steps) for call in calls)
    if len(columns) > max(1.5 * longest, longest + 1):
        return None
    return _Merging(block, name, calls, columns).run()


def _same(one: Value, other: Value) -> bool:
    return repr(one) == repr(other)  # 1 is neither 1.0 nor True


class _Growing:
    """A parameter while its values in the calls are being found."""

    def __init__(self, name: str, values: dict[int, Value]) -> None:
        self.name = name
        self.values = values
        self.guards = False
        self.is_flag = False

    def takes(self, values: dict[int, Value]) -> bool:
        return all(
            call not in self.values or _same(self.values[call], value)
            for call, value in values.items()
        ) and any(call in self.values for call in values)

    def ratio(self, values: dict[int, Value]) -> Use | None:
        """How all the values follow from this parameter by one whole factor or divisor."""
        pairs = []
        for call, value in values.items():
            own = self.values.get(call)
            if type(own) is not int or type(value) is not int or not own or not value:
                return None
            pairs.append((own, value))
        own, value = pairs[0]
        if value % own == 0 and all(v == value // own * o for o, v in pairs):
            return Use(self.name, factor=value // own)
        if own % value == 0 and all(o == own // value * v for o, v in pairs):
            return Use(self.name, divisor=own // value)
        return None


class _Merging:
    def __init__(self, block: str, name: str, calls: Sequence[Body], columns: list[Column]) -> None:
        self._block = block
        self._name = name
        self._calls = calls
        self._columns = columns
        variables = {step.target for column in columns for step in column.values()}
        reserved = {*variables, *calls[0].inputs, CHANNELS, "name", "i", name}
        reserved |= {"keras", "layers", "ops", "np", "torch", "nn"}
        reserved |= {s.function for c in columns for s in c.values() if s.kind == "function"}
        self._identifiers = Identifiers(frozenset(reserved))
        channels: dict[int, Value] = {n: call.channels for n, call in enumerate(calls)}
        self._channels = _Growing(CHANNELS, channels)
        self._uses_channels = False
        self._parameters: list[_Growing] = []
        self._flags: dict[frozenset[int], _Growing] = {}

    def run(self) -> Merged:
        lines = [self._line(column) for column in self._columns]
        body = self._guarded(lines)
        # what switches statements on comes last
        growing = sorted(self._parameters, key=lambda one: one.guards or one.is_flag)
        parameters = [self._parameter(one) for one in growing]
        order = sorted(parameters, key=lambda one: one.default is not REQUIRED)
        function = Function(
            self._name,
            self._block,
            self._calls[0].inputs,
            tuple(order),
            body,
            self._calls[0].result,
            self._uses_channels,
        )
        return Merged(function, [self._arguments(n, order) for n in range(len(self._calls))])

    # -- statements ------------------------------------------------------------------------------

    def _line(self, column: Column) -> Line:
        first = next(iter(column.values()))
        is_inner = first.kind == "function" and len(column) < len(self._calls)
        prefix = f"{first.function}_" if is_inner else ""
        holes = tuple(
            Hole(
                argument.name,
                self._value(
                    argument.name,
                    {n: step.arguments[k].value for n, step in column.items()},
                    prefix,
                ),
                argument.default,
                argument.positional,
            )
            for k, argument in enumerate(first.arguments)
        )
        names: dict[int, Value] = {n: step.name for n, step in column.items()}
        name: Name = first.name
        if len(set(names.values())) > 1:
            found = self._value(f"{_kind(first)}_name", names)
            name = found if isinstance(found, Use) else first.name
        return Line(
            first.kind, first.target, first.function, holes, first.inputs, first.as_list, name
        )

    def _value(self, name: str, values: dict[int, Value], prefix: str = "") -> Constant | Use:
        first = next(iter(values.values()))
        if all(_same(first, value) for value in values.values()):
            return Constant(first)
        for growing in self._parameters:
            if growing.takes(values):
                growing.values.update(values)
                return Use(growing.name)
        if name in _RELATED:
            for growing in (self._channels, *self._parameters):
                use = growing.ratio(values)
                if use is not None:
                    self._uses_channels |= growing is self._channels
                    return use
        growing = _Growing(self._identifiers.unique(prefix + name), dict(values))
        self._parameters.append(growing)
        return Use(growing.name)

    # -- what only some calls have ---------------------------------------------------------------

    def _guarded(self, lines: list[Line]) -> tuple[Part, ...]:
        everywhere = frozenset(range(len(self._calls)))
        parts: list[Part] = []
        start = 0
        while start < len(lines):
            having = frozenset(self._columns[start])
            stop = start + 1
            if having == everywhere:
                parts.append(lines[start])
            else:
                while stop < len(lines) and frozenset(self._columns[stop]) == having:
                    stop += 1
                flag, is_negated = self._flag(having, everywhere, lines, start, stop)
                parts.append(If(flag, is_negated, tuple(lines[start:stop])))
            start = stop
        return tuple(parts)

    def _flag(
        self,
        having: frozenset[int],
        everywhere: frozenset[int],
        lines: list[Line],
        start: int,
        stop: int,
    ) -> tuple[str, bool]:
        if having in self._flags:
            return self._flags[having].name, False
        if everywhere - having in self._flags:
            other = self._flags[everywhere - having]
            if not other.guards:
                return other.name, True
        flag = self._guarding(having, lines, start, stop)
        if flag is None:
            first = lines[start]
            name = "project" if first.target.startswith("shortcut") else f"with_{_kind(first)}"
            values: dict[int, Value] = {call: call in having for call in everywhere}
            flag = _Growing(self._identifiers.unique(name), values)
            flag.is_flag = True
            self._parameters.append(flag)
        self._flags[having] = flag
        return flag.name, False

    def _guarding(
        self, having: frozenset[int], lines: list[Line], start: int, stop: int
    ) -> _Growing | None:
        """A parameter that these lines alone need, and that is true whenever it is given."""
        outside = {use.parameter for line in (*lines[:start], *lines[stop:]) for use in _uses(line)}
        for growing in self._parameters:
            used = any(use.parameter == growing.name for use in _uses_of(lines[start:stop]))
            whole = growing.values.keys() == having and all(growing.values.values())
            if used and whole and growing.name not in outside and not growing.guards:
                growing.guards = True
                return growing
        return None

    # -- parameters ------------------------------------------------------------------------------

    def _parameter(self, growing: _Growing) -> Parameter:
        values = growing.values
        if growing.guards:
            return Parameter(growing.name, None)
        counts = Counter(map(repr, values.values()))
        common, count = counts.most_common(1)[0]
        if len(values) == len(self._calls):
            is_essential = growing.name.startswith(_ESSENTIAL)
            if is_essential or 2 * count <= len(values):
                return Parameter(growing.name)
        default = next(value for value in values.values() if repr(value) == common)
        return Parameter(growing.name, default)

    def _arguments(self, call: int, order: list[Parameter]) -> tuple[Argument, ...]:
        values = {growing.name: growing.values for growing in self._parameters}
        found = []
        for k, (name, default) in enumerate(order):
            if call in values[name]:
                value = values[name][call]
            else:
                assert not isinstance(default, Required)  # where calls lack a value there is one
                value = default
            found.append(Argument(name, value, default, k == 0 and default is REQUIRED))
        return tuple(found)


def _kind(step: Step | Line) -> str:
    """What a statement does, in a word for the name of a parameter."""
    made = _RANK.sub("", step.function.rpartition(".")[2])
    return snake_case("padding" if made.endswith("Padding") else made)


def _uses(line: Line) -> list[Use]:
    found = [hole.value for hole in line.arguments if isinstance(hole.value, Use)]
    return [*found, line.name] if isinstance(line.name, Use) else found


def _uses_of(lines: Sequence[Line]) -> list[Use]:
    return [use for line in lines for use in _uses(line)]
