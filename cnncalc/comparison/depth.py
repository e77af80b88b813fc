"""How deep a network is."""

from __future__ import annotations

from cnncalc.analysis.facts import NetworkFacts
from cnncalc.ir import primitives as p
from cnncalc.ir.graph import Node
from cnncalc.ir.shapes import Size

_WEIGHTED = (p.Convolution, p.TransposedConvolution, p.Dense)


def depth(facts: NetworkFacts) -> Size:
    """Convolution and dense layers on the longest path from an input to an output.

    That is the number in the names VGG-16, ResNet-50 and DenseNet-121. A separable convolution is
    two, whatever has other weights (normalisation, a trainable scale) is none, and a side path
    such as a squeeze-and-excitation gate is a path, too. None where a layer on the way is not
    known.

    Units:
        Layers.

    Reference:
        Simonyan and Zisserman, arXiv 1409.1556, 2014, table 1; MathWorks, Pretrained Deep Neural
        Networks, which defines the depth of a network like this.
    """
    graph = facts.network.graph
    found: list[Size] = []
    for node in graph.nodes:
        before = [found[index] for index in node.inputs]
        own = 0 if node.index < graph.n_inputs else _weighted(node)
        known = [count for count in before if count is not None]
        if own is None or len(known) < len(before):
            found.append(None)
        else:
            found.append(max(known, default=0) + own)
    ends = [found[index] for index in graph.outputs]
    depths = [count for count in ends if count is not None]
    return max(depths, default=0) if len(depths) == len(ends) and ends else None


def _weighted(node: Node) -> Size:
    """Convolution and dense layers that a layer is made of; None where that is not known."""
    primitives = node.lowered.primitives
    if node.lowered.output is None or not primitives:
        return None
    if any(isinstance(primitive, p.Opaque) for primitive in primitives):
        return None
    return sum(isinstance(primitive, _WEIGHTED) for primitive in primitives)
