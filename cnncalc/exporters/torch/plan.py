"""What becomes of every layer: its modules, and who makes those that are shared."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

import numpy as np

from cnncalc.analysis.facts import NetworkFacts
from cnncalc.exporters.code.scopes import reachable
from cnncalc.exporters.code.steps import Argument
from cnncalc.exporters.expressible import Inexpressible, Reason, refuse
from cnncalc.exporters.kernels import Kernels
from cnncalc.exporters.torch.emit import emit_layer
from cnncalc.exporters.torch.making import KERNEL, Emission, Making
from cnncalc.exporters.written import Array
from cnncalc.ir.graph import Node


@dataclass
class Plan:
    """What becomes of every layer that an output depends on.

    Attributes:
        facts: The network.
        order: The layers, by index, in order.
        makings: The modules and expressions of each.
        makers: By the layer whose weights are shared the layer that makes their modules.
        kernels: Those that the document writes out.
        n_params: Parameters, every one once.
        n_frozen: Those that training does not change.
        n_statistics: Running statistics.
    """

    facts: NetworkFacts
    order: list[int]
    makings: dict[int, list[Making]] = field(default_factory=dict)
    makers: dict[int, int] = field(default_factory=dict)
    kernels: Kernels = field(default_factory=Kernels)
    n_params: int = 0
    n_frozen: int = 0
    n_statistics: int = 0

    def owner_of(self, node: Node) -> Node:
        """The layer whose weights a layer has: itself, unless it shares another's."""
        nodes = self.facts.network.graph.nodes
        while node.shares is not None:
            node = nodes[node.shares]
        return node

    def maker_of(self, node: Node) -> int:
        """The layer that makes the modules with weights of this one."""
        return self.makers[self.owner_of(node).index]

    def functions(self) -> set[str]:
        """What makes the modules: `nn.Linear`, and so on."""
        everything = (making for makings in self.makings.values() for making in makings)
        return {making.function for making in everything if making.is_module}


def plan_of(facts: NetworkFacts) -> Plan:
    """Decide what every layer becomes.

    Raises:
        UsageError: PyTorch cannot express some of them; the message lists all.
    """
    graph = facts.network.graph
    plan = Plan(facts, reachable(graph))
    reasons = []
    for index in plan.order:
        node = graph.nodes[index]
        emission = Emission(node)
        try:
            emit_layer(emission)
        except Inexpressible as error:
            reasons.append(Reason(node.name, str(error)))
        plan.makings[index] = emission.makings
        maker = plan.makers.setdefault(plan.owner_of(node).index, index)
        if maker == index:
            _count(plan, node)
        elif _weighted(plan, maker) != _weighted(plan, index):
            reasons.append(Reason(node.name, "it shares weights but needs another module for them"))
    if reasons:
        refuse("PyTorch", reasons)
    for index in plan.makers.values():
        _write_kernel(plan, graph.nodes[index])
    return plan


def _weighted(plan: Plan, index: int) -> list[tuple[object, ...]]:
    makings = plan.makings[index]
    return [(making.function, making.arguments) for making in makings if making.weights]


def _write_kernel(plan: Plan, node: Node) -> None:
    """Let a layer whose kernel the document writes out begin with it."""
    owner = plan.owner_of(node)
    for k, making in enumerate(plan.makings[node.index]):
        if "kernel" in making.weights.values():
            arrange = partial(_arranged, making)
            constant = plan.kernels.of(plan.facts, owner, (making.function,), arrange)
            if constant is None:
                return
            arguments = (*making.arguments, Argument(KERNEL, constant))
            plan.makings[node.index][k] = making._replace(arguments=arguments)


def _arranged(making: Making, kernel: Array) -> Array:
    """A kernel as a module has it: one of PyTorch's own has the channels first."""
    if "weight" not in making.weights:
        return kernel
    order = (0, 1) if making.function.startswith("nn.ConvTranspose") else (1, 0)
    return np.moveaxis(kernel, (-2, -1), order)


def _count(plan: Plan, node: Node) -> None:
    figures = plan.facts.layer(node.name).figures
    plan.n_params += figures.n_params or 0
    plan.n_frozen += (figures.n_params or 0) - (figures.n_trainable_params or 0)
    plan.n_statistics += figures.n_statistics or 0
