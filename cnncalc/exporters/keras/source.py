"""The text of the generated file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from cnncalc.exporters.code import layout
from cnncalc.exporters.code.functions import CHANNELS
from cnncalc.exporters.code.layout import Atom, Call, Expression, Group, Keyword
from cnncalc.exporters.code.literals import quoted
from cnncalc.exporters.code.steps import Required
from cnncalc.exporters.code.templates import (
    Constant,
    Function,
    Hole,
    If,
    Line,
    Loop,
    Numbered,
    Part,
    Use,
)
from cnncalc.exporters.expressible import known
from cnncalc.exporters.keras import helpers
from cnncalc.exporters.keras.classes import source_of
from cnncalc.exporters.keras.plan import SEPARATOR, Plan, plain
from cnncalc.exporters.keras.statements import Program

_STEP = 4
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]*", re.ASCII)


def source(plan: Plan, program: Program) -> str:
    """The whole file."""
    name = plain(plan.facts.name or "network").replace(".", "_")
    used = {making.function for index in plan.order for making in plan.makings[index]}
    classes = [source_of(made) for made in sorted(used) if "." not in made]
    body = [
        *classes,
        *(_function(function) for function in program.functions),
        _chain(plan, program, name) if program.is_chain else _model(plan, program, name),
        *helpers.sources(plan, used),
    ]
    text = "\n\n\n".join(body)
    imports = "import keras\nimport numpy as np\nfrom keras import layers, ops"
    what = f"The network {name}" if plan.facts.name else "A network"
    head = f'"""{what} for Keras 3, written by cnncalc."""\n\n{imports}\n'
    tables = "\n".join(table for table in (_kernels(plan), helpers.names(plan)) if table)
    return f"{head}\n{tables}\n\n{text}\n" if tables else f"{head}\n\n{text}\n"


def _kernels(plan: Plan) -> str:
    """The kernels that the document writes out, as initializers; empty without any."""
    lines = [
        layout.statement(f"{name} = ", Call(Atom("keras.initializers.Constant"), (values,)), 0)
        for name, values in plan.kernels.constants.items()
    ]
    return "\n".join(["# Kernels that the network begins with.", *lines, ""]) if lines else ""


def _docstring(plan: Plan, name: str) -> list[str]:
    frozen = f", {plan.n_frozen:,} of them frozen" if plan.n_frozen else ""
    moments = f" and {plan.n_statistics:,} statistics" if plan.n_statistics else ""
    return [
        f'    """Build {name}.',
        "",
        f"    It has {plan.n_params:,} parameters{frozen}{moments}.",
        '    """',
    ]


def _input(plan: Plan, index: int) -> Expression:
    shape = known(plan.facts.network.graph.nodes[index].lowered.output)
    name = Keyword("name", Atom(quoted(plan.inputs[index])))
    return Call(Atom("keras.Input"), (layout.value(shape), name))


def _chain(plan: Plan, program: Program, name: str) -> str:
    made = [_make(line) for line in program.body if isinstance(line, Line)]
    stack = Group((_input(plan, 0), *made))
    model = Call(Atom("keras.Sequential"), (stack, Keyword("name", Atom(quoted(name)))))
    lines = ["def build_model():", *_docstring(plan, name)]
    return "\n".join([*lines, layout.statement("return ", model, _STEP)])


def _model(plan: Plan, program: Program, name: str) -> str:
    lines = ["def build_model():", *_docstring(plan, name)]
    for index, variable in program.inputs.items():
        lines.append(layout.statement(f"{variable} = ", _input(plan, index), _STEP))
    lines += _parts(program.body, _STEP)
    ends = [_variables(list(program.inputs.values())), _variables(list(program.outputs))]
    model = Call(Atom("keras.Model"), (*ends, Keyword("name", Atom(quoted(name)))))
    return "\n".join([*lines, layout.statement("return ", model, _STEP)])


def _variables(names: list[str]) -> Expression:
    return Atom(names[0]) if len(names) == 1 else Group(tuple(map(Atom, names)))


def _function(function: Function) -> str:
    block = function.block if _WORD.fullmatch(function.block) else function.name
    shown = [
        parameter.name
        if isinstance(parameter.default, Required)
        else f"{parameter.name}={layout.flat(layout.value(parameter.default))}"
        for parameter in function.parameters
    ]
    lines = [layout.header(function.name, (*function.inputs, *shown, "*", "name"))]
    lines.append(f'    """The block {block}."""')
    if function.uses_channels:
        lines.append(f"    {CHANNELS} = {function.inputs[0]}.shape[-1]")
    *before, last = function.body
    if isinstance(last, Line) and last.kind != "copy" and last.target == function.result:
        lines += _parts(before, _STEP)
        lines.append(layout.statement("return ", _expression(last), _STEP))
    else:
        lines += [*_parts(function.body, _STEP), f"    return {function.result}"]
    return "\n".join(lines)


def _parts(parts: Iterable[Part], indent: int) -> Iterator[str]:
    before: Part | None = None
    for part in parts:
        match part:
            case Line():
                yield layout.statement(f"{part.target} = ", _expression(part), indent)
            case If(parameter, is_negated, body):
                opposite = If(parameter, not is_negated, ())
                is_else = isinstance(before, If) and before._replace(body=()) == opposite
                test = f"if not {parameter}:" if is_negated else f"if {parameter}:"
                yield " " * indent + ("else:" if is_else else test)
                yield from _parts(body, indent + _STEP)
            case Loop(start, stop, body):
                yield f"{' ' * indent}for i in range({start}, {stop}):"
                yield from _parts(body, indent + _STEP)
        before = part


def _expression(line: Line) -> Expression:
    inputs = tuple(map(Atom, line.inputs))
    match line.kind:
        case "copy":
            return inputs[0]
        case "apply":
            return Call(Atom(line.function), inputs)
        case "make":
            return _make(line)
        case "layer":
            given = (Group(inputs),) if line.as_list else inputs
            return Call(_make(line), given)
        case "function":
            return _make(line, inputs)


def _make(line: Line, inputs: tuple[Expression, ...] = ()) -> Call:
    holes = [hole for hole in line.arguments if not _is_default(hole)]
    given = [
        _value(hole.value) if hole.positional else Keyword(hole.name, _value(hole.value))
        for hole in holes
    ]
    return Call(Atom(line.function), (*inputs, *given, Keyword("name", _name(line))))


def _is_default(hole: Hole) -> bool:
    return isinstance(hole.value, Constant) and repr(hole.value.value) == repr(hole.default)


def _value(value: Constant | Use) -> Expression:
    match value:
        case Constant(constant):
            return layout.value(constant)
        case Use(parameter, factor, divisor):
            if factor != 1:
                return Atom(f"{factor} * {parameter}")
            return Atom(f"{parameter} // {divisor}" if divisor != 1 else parameter)


def _name(line: Line) -> Expression:
    match line.name:
        case Use(parameter):
            return Atom(f'f"{{name}}{{{parameter}}}"')
        case Numbered(parts):
            return Atom(f'f"{"".join(map(_part, _with_own(parts)))}"')
        case text if text.startswith(SEPARATOR):
            return Atom(f'f"{{name}}{text}"')
        case text:
            return Atom(quoted(text))


def _with_own(parts: tuple[str | int, ...]) -> tuple[str | int, ...]:
    first = parts[0]
    return ("{name}", *parts) if isinstance(first, str) and first.startswith(SEPARATOR) else parts


def _part(part: str | int) -> str:
    if isinstance(part, str):
        return part
    if part == 0:
        return "{i}"
    return f"{{i + {part}}}" if part > 0 else f"{{i - {-part}}}"
