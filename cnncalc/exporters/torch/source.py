"""The text of the generated file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from cnncalc.exporters.code import layout
from cnncalc.exporters.code.functions import CHANNELS
from cnncalc.exporters.code.layout import Atom, Call, Expression, Group, Keyword
from cnncalc.exporters.code.steps import REQUIRED, Required
from cnncalc.exporters.code.templates import Constant, Function, Hole, If, Line, Part, Use
from cnncalc.exporters.expressible import known
from cnncalc.exporters.torch import helpers
from cnncalc.exporters.torch.classes import source_of
from cnncalc.exporters.torch.making import KERNEL, TRAINABLE
from cnncalc.exporters.torch.plan import Plan
from cnncalc.exporters.torch.statements import Program
from cnncalc.ir.shapes import Sizes

_STEP = 4
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]*", re.ASCII)


def source(plan: Plan, program: Program) -> str:
    """The whole file."""
    network = program.network
    assert network is not None
    own = [source_of(made) for made in sorted(plan.functions()) if "." not in made]
    made = [_class(block, f"The block {_shown(block)}.") for block in program.blocks]
    classes = [*own, *made, _class(network, _docstring(plan, program))]
    tables = helpers.tables(plan, program.renamed)
    functions = helpers.sources(plan, program.renamed)
    text = "\n\n\n".join([*classes, tables, *functions])
    if "set_trainable(" in text:
        text = f"{helpers.SET_TRAINABLE}\n\n\n{text}"
    if plan.kernels.constants:
        text = f"{helpers.WITH_KERNEL}\n\n\n{text}"
    return f"{_head(network.name, text)}\n{_kernels(plan)}\n{text}\n"


def _head(name: str, text: str) -> str:
    lines = [f'"""{name} for PyTorch, channels first, written by cnncalc."""\n']
    if "OrderedDict(" in text:
        lines.append("from collections import OrderedDict\n")
    lines.append("import numpy as np\nimport torch")
    if re.search(r"\bF\.", text):
        lines.append("import torch.nn.functional as F")
    return "\n".join([*lines, "from torch import nn\n"])


def _kernels(plan: Plan) -> str:
    """The kernels that the document writes out; empty without any."""
    constants = plan.kernels.constants.items()
    lines = [layout.statement(f"{name} = ", values, 0) for name, values in constants]
    return "\n".join(["# Kernels that the network begins with.", *lines, "", ""]) if lines else ""


def _shown(block: Function) -> str:
    return block.block if _WORD.fullmatch(block.block) else block.name


def _docstring(plan: Plan, program: Program) -> str:
    frozen = f", {plan.n_frozen:,} of them frozen" if plan.n_frozen else ""
    moments = f" and {plan.n_statistics:,} statistics" if plan.n_statistics else ""
    graph = plan.facts.network.graph
    inputs = [known(node.lowered.output) for node in graph.nodes[: graph.n_inputs]]
    outputs = [known(graph.shape_of(index)) for index in dict.fromkeys(graph.outputs)]
    assert program.network is not None
    return (
        f"The network {program.network.name}.\n\n"
        f"    It has {plan.n_params:,} parameters{frozen}{moments}.\n"
        f"    Input: {_shapes(inputs)}. Output: {_shapes(outputs)}.\n    "
    )


def _shapes(shapes: list[Sizes]) -> str:
    turned = [("N", shape[-1], *shape[:-1]) for shape in shapes]
    return ", ".join(f"({', '.join(map(str, shape))})" for shape in turned)


# -- classes ---------------------------------------------------------------------------------------


def _class(function: Function, docstring: str) -> str:
    chain = _chain(function)
    base = "nn.Module" if chain is None else "nn.Sequential"
    lines = [f"class {function.name}({base}):", f'    """{docstring}"""', ""]
    parameters = [
        parameter.name
        if isinstance(parameter.default, Required)
        else f"{parameter.name}={layout.flat(layout.value(parameter.default))}"
        for parameter in function.parameters
    ]
    channels = [CHANNELS] if function.uses_channels else []
    header = layout.header("__init__", ("self", *channels, *parameters), _STEP)
    lines.append(header)
    if chain is not None:
        named = tuple(Keyword(str(line.name), _make(line)) for line in chain)
        stack = Call(Atom("OrderedDict"), named)
        lines.append(layout.statement("layers = ", stack, 2 * _STEP))
        return "\n".join([*lines, "        super().__init__(layers)"])
    lines.append("        super().__init__()")
    flags = _flags(function)
    lines += [f"        self.{flag} = {parameter}" for parameter, flag in flags.items()]
    lines += _making(function.body)
    return "\n".join([*lines, "", *_forward(function, flags)])


def _chain(function: Function) -> list[Line] | None:
    """The layers of what is nothing but one layer after the other; None for all else."""
    lines: list[Line] = []
    variable = function.inputs[0]
    for part in function.body:
        is_layer = isinstance(part, Line) and part.kind in ("layer", "function")
        if not isinstance(part, Line) or not is_layer or part.inputs != (variable,):
            return None
        lines.append(part)
        variable = part.target
    is_chain = len(function.inputs) == 1 and variable == function.result and lines
    return lines if is_chain else None


def _flags(function: Function) -> dict[str, str]:
    """By the parameters on which layers depend the attributes that keep them."""
    attributes = {str(line.name) for line in _lines(function.body)}
    flags = {}
    for part in function.body:
        if isinstance(part, If) and part.parameter not in flags:
            name = part.parameter
            while name in attributes:
                name = f"has_{name}"
            flags[part.parameter] = name
            attributes.add(name)
    return flags


def _lines(parts: Iterable[Part]) -> Iterator[Line]:
    for part in parts:
        if isinstance(part, Line):
            yield part
        else:
            yield from _lines(part.body)


def _making(parts: Iterable[Part], indent: int = 2 * _STEP) -> Iterator[str]:
    before: Part | None = None
    for part in parts:
        if isinstance(part, If):
            body = list(_making(part.body, indent + _STEP))
            if body:
                yield f"{' ' * indent}{_test(part, before, part.parameter)}"
                yield from body
                before = part
        elif isinstance(part, Line):
            if part.kind in ("layer", "function"):
                yield layout.statement(f"self.{part.name} = ", _make(part), indent)
                before = part


def _test(part: If, before: Part | None, name: str) -> str:
    opposite = If(part.parameter, not part.is_negated, ())
    if isinstance(before, If) and before._replace(body=()) == opposite:
        return "else:"
    return f"if not {name}:" if part.is_negated else f"if {name}:"


def _forward(function: Function, flags: dict[str, str]) -> Iterator[str]:
    yield layout.header("forward", ("self", *function.inputs), _STEP)
    last = function.body[-1] if function.body else None
    if isinstance(last, Line) and last.kind != "copy" and last.target == function.result:
        yield from _applying(function.body[:-1], flags)
        yield _statement("return ", last, 2 * _STEP)
    else:
        yield from _applying(function.body, flags)
        yield f"        return {function.result}"


def _applying(
    parts: Iterable[Part], flags: dict[str, str], indent: int = 2 * _STEP
) -> Iterator[str]:
    before: Part | None = None
    for part in parts:
        if isinstance(part, If):
            yield f"{' ' * indent}{_test(part, before, f'self.{flags[part.parameter]}')}"
            yield from _applying(part.body, flags, indent + _STEP)
        elif isinstance(part, Line):
            yield _statement(f"{part.target} = ", part, indent)
        before = part


# -- expressions -----------------------------------------------------------------------------------


def _statement(prefix: str, line: Line, indent: int) -> str:
    inputs = tuple(map(Atom, line.inputs))
    match line.kind:
        case "copy":
            return layout.statement(prefix, inputs[0], indent)
        case "layer" | "function":
            return layout.statement(prefix, Call(Atom(f"self.{line.name}"), inputs), indent)
        case _ if line.function.startswith("torch.cat("):
            dim = Keyword("dim", Atom(line.function[len("torch.cat(") : -1]))
            call = Call(Atom("torch.cat"), (Group(inputs), dim))
            return layout.statement(prefix, call, indent)
        case _ if line.function.startswith(("self.", "torch.")):
            return layout.statement(prefix, Call(Atom(line.function), inputs), indent)
        case _:
            return _operation(prefix, line.function.format(*line.inputs), indent)


def _operation(prefix: str, text: str, indent: int) -> str:
    flat = f"{' ' * indent}{prefix}{text}"
    if len(flat) <= layout.WIDTH:
        return flat
    return f"{' ' * indent}{prefix}(\n{' ' * (indent + _STEP)}{text}\n{' ' * indent})"


def _make(line: Line) -> Expression:
    holes = [hole for hole in line.arguments if not _is_default(hole)]
    call = Call(
        Atom(line.function),
        tuple(
            _value(hole.value) if hole.positional else Keyword(hole.name, _value(hole.value))
            for hole in holes
            if hole.name not in (TRAINABLE, KERNEL)
        ),
    )
    for hole in holes:
        if hole.name == KERNEL:
            call = Call(Atom("with_kernel"), (call, _value(hole.value)))
    trainable = [hole for hole in holes if hole.name == TRAINABLE]
    if not trainable:
        return call
    return Call(Atom("set_trainable"), (call, _value(trainable[0].value)))


def _is_default(hole: Hole) -> bool:
    if hole.default is REQUIRED:
        return False
    return isinstance(hole.value, Constant) and repr(hole.value.value) == repr(hole.default)


def _value(value: Constant | Use) -> Expression:
    match value:
        case Constant(constant):
            return layout.value(constant)
        case Use(parameter, factor, divisor):
            if factor != 1:
                return Atom(f"{factor} * {parameter}")
            return Atom(f"{parameter} // {divisor}" if divisor != 1 else parameter)
