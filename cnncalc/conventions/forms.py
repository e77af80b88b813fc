"""How PyTorch code says what a layer does, which decides whether a tool sees it.

A tool that hooks modules does not see a function; one that watches functions does not see a method
of a tensor. A spec does not tell, so the usual form is taken: everything is a module, but for a
layer norm over the channels of a map. PyTorch's normalises the last axis, so on a map with the
channels first it is a function inside a module of somebody's own (torchvision's `LayerNorm2d`),
unless a dense layer on the map follows, for which the channels are last already.

A spec may tell: `x-pytorch: {functions: [relu], methods: [global_avg_pool], modules: [norm]}` has
ops, activations or names of layers that its PyTorch code writes as functions of
`torch.nn.functional`, as methods and operators of tensors (`x.mean((2, 3))`), or as modules.
What was imported from PyTorch tells.
"""

from __future__ import annotations

from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.conventions.charges import Form
from cnncalc.ir import primitives as p
from cnncalc.source import Mapping, Node, Scalar, Sequence

SECTION = "x-pytorch"
_FORMS: dict[str, Form] = {"functions": "function", "methods": "method", "modules": "module"}


class Writing:
    """How the PyTorch code of a network is taken to be written."""

    def __init__(self, facts: NetworkFacts) -> None:
        self._facts = facts
        self._told = _told(facts.network.document.root)

    def forms(self, layer: LayerFacts) -> tuple[Form, ...]:
        """The form of each primitive of a layer."""
        return tuple([self._form(layer, one) for one in layer.node.lowered.primitives])

    def _form(self, layer: LayerFacts, primitive: p.Primitive) -> Form:
        if self._told:
            words = [layer.name, layer.op]
            if isinstance(primitive, p.Activation):
                words.append(primitive.function)
            for word in words:
                if word in self._told:
                    return self._told[word]
        match primitive:
            case p.Normalization(kind="layer", axes=(axis,)) if axis and self._stays(layer, axis):
                return "function"
            case _:
                return "module"

    def _stays(self, layer: LayerFacts, axis: int) -> bool:
        """Whether the map around a layer norm of this axis has its channels first."""
        shape = layer.output_shape
        if shape is None or axis != len(shape) - 1:
            return False
        return not any(map(_is_dense, self._facts.readers(layer.name)))


def _is_dense(layer: LayerFacts) -> bool:
    return isinstance(next(iter(layer.node.lowered.primitives), None), p.Dense)


def _told(root: Node) -> dict[str, Form]:
    """What the spec says itself; anything else in the section is somebody else's."""
    section = root.get(SECTION) if isinstance(root, Mapping) else None
    told: dict[str, Form] = {}
    for key, form in _FORMS.items():
        words = section.get(key) if isinstance(section, Mapping) else None
        if isinstance(words, Sequence):
            told |= {str(word.value): form for word in words.items if isinstance(word, Scalar)}
    return told
