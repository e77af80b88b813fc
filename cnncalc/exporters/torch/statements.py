"""The statements of the generated file: blocks as modules, and the network."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from cnncalc.exporters.code.alignment import align
from cnncalc.exporters.code.functions import Body, merge
from cnncalc.exporters.code.identifiers import Identifiers
from cnncalc.exporters.code.scopes import Scope, scopes_of
from cnncalc.exporters.code.steps import Argument, Step
from cnncalc.exporters.code.templates import Constant, Function, Hole, Line
from cnncalc.exporters.code.variables import MAIN, Item, Placed, landmark, place
from cnncalc.exporters.expressible import known
from cnncalc.exporters.torch.attributes import Attributes, ClassNames
from cnncalc.exporters.torch.making import Making
from cnncalc.exporters.torch.plan import Plan
from cnncalc.ir.graph import Node

_RESERVED = frozenset({"self", "torch", "nn", "F", "np", "OrderedDict"})
_LONGEST = 16  # of a variable, so that a module applied to one fits into a line
_PATH = tuple[str, ...]


@dataclass
class Program:
    """What the generated file computes.

    Attributes:
        blocks: The blocks, inner ones first.
        network: The network; its parameters are none.
        outputs: Variables of the outputs.
        renamed: By the path of a module the layer that it is, where that has another name.
    """

    blocks: list[Function] = field(default_factory=list)
    network: Function | None = None
    outputs: tuple[str, ...] = ()
    renamed: dict[str, str] = field(default_factory=dict)


class _Ref(NamedTuple):
    """The attribute that a statement sets: a module of a layer, or a block call."""

    layer: str
    scope: Scope | None


def program_of(plan: Plan, taken: frozenset[str]) -> Program:
    """The classes that make up a network.

    Args:
        plan: The network.
        taken: Names that no class may have.
    """
    return _Writer(plan, taken).run()


class _Writer:
    def __init__(self, plan: Plan, taken: frozenset[str]) -> None:
        self._plan = plan
        self._nodes = plan.facts.network.graph.nodes
        self._program = Program()
        self._classes = ClassNames(_RESERVED | taken)
        self._calls: dict[_PATH, tuple[str, tuple[Argument, ...]]] = {}
        self._refs: dict[_PATH, list[tuple[str, _Ref]]] = {}
        self._made: dict[tuple[int, int], str] = {}  # attribute of each module with weights

    def run(self) -> Program:
        root = scopes_of(self._plan.facts)
        name = self._classes.unique(self._plan.facts.name or "Network")
        blocks: dict[str, list[Scope]] = {}
        for scope in root.calls():
            blocks.setdefault(scope.block, []).append(scope)
        for block in sorted(blocks, key=lambda name: max(map(_height, blocks[name]))):
            self._block(block, blocks[block])
        self._network(name, root)
        self._rename("", ())
        return self._program

    def _rename(self, before: str, scope: _PATH) -> None:
        for attribute, ref in self._refs[scope]:
            path = before + attribute
            if ref.scope is not None:
                self._rename(f"{path}.", ref.scope.path)
            elif path != ref.layer:
                self._program.renamed[path] = ref.layer

    # -- blocks ----------------------------------------------------------------------------------

    def _block(self, block: str, scopes: list[Scope]) -> None:
        bodies = [self._body(scope) for scope in scopes]
        groups: dict[object, list[int]] = {}
        for number, body in enumerate(bodies):
            groups.setdefault((body.inputs, body.result), []).append(number)
        for group in groups.values():
            if not self._class(block, scopes, bodies, group):
                alike: dict[object, list[int]] = {}
                for number in group:
                    steps = bodies[number].steps
                    alike.setdefault(tuple(map(_skeleton, steps)), []).append(number)
                for numbers in alike.values():
                    self._class(block, scopes, bodies, numbers)

    def _class(self, block: str, scopes: list[Scope], bodies: list[Body], group: list[int]) -> bool:
        renamed = _with_equal_names([bodies[number].steps for number in group])
        calls = [
            bodies[number]._replace(steps=steps)
            for number, steps in zip(group, renamed, strict=True)
        ]
        merged = merge(block, block, calls)
        if merged is None:
            return False
        function = merged.function
        function = function._replace(name=self._classes.unique(block))
        self._program.blocks.append(function)
        for number, call, arguments in zip(group, calls, merged.arguments, strict=True):
            path = scopes[number].path
            given = Argument("in_channels", call.channels, positional=True)
            shown = (given, *arguments) if function.uses_channels else arguments
            self._calls[path] = (function.name, shown)
            names = {
                old.name: new.name
                for old, new in zip(bodies[number].steps, call.steps, strict=True)
            }
            self._refs[path] = [(names[name], ref) for name, ref in self._refs[path]]
        return True

    def _body(self, scope: Scope) -> Body:
        names = [MAIN, *(f"{MAIN}_{k}" for k in range(2, len(scope.inputs) + 1))]
        entering = dict(zip(scope.inputs, names, strict=True))
        steps, variables = self._steps(scope, entering, (scope.output,), frozenset(names[1:]))
        channels = known(self._nodes[scope.inputs[0]].lowered.output)[-1]
        return Body(tuple(steps), tuple(names), variables[scope.output], channels)

    # -- the network -----------------------------------------------------------------------------

    def _network(self, name: str, root: Scope) -> None:
        graph = self._plan.facts.network.graph
        inputs = graph.nodes[: graph.n_inputs]
        outputs = tuple(dict.fromkeys(graph.outputs))
        identifiers = Identifiers(_RESERVED)
        names = (
            [MAIN]
            if len(inputs) == 1
            else [identifiers.unique(node.name[:_LONGEST]) for node in inputs]
        )
        entering = {node.index: variable for node, variable in zip(inputs, names, strict=True)}
        steps, variables = self._steps(root, entering, outputs, frozenset())
        lines = tuple(map(_line, steps))
        results = tuple(variables[index] for index in outputs)
        self._program.outputs = results
        result = ", ".join(results)
        self._program.network = Function(name, "", tuple(names), (), lines, result, False)

    # -- statements of either --------------------------------------------------------------------

    def _steps(
        self,
        scope: Scope,
        entering: dict[int, str],
        outputs: tuple[int, ...],
        fixed: frozenset[str],
    ) -> tuple[list[Step], dict[int, str]]:
        items = [self._item(item) for item in scope.items]
        placed, variables = place(items, entering, outputs, fixed | _RESERVED)
        names = self._attributes(scope)
        steps: list[Step] = []
        for item, where in zip(scope.items, placed, strict=True):
            if where.kept:
                steps.append(Step("copy", where.kept, inputs=(where.target,)))
            if isinstance(item, Scope):
                function, arguments = self._calls[item.path]
                name = names[item.path[-1], 0]
                call = Step("function", where.target, function, arguments, where.inputs, name=name)
                steps.append(call)
            else:
                steps += self._layer(self._nodes[item], where, names)
        return steps, variables

    def _attributes(self, scope: Scope) -> dict[tuple[str | int, int], str]:
        """An attribute for every block call and every module; names of layers come first."""
        attributes = Attributes()
        found: dict[tuple[str | int, int], str] = {}
        refs = self._refs[scope.path] = []
        own: dict[int, str] = {}
        for item in scope.items:
            if isinstance(item, Scope):
                found[item.path[-1], 0] = name = attributes.unique(item.path[-1])
                refs.append((name, _Ref("", item)))
            else:
                local = self._nodes[item].name[len(".".join(scope.path)) :]
                own[item] = attributes.unique(local.lstrip(".") if scope.path else local)
        for item, name in own.items():
            makings = self._plan.makings[item]
            node = self._nodes[item]
            for k, making in enumerate(makings):
                if not making.is_module:
                    continue
                if making.weights and self._plan.maker_of(node) != item:
                    continue
                given = name if k == _main(makings) else attributes.unique(f"{name}_{making.role}")
                found[item, k] = given
                if making.weights:
                    refs.append((given, _Ref(self._plan.owner_of(node).name, None)))
        return found

    def _item(self, item: int | Scope) -> Item:
        if isinstance(item, Scope):
            named = landmark(item.path[-1], item.block)[:_LONGEST]
            return Item(item.output, item.inputs, landmark=named)
        node = self._nodes[item]
        makings = self._plan.makings[item]
        written = getattr(type(node.layer), "op", node.op)
        local = node.name.rpartition(".")[2] if node.scope else node.name
        named = landmark(local, node.op) and landmark(local, written)
        merges = ""
        if getattr(node.layer, "path_fields", ()):
            merges = "residual" if written == "residual" else node.op
        busy = any(k >= 0 for making in makings[1:] for k in making.inputs)
        return Item(item, node.inputs, merges, named[:_LONGEST], busy)

    def _layer(
        self, node: Node, where: Placed, names: dict[tuple[str | int, int], str]
    ) -> list[Step]:
        steps = []
        maker = self._plan.maker_of(node)
        made = [k for k, making in enumerate(self._plan.makings[maker]) if making.weights]
        rank = 0
        for k, making in enumerate(self._plan.makings[node.index]):
            inputs = tuple(where.target if i < 0 else where.inputs[i] for i in making.inputs)
            if not making.is_module:
                steps.append(Step("apply", where.target, making.function, inputs=inputs))
            elif making.weights and maker != node.index:
                text = f"self.{self._made[maker, made[rank]]}"
                steps.append(Step("apply", where.target, text, inputs=inputs))
            else:
                name = self._made[node.index, k] = names[node.index, k]
                steps.append(
                    Step("layer", where.target, making.function, making.arguments, inputs, False,
                         name)
                )  # fmt: skip
            rank += bool(making.weights)
        return steps


def _main(makings: Sequence[Making]) -> int:
    """The module that has the layer's name: the first with weights, or that does not only pad."""
    modules = [k for k, making in enumerate(makings) if making.is_module]
    weighted = [k for k in modules if makings[k].weights]
    other = [k for k in modules if makings[k].role != "pad"]
    return (weighted or other or modules)[0]


def _with_equal_names(calls: list[tuple[Step, ...]]) -> list[tuple[Step, ...]]:
    """The same statements, with one name for what is one statement of a class."""
    attributes = Attributes()
    names: list[dict[str, str]] = [{} for _ in calls]
    for column in align(calls):
        given = Counter(step.name for step in column.values())
        wanted = given.most_common(1)[0][0]
        if wanted:
            name = attributes.unique(wanted)
            for number, step in column.items():
                names[number][step.name] = name
    return [
        tuple(step._replace(name=names[number].get(step.name, "")) for step in steps)
        for number, steps in enumerate(calls)
    ]


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
