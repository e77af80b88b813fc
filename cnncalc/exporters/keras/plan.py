"""What becomes of every layer: its Keras layers, their names, and where its arrays go."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import partial

from cnncalc.analysis.facts import NetworkFacts
from cnncalc.exporters.code.scopes import reachable
from cnncalc.exporters.code.steps import Argument
from cnncalc.exporters.expressible import Inexpressible, Reason, known, refuse
from cnncalc.exporters.keras.emit import emit_layer
from cnncalc.exporters.keras.making import Emission, Making
from cnncalc.exporters.kernels import Kernels
from cnncalc.exporters.naming import Names
from cnncalc.exporters.padding import fitting, is_none, is_same
from cnncalc.exporters.written import Array
from cnncalc.ir import primitives as p
from cnncalc.ir.graph import Node

# Keras refuses a slash, PyTorch a dot, and TensorFlow all that is not one of these.
SEPARATOR = ">"
_UNSAFE = re.compile(r"[^A-Za-z0-9_.-]", re.ASCII)
_DEPTHWISE = "layers.DepthwiseConv"
_NEVER_NEGATIVE = {"relu", "relu6", "sigmoid", "hard_sigmoid", "softmax", "softplus", "exponential"}


def safe(name: str) -> str:
    """A name that Keras takes with every backend: dots become `>`, all that is odd `_`."""
    return plain(name).replace(".", SEPARATOR)


def plain(name: str) -> str:
    """A name of ASCII letters, digits, dots, dashes and underscores."""
    word = _UNSAFE.sub("_", name)
    return word if word[:1].isalnum() else f"layer{word}"


@dataclass
class Plan:
    """What becomes of every layer that an output depends on.

    Attributes:
        facts: The network.
        order: The layers, by index, in order.
        makings: The Keras layers of each.
        names: Their names.
        main: Which of them has the shape of the layer, and its name.
        arrays: By `<Keras layer>.<variable>` the name of its array, where that is another.
        makers: By the layer whose weights are shared the layer that makes them.
        inputs: Names of the network's inputs in Keras.
        kernels: Those that the document writes out.
        n_params: Parameters, every one once.
        n_frozen: Those that training does not change.
        n_statistics: Running statistics.
    """

    facts: NetworkFacts
    order: list[int] = field(default_factory=list)
    makings: dict[int, list[Making]] = field(default_factory=dict)
    names: dict[int, list[str]] = field(default_factory=dict)
    main: dict[int, int] = field(default_factory=dict)
    arrays: dict[str, str] = field(default_factory=dict)
    makers: dict[int, int] = field(default_factory=dict)
    inputs: dict[int, str] = field(default_factory=dict)
    kernels: Kernels = field(default_factory=Kernels)
    n_params: int = 0
    n_frozen: int = 0
    n_statistics: int = 0

    def maker_of(self, node: Node) -> int:
        """The layer that makes the Keras layers of this one: itself, unless it shares."""
        root = node.index if node.shares is None else node.shares
        return self.makers.get(root, node.index)


def plan_of(facts: NetworkFacts, *, all_explicit: bool = False) -> Plan:
    """Decide what every layer becomes.

    Args:
        facts: The network.
        all_explicit: Whether to have every padding as a layer, also where Keras has a word for it,
            so that two spellings of one network become the same.

    Raises:
        UsageError: Keras cannot express some of them; the message lists all.
    """
    plan = Plan(facts, order=reachable(facts.network.graph))
    _emit_all(plan, all_explicit=all_explicit)
    _share(plan)
    _write_kernels(plan)
    _name_all(plan)
    _count(plan)
    return plan


def _emit_all(plan: Plan, *, all_explicit: bool) -> None:
    nodes = plan.facts.network.graph.nodes
    modes = {} if all_explicit else _modes([nodes[index] for index in plan.order])
    positive: dict[int, bool] = {}
    reasons = []
    for index in plan.order:
        node = nodes[index]
        comes = bool(node.inputs) and all(positive.get(source, False) for source in node.inputs)
        emission = Emission(node, modes.get(index, "explicit"), comes)
        try:
            emit_layer(emission)
        except Inexpressible as error:
            reasons.append(Reason(node.name, str(error)))
        plan.makings[index] = emission.makings
        positive[index] = _is_positive(node, comes)
    if reasons:
        refuse("Keras", reasons)


def _is_positive(node: Node, comes: bool) -> bool:
    """Whether a layer gives nothing below 0, given whether that is so of what it reads."""
    for primitive in node.lowered.primitives:
        match primitive:
            case p.Activation(function=function):
                comes = function in _NEVER_NEGATIVE or (comes and function == "tanh")
            case p.Merge(kind=kind):
                comes = comes and kind != "subtract"
            case (
                p.Pooling() | p.AdaptivePooling() | p.Maxout() | p.Reshape() | p.Permute()
                | p.ChannelShuffle() | p.DepthToSpace() | p.SpaceToDepth() | p.Pad() | p.Crop()
                | p.Slice() | p.Resize() | p.Dropout() | p.Identity()
            ):  # fmt: skip
                pass
            case _:
                comes = False
    return comes


def _modes(nodes: list[Node]) -> dict[int, str]:
    """How each window pads; alike in all copies of one entry, so that they can be one function."""
    groups: dict[int, list[Node]] = {}
    for node in nodes:
        if node.lowered.primitives and isinstance(
            node.lowered.primitives[0], p.Convolution | p.Pooling
        ):
            place = node.index if node.place is None else id(node.place)
            groups.setdefault(place, []).append(node)
    modes = {}
    for group in groups.values():
        all_same = all(map(_is_same, group)) and any(map(_is_padded, group))
        for node in group:
            written = getattr(node.layer, "padding", None)
            is_text = isinstance(written, str)
            same = written == "same" if is_text else all_same
            if written == "causal":
                modes[node.index] = "causal"
            elif same and _is_same(node):
                modes[node.index] = "same"
    return modes


def _is_same(node: Node) -> bool:
    window = node.lowered.primitives[0]
    assert isinstance(window, p.Convolution | p.Pooling)
    before, after = known(node.lowered.inputs[0]), known(node.lowered.shapes[0])
    return is_same(window, before[:-1], after[:-1])


def _is_padded(node: Node) -> bool:
    window = node.lowered.primitives[0]
    assert isinstance(window, p.Convolution | p.Pooling)
    before, after = known(node.lowered.inputs[0]), known(node.lowered.shapes[0])
    return not is_none(fitting(window, before[:-1], after[:-1]))


def _share(plan: Plan) -> None:
    """Find who makes shared layers, and see that all who share them want the same."""
    nodes = plan.facts.network.graph.nodes
    groups: dict[int, list[int]] = {}
    for index in plan.order:
        shares = nodes[index].shares
        groups.setdefault(index if shares is None else shares, []).append(index)
    reasons = []
    for root, group in groups.items():
        if group == [root]:
            continue
        plan.makers[root] = group[0]
        if len({_made(plan.makings[index]) for index in group}) > 1:
            for index in group:
                emission = Emission(nodes[index])
                emit_layer(emission)
                plan.makings[index] = emission.makings
        if len({_made(plan.makings[index]) for index in group}) > 1:
            why = "it shares weights but needs another Keras layer for its shape"
            reasons += [Reason(nodes[index].name, why) for index in group[1:]]
    if reasons:
        refuse("Keras", reasons)


def _made(makings: list[Making]) -> tuple[object, ...]:
    return tuple((m.function, m.arguments) for m in makings if m.weights)


def _write_kernels(plan: Plan) -> None:
    """Let layers whose kernels the document writes out begin with these."""
    nodes = plan.facts.network.graph.nodes
    for index in plan.order:
        node = nodes[index]
        owner = node if node.shares is None else nodes[node.shares]
        if plan.maker_of(node) != index:
            continue
        for k, making in enumerate(plan.makings[index]):
            if "kernel" in making.weights.values():
                form = (making.function, known(node.lowered.inputs[0])[-1])
                arrange = partial(_arranged, *form)
                constant = plan.kernels.of(plan.facts, owner, form, arrange)
                if constant is None:
                    break
                is_depthwise = making.function.startswith(_DEPTHWISE)
                what = "depthwise_initializer" if is_depthwise else "kernel_initializer"
                arguments = (*making.arguments, Argument(what, constant))
                plan.makings[index][k] = making._replace(arguments=arguments)


def _arranged(function: str, channels: int, kernel: Array) -> Array:
    """A kernel as a Keras layer has it."""
    if function.startswith(_DEPTHWISE):
        return kernel.reshape(*kernel.shape[:-2], channels, -1)
    return kernel.swapaxes(-1, -2) if function.endswith("DTranspose") else kernel


def _name_all(plan: Plan) -> None:
    nodes = plan.facts.network.graph.nodes
    names = Names()
    graph = plan.facts.network.graph
    for node in graph.nodes[: graph.n_inputs]:
        plan.inputs[node.index] = names.unique(safe(node.name))
    own = {index: names.unique(safe(nodes[index].name)) for index in plan.order}
    for index in plan.order:
        makings, maker = plan.makings[index], plan.maker_of(nodes[index])
        plan.main[index] = _main(makings)
        plan.names[index] = []
        for k, making in enumerate(makings):
            if making.weights and maker != index:
                made = [
                    n
                    for n, m in zip(plan.names[maker], plan.makings[maker], strict=True)
                    if m.weights
                ]
                rank = sum(1 for m in makings[:k] if m.weights)
                plan.names[index].append(made[rank])
                continue
            is_main = k == plan.main[index]
            name = own[index] if is_main else names.unique(f"{own[index]}_{making.role}")
            plan.names[index].append(name)
            root = nodes[index].shares
            owner = nodes[index if root is None else root].name
            for variable, array in making.weights.items():
                shown = f"{name.replace(SEPARATOR, '.')}.{variable}"
                if shown != f"{owner}.{array}":
                    plan.arrays[shown] = f"{owner}.{array}"


def _main(makings: list[Making]) -> int:
    """The last Keras layer but for the activations at the end, which keep the shape."""
    last = len(makings) - 1
    while last > 0 and makings[last].role in _ACTIVATIONS:
        last -= 1
    return last if makings[last].role != "pad" else len(makings) - 1


_ACTIVATIONS = {
    *("relu", "relu6", "tanh", "sigmoid", "softmax", "elu", "celu", "selu", "gelu", "silu", "mish"),
    *("hard_sigmoid", "hard_swish", "hard_tanh", "leaky_relu", "log_sigmoid", "log_softmax"),
    *("prelu", "exponential", "scaled_tanh", "softplus", "softsign"),
}


def _count(plan: Plan) -> None:
    nodes = plan.facts.network.graph.nodes
    for index in plan.order:
        if plan.maker_of(nodes[index]) == index:
            figures = plan.facts.layer(nodes[index].name).figures
            plan.n_params += figures.n_params or 0
            plan.n_frozen += (figures.n_params or 0) - (figures.n_trainable_params or 0)
            plan.n_statistics += figures.n_statistics or 0
