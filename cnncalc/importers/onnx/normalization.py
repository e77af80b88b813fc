"""Normalisations, as nodes of their own and spelled out in small ones."""

from __future__ import annotations

from typing import Any

from cnncalc.importers.onnx.builder import Weight
from cnncalc.importers.onnx.decimals import shortest
from cnncalc.importers.onnx.proto import Node
from cnncalc.importers.onnx.run import Inexpressible, Run
from cnncalc.importers.onnx.values import Array, Constant, Feature, size_of
from cnncalc.importers.onnx.views import concrete_axes, last_axis


def _flat(constant: Constant) -> Weight:
    return Weight(constant, lambda array: array.reshape(-1))


def _epsilon(node: Node, default: float = 1e-5) -> float:
    return shortest(float(node.attributes.get("epsilon", default)))


def batch_norm(run: Run, node: Node) -> None:
    """A normalisation by moments that the file holds."""
    x = run.lazy(node)
    if len(x.axes) < 2:
        raise Inexpressible("what it reads has no channels")
    if node.attributes.get("spatial", 1) == 0:
        raise Inexpressible("it has moments for every cell", x.dims)
    x = run.with_last(x, 1, node.label)
    names = ("gamma", "beta", "moving_mean", "moving_variance")
    weights = {name: _flat(run.needed(node, k)) for k, name in enumerate(names, 1)}
    if any(weight.constant.size != x.shape[-1] for weight in weights.values()):
        raise Inexpressible(f"its moments are not those of {x.shape[-1]} channels", x.dims)
    arguments: dict[str, Any] = {"epsilon": _epsilon(node)}
    _drop_neutral(arguments, weights)
    name, _ = run.add("batch_norm", node.label, [x], arguments, weights)
    run.give(node, run.same(name, x))


def _drop_neutral(arguments: dict[str, Any], weights: dict[str, Weight]) -> None:
    """Take out factors and offsets that are no parameters and change nothing."""
    for name, switch, neutral in (("gamma", "scale", 1), ("beta", "center", 0)):
        weight = weights.get(name)
        if weight is None or weight.constant.is_parameter:
            continue
        if _all_are(weight.constant, neutral):
            arguments[switch] = False
            del weights[name]


def instance_norm(run: Run, node: Node) -> None:
    """A normalisation of every channel over its map; of groups, if those were made channels."""
    x = run.lazy(node)
    if len(x.axes) < 3 or not run.is_batch(x.axes[0]):
        raise Inexpressible("what it reads is no batch of maps", x.dims)
    gamma, beta = run.needed(node, 1), run.needed(node, 2)
    last = last_axis(x)
    channel = x.axes[1]
    inside = {atom for group in x.axes[2:] for atom in group}
    if last is not None and len(last) == 2 and last[:1] == channel and last[1] in inside:
        x = run.written(x)
        op = "group_norm"
        arguments: dict[str, Any] = {"groups": channel[0].size, "epsilon": _epsilon(node)}
        repeats = last[1].size
    else:
        x = run.arrange(x, (*x.axes[2:], channel), node.label)
        op, arguments, repeats = "instance_norm", {"epsilon": _epsilon(node)}, 1
    weights = _learned(gamma, beta, arguments, repeats)
    name, _ = run.add(op, node.label, [x], arguments, weights)
    run.give(node, run.same(name, x))


def _learned(
    gamma: Constant, beta: Constant, arguments: dict[str, Any], repeats: int
) -> dict[str, Weight]:
    """Factor and offset; those that change nothing are taken out, if groups were channels."""
    if repeats > 1 and _all_are(gamma, 1) and _all_are(beta, 0):
        arguments |= {"scale": False, "center": False}
        return {}

    def spread(array: Array) -> Array:
        return array.reshape(-1).repeat(repeats)

    weights = {"gamma": Weight(gamma, spread), "beta": Weight(beta, spread)}
    _drop_neutral(arguments, weights)
    return weights


def _all_are(constant: Constant, value: float) -> bool:
    return constant.make is not None and bool((constant.array() == value).all())


