"""The statements of the generated file: blocks as functions, and the network."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from cnncalc.exporters.code.functions import Body, merge
from cnncalc.exporters.code.identifiers import Identifiers, snake_case
from cnncalc.exporters.code.loops import fold
from cnncalc.exporters.code.scopes import Scope, scopes_of
from cnncalc.exporters.code.steps import Argument, Step
from cnncalc.exporters.code.templates import Constant, Function, Hole, Line, Part
from cnncalc.exporters.code.variables import MAIN, Item, Placed, landmark, place
from cnncalc.exporters.expressible import known
from cnncalc.exporters.keras.plan import Plan, safe
from cnncalc.ir.graph import Node

_NUMBER = re.compile(r"_[0-9]+$")
_VARIABLES = {MAIN, "gate", "branch", "shortcut", "inputs", "channels", "name", "i", "layer"}
_RESERVED = frozenset(
    {"build_model", "load_weights", "save_weights", "assign_weights", "weights_of"}
    | {"keras", "layers", "ops", "np"}
)


@dataclass
class Program:
    """What the generated file computes.

    Attributes:
        functions: The blocks, inner ones first.
        body: The statements of the network.
        inputs: Variable of every input, by index.
        outputs: Variables of the outputs.
        is_chain: Whether it is nothing but one layer after the other.
    """

    functions: list[Function] = field(default_factory=list)
    body: tuple[Part, ...] = ()
    inputs: dict[int, str] = field(default_factory=dict)
    outputs: tuple[str, ...] = ()
    is_chain: bool = False


def program_of(plan: Plan) -> Program:
    """The functions and statements that build a network."""
    return _Writer(plan).run()


class _Writer:
    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._nodes = plan.facts.network.graph.nodes
        self._root = scopes_of(plan.facts)
        self._program = Program()
        self._calls: dict[tuple[str, ...], tuple[str, tuple[Argument, ...]]] = {}
        self._taken = Identifiers(_RESERVED)
        self._bases: set[str] = set()
        self._makers: dict[str, str] = {}  # variables of layers that are used more than once

    def run(self) -> Program:
        blocks: dict[str, list[Scope]] = {}
        for scope in self._root.calls():
            blocks.setdefault(scope.block, []).append(scope)
        self._bases = {_function_name(block) for block in blocks}
        for block in sorted(blocks, key=lambda name: max(map(_height, blocks[name]))):
            self._block(block, blocks[block])
        self._network()
        return self._program

    # -- blocks ----------------------------------------------------------------------------------

    def _block(self, block: str, scopes: list[Scope]) -> None:
        bodies = [self._body(scope) for scope in scopes]
        groups: dict[object, list[int]] = {}
        for number, body in enumerate(bodies):
            groups.setdefault((body.inputs, body.result), []).append(number)
        for group in groups.values():
            if not self._function(block, scopes, bodies, group):
                alike: dict[object, list[int]] = {}
                for number in group:
                    steps = bodies[number].steps
                    alike.setdefault(tuple(map(_skeleton, steps)), []).append(number)
                for numbers in alike.values():
                    self._function(block, scopes, bodies, numbers)

    def _function(
        self, block: str, scopes: list[Scope], bodies: list[Body], group: list[int]
    ) -> bool:
        merged = merge(block, _function_name(block), [bodies[number] for number in group])
        if merged is None:
            return False
        name = self._taken.unique(_function_name(block))
        function = merged.function._replace(name=name, body=fold(merged.function.body))
        self._program.functions.append(function)
        for number, arguments in zip(group, merged.arguments, strict=True):
            self._calls[scopes[number].path] = (name, arguments)
        return True

    def _body(self, scope: Scope) -> Body:
        names = [MAIN, *(f"{MAIN}_{k}" for k in range(2, len(scope.inputs) + 1))]
        entering = dict(zip(scope.inputs, names, strict=True))
        steps, variables = self._steps(scope, entering, (scope.output,), frozenset(names[1:]))
        prefix = safe(".".join(scope.path))
        relative = tuple(step._replace(name=step.name.removeprefix(prefix)) for step in steps)
        channels = known(self._nodes[scope.inputs[0]].lowered.output)[-1]
        return Body(relative, tuple(names), variables[scope.output], channels)

    # -- the network -----------------------------------------------------------------------------

    def _network(self) -> None:
        graph, program = self._plan.facts.network.graph, self._program
        outputs = tuple(dict.fromkeys(graph.outputs))
        identifiers = Identifiers(_RESERVED | self._bases | {MAIN})
        for index in self._plan.inputs:
            base = "inputs" if graph.n_inputs == 1 else self._variable(self._nodes[index].name)
            program.inputs[index] = identifiers.unique(base)
        fixed = frozenset({*program.inputs.values(), *_RESERVED})
        for maker in self._plan.makers.values():
            for name in self._plan.names[maker]:
                self._makers[name] = identifiers.unique(self._variable(f"{name}_layer"))
        fixed |= frozenset(self._makers.values())
        steps, variables = self._steps(self._root, program.inputs, outputs, fixed)
        program.body = fold([_line(step) for step in steps])
        program.outputs = tuple(variables[index] for index in outputs)
        program.is_chain = self._is_chain()
        if program.is_chain:
            program.body = tuple(_line(step) for step in steps)

    def _is_chain(self) -> bool:
        order, graph = self._plan.order, self._plan.facts.network.graph
        before = [0, *order[:-1]]
        pairs = zip(before, order, strict=True)
        return (
            graph.n_inputs == 1
            and bool(order)
            and graph.outputs == (order[-1],)
            and not self._program.functions
            and not self._plan.makers
            and all(self._nodes[index].inputs == (source,) for source, index in pairs)
        )

    def _variable(self, name: str) -> str:
        """An identifier for a variable, none that a function has."""
        word = snake_case(name)
        base = _NUMBER.sub("", word)
        taken = base in self._bases or word in _RESERVED or base in _VARIABLES
        return f"{word}_output" if taken else word

    # -- statements of either --------------------------------------------------------------------

    def _steps(
        self,
        scope: Scope,
        entering: dict[int, str],
        outputs: tuple[int, ...],
        fixed: frozenset[str],
    ) -> tuple[list[Step], dict[int, str]]:
        items = [self._item(item) for item in scope.items]
        placed, variables = place(items, entering, outputs, fixed)
        steps: list[Step] = []
        for item, where in zip(scope.items, placed, strict=True):
            if where.kept:
                steps.append(Step("copy", where.kept, inputs=(where.target,)))
            if isinstance(item, Scope):
                function, arguments = self._calls[item.path]
                name = safe(".".join(item.path))
                call = Step("function", where.target, function, arguments, where.inputs, name=name)
                steps.append(call)
            else:
                steps += self._layer(self._nodes[item], where)
        return steps, variables

    def _item(self, item: int | Scope) -> Item:
        if isinstance(item, Scope):
            named = landmark(item.path[-1], item.block)
            return Item(item.output, item.inputs, landmark=named and self._variable(named))
        node = self._nodes[item]
        makings = self._plan.makings[item]
        written = getattr(type(node.layer), "op", node.op)
        local = node.name[len(".".join(node.scope)) :].lstrip(".") if node.scope else node.name
        named = landmark(local, node.op) and landmark(local, written)
        merges = ""
        if getattr(node.layer, "path_fields", ()):
            merges = "residual" if written == "residual" else node.op
        busy = any(k >= 0 for making in makings[1:] for k in making.inputs)
        return Item(item, node.inputs, merges, named and self._variable(named), busy)

    def _layer(self, node: Node, where: Placed) -> list[Step]:
        steps = []
        names = self._plan.names[node.index]
        is_maker = self._plan.maker_of(node) == node.index
        for making, name in zip(self._plan.makings[node.index], names, strict=True):
            inputs = tuple(where.target if k < 0 else where.inputs[k] for k in making.inputs)
            if making.weights and name in self._makers:
                variable = self._makers[name]
                if is_maker:
                    steps.append(
                        Step("make", variable, making.function, making.arguments, name=name)
                    )
                steps.append(Step("apply", where.target, variable, inputs=inputs))
            else:
                steps.append(
                    Step(
                        "layer",
                        where.target,
                        making.function,
                        making.arguments,
                        inputs,
                        making.as_list,
                        name,
                    )
                )
        return steps


def _function_name(block: str) -> str:
    name = snake_case(block)
    return f"{name}_block" if _NUMBER.sub("", name) in _VARIABLES else name


def _height(scope: Scope) -> int:
    return 1 + max((_height(item) for item in scope.items if isinstance(item, Scope)), default=0)


def _skeleton(step: Step) -> object:
    shape = tuple(argument.name for argument in step.arguments)
    return (step.kind, step.target, step.function, shape, step.inputs, step.as_list)


def _line(step: Step) -> Line:
    holes = tuple(
        Hole(argument.name, Constant(argument.value), argument.default, argument.positional)
        for argument in step.arguments
    )
    return Line(step.kind, step.target, step.function, holes, step.inputs, step.as_list, step.name)
