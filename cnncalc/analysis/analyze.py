"""The analysis: all concerns together, one pass each, into the facts."""

from __future__ import annotations

from collections import Counter

from cnncalc.analysis.facts import Figures, LayerFacts, NetworkFacts, Totals
from cnncalc.analysis.figures import figures
from cnncalc.analysis.memory import Peak, peak_memory
from cnncalc.analysis.receptive_field import receptive_fields
from cnncalc.analysis.weights import Weight
from cnncalc.errors import UsageError
from cnncalc.ir.borders import Borders
from cnncalc.ir.faults import Fault, SharedWeights
from cnncalc.ir.graph import Graph, Lowered, Node
from cnncalc.layers.base import Layer
from cnncalc.spec.network import Network

ELEMENT_BYTES = {"float16": 2, "bfloat16": 2, "float32": 4, "float64": 8, "int8": 1, "uint8": 1}
_OWNED = ("n_params", "n_trainable_params", "n_statistics", "weight_bytes")  # once if shared
_USED = ("n_macs", "n_flops", "activation_bytes")


def analyze(network: Network, *, batch: int = 1, dtype: str = "float32") -> NetworkFacts:
    """Everything that is known about a network.

    Args:
        network: The network.
        batch: Samples that operations and activation memory are counted for.
        dtype: Element type of all layers that do not say another.

    Raises:
        UsageError: The batch is not a positive number, or the element type is unknown.
    """
    if not 1 <= batch <= 10**9:
        raise UsageError(f"the batch must be from 1 to {10**9}, not {batch}")
    if dtype not in ELEMENT_BYTES:
        raise UsageError(f"the dtype must be one of {', '.join(ELEMENT_BYTES)}, not {dtype!r}")
    graph = network.graph
    sizes = element_bytes(graph, dtype)
    layers = _layer_facts(graph, sizes, batch)
    peak = peak_memory(graph, [size * batch for size in sizes])
    nodes = graph.nodes
    return NetworkFacts(
        name=network.name,
        inputs={node.name: node.lowered.output for node in nodes[: graph.n_inputs]},
        outputs=tuple([nodes[index].name for index in graph.outputs]),
        layers=tuple(layers),
        totals=_totals(layers, peak, nodes),
        network=network,
        batch=batch,
        dtype=dtype,
    )


def element_bytes(graph: Graph, dtype: str) -> list[int]:
    """Bytes of an element of every node's output; `dtype` holds where a layer says no other."""
    default = ELEMENT_BYTES[dtype]
    return [
        ELEMENT_BYTES[node.layer.dtype]
        if isinstance(node.layer, Layer) and node.layer.dtype
        else default
        for node in graph.nodes
    ]


def _layer_facts(graph: Graph, sizes: list[int], batch: int) -> list[LayerFacts]:
    nodes = graph.nodes
    fields = receptive_fields(graph)
    memo: dict[Lowered, Figures] = {}
    borders: Borders | None = None
    layers = []
    for node in nodes[graph.n_inputs :]:
        lowered = node.lowered
        counted = memo.get(
            lowered
        )  # one per layer arguments and input shapes, so dtype is the same
        if counted is None:
            trainable = not isinstance(node.layer, Layer) or node.layer.trainable
            size = sizes[node.index]
            counted = memo[lowered] = figures(
                lowered, trainable=trainable, element_bytes=size, batch=batch
            )
            if node.op == "opaque" and not lowered.primitives and node.layer is not None:
                counted = memo[lowered] = _declared(counted, node.layer, size, batch)
        if any(window.real_cells_lost for window in counted.windows):
            borders = borders or Borders(graph)
            counted = _without_border(counted, node, borders)
        layers.append(
            LayerFacts(
                node.name,
                node.op,
                tuple([nodes[index].name for index in node.inputs]),
                lowered.inputs,
                lowered.output,
                counted,
                fields[node.index],
                None if node.shares is None else nodes[node.shares].name,
                lowered.faults if node.shares is None else _shared_faults(node, nodes, memo),
                node,
            )
        )
    return layers


def _declared(counted: Figures, layer: object, element_bytes: int, batch: int) -> Figures:
    """The figures of an opaque layer of which what comes out is not known, but what it costs is."""
    params, macs = getattr(layer, "params", None), getattr(layer, "macs", None)
    if macs is not None:
        counted = counted._replace(n_macs=macs * batch)
    if params is None:
        return counted
    return counted._replace(
        weights=(Weight("weights", (params,)),),
        n_params=params,
        n_trainable_params=params if getattr(layer, "trainable", True) else 0,
        n_statistics=0,
        weight_bytes=params * element_bytes,
    )


def _without_border(counted: Figures, node: Node, borders: Borders) -> Figures:
    """The figures where cells that a pad layer added before are no loss of the input's."""
    if not borders.arriving[node.index]:
        return counted
    padded = next(filter(None, borders.windows(node.index, node.lowered)))
    windows = zip(counted.windows, padded, strict=True)
    real = tuple([one._replace(real_cells_lost=two.real_cells_lost) for one, two in windows])
    return counted._replace(windows=real)


def _shared_faults(
    node: Node, nodes: list[Node], memo: dict[Lowered, Figures]
) -> tuple[Fault, ...]:
    """Faults of a layer that uses another's weights: they must suit what arrives here as well."""
    assert node.shares is not None
    owner = nodes[node.shares]
    faults = node.lowered.faults
    own, needed = memo[owner.lowered].weights, memo[node.lowered].weights
    if own is None or needed is None:
        return faults
    for have, need in zip(own, needed, strict=False):
        if have.shape != need.shape:
            return (*faults, SharedWeights(owner.name, have.shape, need.shape))
    return faults


def _totals(layers: list[LayerFacts], peak: Peak, nodes: list[Node]) -> Totals:
    # many layers share their figures, so these are summed once per kind and not once per layer
    owned = Counter(id(layer.figures) for layer in layers if layer.shares is None)
    used = Counter(id(layer.figures) for layer in layers)
    distinct = {id(layer.figures): layer.figures for layer in layers}
    sums: dict[str, int] = {}
    partial = []
    for field in (*_OWNED, *_USED):
        counts = owned if field in _OWNED else used
        values = [(getattr(distinct[key], field), times) for key, times in counts.items()]
        if any(value is None for value, _ in values):
            partial.append(field)
        sums[field] = sum([value * times for value, times in values if value is not None])
    flops: dict[str, int] = {}
    for key, times in used.items():
        for kind, count in (distinct[key].flops or {}).items():
            flops[kind] = flops.get(kind, 0) + count * times
    if peak.size_bytes is None:
        partial.append("peak_memory_bytes")
    return Totals(
        **sums,
        flops=flops,
        peak_memory_bytes=peak.size_bytes,
        peak_layer=None if peak.node is None else nodes[peak.node].name,
        partial=tuple(partial),
    )