def group_norm(run: Run, node: Node) -> None:
    """A normalisation of groups of channels; before opset 21 with a factor per group."""
    x = run.with_last(run.lazy(node), 1, node.label)
    groups = node.attributes.get("num_groups", 1)
    gamma, beta = run.needed(node, 1), run.needed(node, 2)
    channels = x.shape[-1]
    if groups < 1 or channels % groups or {gamma.size, beta.size} - {channels, groups}:
        raise Inexpressible("its factors do not suit the channels", x.dims)
    weights = {
        "gamma": _repeated(gamma, channels // gamma.size),
        "beta": _repeated(beta, channels // beta.size),
    }
    arguments: dict[str, Any] = {"groups": groups, "epsilon": _epsilon(node)}
    _drop_neutral(arguments, weights)
    name, _ = run.add("group_norm", node.label, [x], arguments, weights)
    run.give(node, run.same(name, x))


def _repeated(constant: Constant, times: int) -> Weight:
    """A number for every channel, where there is one for every so many."""
    return Weight(constant, lambda array: array.reshape(-1).repeat(times), f"{times} times")


def layer_norm(run: Run, node: Node) -> None:
    """A normalisation over the last axes."""
    x = run.lazy(node)
    rank = len(x.axes)
    axis = node.attributes.get("axis", -1)
    if not -rank <= axis < rank:
        raise Inexpressible(f"it has no axis {axis}", x.dims)
    if any(name for name in node.outputs[1:] if run.n_uses[name]):
        raise Inexpressible("its moments are used", x.dims)
    spanned = list(range(axis % rank, rank))
    given = {"gamma": run.constant(node, 1), "beta": run.constant(node, 2)}
    result = normalized(run, node.label, x, spanned, _epsilon(node), given)
    run.give(node, result)


def normalized(
    run: Run,
    label: str,
    x: Feature,
    spanned: list[int],
    epsilon: float,
    given: dict[str, Constant | None],
) -> Feature:
    """A layer normalisation over some axes of the ONNX tensor."""
    groups = [x.axes[k] for k in spanned if x.axes[k]]
    if run.batch is not None and any(run.batch in group for group in groups):
        raise Inexpressible("it goes over the batch", x.dims)
    if not groups:  # one channel: each value is a mean of its own
        rest = [group for group in x.axes if group and not run.is_batch(group)]
        x = run.arrange(x, [*run.in_order(x, rest), ()], label)
        groups = [()]
    if len(groups) == 1 and groups[0] and any(given.values()):
        x = run.with_last(x, next(k for k in spanned if x.axes[k]), label)
    axes = concrete_axes(x)
    if axes is None or any(group and group not in axes for group in groups):
        x = run.arrange(x, run.natural(x), label)
        axes = concrete_axes(x) or ()
    if any(group not in axes for group in groups):
        raise Inexpressible("it goes over axes that the layer's shape has not", x.dims)
    x = run.written(x)
    places = [axes.index(group) if group else len(axes) - 1 for group in groups]
    arguments: dict[str, Any] = {"epsilon": epsilon}
    if places != [len(axes) - 1]:
        arguments["axes"] = sorted(places)
    weights = {}
    sizes = tuple(map(size_of, groups))
    order = sorted(range(len(places)), key=places.__getitem__)
    for name, constant in given.items():
        if constant is None:
            arguments[{"gamma": "scale", "beta": "center"}[name]] = False
        else:
            weights[name] = _shaped(constant, sizes, order)
    _drop_neutral(arguments, weights)
    name, shape = run.add("layer_norm", label, [x], arguments, weights)
    if shape is None:
        raise Inexpressible("its axes do not suit", x.dims)
    return run.same(name, x)


def _shaped(constant: Constant, sizes: tuple[int, ...], order: list[int]) -> Weight:
    import math

    if constant.size != math.prod(sizes):
        raise Inexpressible(f"its factors have the shape {list(constant.shape)}")
    return Weight(constant, lambda array: array.reshape(sizes).transpose(order), f"{sizes} {order}")


def local_response(run: Run, node: Node) -> None:
    """A normalisation over neighbouring channels."""
    x = run.with_last(run.lazy(node), 1, node.label)
    defaults = {"alpha": 1e-4, "beta": 0.75, "bias": 1.0}
    arguments: dict[str, Any] = {"size": node.attributes.get("size", 1)}
    for name, default in defaults.items():
        arguments[name] = shortest(float(node.attributes.get(name, default)))
    # an even size lies to the other side of the channel than cnncalc's
    if arguments["size"] % 2 == 0 or min(arguments.values()) <= 0:
        raise Inexpressible("its window of channels is one that cnncalc has not", x.dims)
    run.give(node, run.pointwise("local_response_norm", node.label, x, arguments))


def length_norm(run: Run, node: Node) -> None:
    """A division by the Euclidean length along one axis."""
    x = run.lazy(node)
    axis = node.attributes.get("axis", -1)
    if node.attributes.get("p", 2) != 2:
        raise Inexpressible("it divides by another length than the Euclidean", x.dims)
    if not -len(x.axes) <= axis < len(x.axes):
        raise Inexpressible(f"it has no axis {axis}", x.dims)
    x = run.with_last(x, axis % len(x.axes), node.label)
    run.give(node, run.pointwise("l2_norm", node.label, x, {}))


def mean_variance(run: Run, node: Node) -> None:
    """A normalisation without factors over the map, the batch being 1."""
    x = run.map(node)
    axes = node.attributes.get("axes", [0, 2, 3])
    if run.batch is not None or {a % (len(x.shape) + 1) for a in axes} - {0} != set(
        range(2, len(x.shape) + 1)
    ):
        raise Inexpressible("it goes over other axes than the map's", x.dims)
    arguments = {"epsilon": 1e-9, "scale": False, "center": False}
    run.give(node, run.pointwise("instance_norm", node.label, x, arguments))
