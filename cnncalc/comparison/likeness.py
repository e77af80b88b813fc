"""How alike two layers are: what they compute, how that is written, and what they are called."""

from __future__ import annotations

import re
from collections.abc import Hashable
from typing import Any, NamedTuple, TypeAlias

from cnncalc.analysis.facts import LayerFacts
from cnncalc.comparison.alignment import Item
from cnncalc.ir.primitives import Primitive
from cnncalc.layers.base import Layer

# prices in an alignment; a pair that costs more than two gaps is none
GAP = 40_000_000
_RENAMED = 20_000_000
_CHANGED = 30_000_000
_CHANGED_AND_RENAMED = 60_000_000
_ANOTHER_OP = 70_000_000
_PER_ARGUMENT = 2_000_000
_MOST_ARGUMENTS = 5

_NUMBER = re.compile(r"(?<![^\W_])\d+(?![^.])")
_LACKS_NUMBER = re.compile(r"(?:^|[._])(?:\.|$)")
_SCOPES = str.maketrans(">/", "..")  # as Keras and ONNX write them
# one number for all axes may be written as such
_PER_AXIS = {"kernel", "size", "stride", "padding", "dilation", "amount", "factor"}
_DECLARED = {"in_channels", "in_features"}  # what is expected, not what is computed
# what a primitive does not say
_BESIDES = ("dtype", "trainable", "weights", "weights_scale")

_Arguments: TypeAlias = tuple[tuple[str, Hashable], ...]


class Written(NamedTuple):
    """A layer as the value of an argument, as an activation is.

    Attributes:
        op: Its op.
        arguments: Its arguments with their values.
    """

    op: str
    arguments: _Arguments


class Effect(NamedTuple):
    """What a layer computes.

    Attributes:
        kinds: Types of its primitives.
        primitives: The primitives, numbers in single precision.
        besides: Arguments that no primitive has.
    """

    kinds: tuple[str, ...]
    primitives: tuple[Primitive, ...]
    besides: tuple[Hashable, ...]

    @property
    def element(self) -> tuple[Hashable, ...]:
        """Type of its output, and whether it is trained."""
        return self.besides[:2]


class Likeness(NamedTuple):
    """What counts when layers are compared.

    Attributes:
        op: The op.
        arguments: Every argument with its value, whether or not it is written.
        effect: What the layer computes, in numbers; None where its shapes are at fault. Two ways to
            write the same padding have the same effect.
        stem: The name without its numbers, which count and do not tell layers apart: `conv_7` and
            `Bottleneck_3.conv_1` are `conv_` and `Bottleneck_.conv_`.
    """

    op: str
    arguments: _Arguments
    effect: Effect | None
    stem: str

    def computes_like(self, other: Likeness) -> bool:
        """Whether two layers do the same with the same input."""
        if self.op != other.op:
            return False
        if self.arguments == other.arguments:
            return True
        return self.effect is not None and self.effect == other.effect

    def changed(self, other: Likeness) -> list[tuple[str, Hashable, Hashable]]:
        """The arguments that are different, with both values; None where there is no such one.

        Those that come to the same numbers are left out: `same` and 0 for a kernel of 1.
        """
        if self.computes_like(other):
            return []
        before, after = dict(self.arguments), dict(other.arguments)
        names = dict.fromkeys([*before, *after])
        pairs = [(name, before.get(name), after.get(name)) for name in names]
        different = [pair for pair in pairs if pair[1] != pair[2]]
        numbers, others = self._numbers(), other._numbers()
        return [
            pair
            for pair in different
            if pair[0] not in numbers or numbers[pair[0]] != others.get(pair[0])
        ] or different

    def _numbers(self) -> dict[str, Hashable]:
        """What its first primitive is told, by names that are those of arguments."""
        if self.effect is None or not self.effect.primitives:
            return {}
        return self.effect.primitives[0]._asdict()


def stem(name: str) -> str:
    """A name without the numbers in it that merely count, however it writes its scopes.

    Example:
        >>> stem("Bottleneck_3>conv_1"), stem("features.7.conv2"), stem("block1_pool")
        ('Bottleneck_.conv_', 'features..conv2', 'block1_pool')
    """
    return _NUMBER.sub("", name.translate(_SCOPES))


class Likenesses:
    """The likenesses of two networks, each as a small integer, and the prices of pairing them."""

    def __init__(self) -> None:
        self._all: list[Likeness] = []
        self._numbers: dict[Likeness, int] = {}
        self._items: dict[int, Item] = {}
        self._computed: dict[tuple[int, int], tuple[_Arguments, Effect | None]] = {}

    def item(self, layer: LayerFacts) -> Item:
        """A layer as an element of a sequence."""
        item = self._items.get(id(layer))  # the facts keep it alive
        if item is None:
            likeness = self._likeness(layer)
            number = self._numbers.setdefault(likeness, len(self._all))
            if number == len(self._all):
                self._all.append(likeness)
            item = self._items[id(layer)] = Item(number, layer.name.translate(_SCOPES))
        return item

    def __getitem__(self, item: Item) -> Likeness:
        return self._all[item.kind]

    def price(self, kind: int, other: int) -> int | None:
        """The price of pairing two layers; None if one cannot have become the other."""
        first, second = self._all[kind], self._all[other]
        is_renamed = first.stem != second.stem
        if first.op != second.op:
            # a layer that someone gave a name of its own remains that layer
            is_named = not is_renamed and not _LACKS_NUMBER.search(first.stem)
            return _ANOTHER_OP if is_named else None
        n_changed = min(len(first.changed(second)), _MOST_ARGUMENTS)
        if not n_changed:
            return _RENAMED if is_renamed else 0
        return (_CHANGED_AND_RENAMED if is_renamed else _CHANGED) + n_changed * _PER_ARGUMENT

    def _likeness(self, layer: LayerFacts) -> Likeness:
        node = layer.node
        # equal layers are one object, and so are their primitives
        key = (id(node.layer), id(node.lowered))
        if key not in self._computed:
            self._computed[key] = _arguments(node.layer), _effect(layer)
        arguments, effect = self._computed[key]
        return Likeness(layer.op, arguments, effect, stem(layer.name))


def _arguments(layer: object) -> _Arguments:
    assert isinstance(layer, Layer)  # a network with a layer that is not understood is refused
    return tuple(
        (name, _plain(getattr(layer, name), name in _PER_AXIS))
        for name in type(layer).model_fields
        if name not in layer.flow_words and name not in layer.path_fields and name not in _DECLARED
    )


def _effect(layer: LayerFacts) -> Effect | None:
    lowered = layer.node.lowered
    if lowered.faults or len(lowered.shapes) < max(1, len(lowered.primitives)):
        return None
    besides = [_plain(getattr(layer.node.layer, name, None)) for name in _BESIDES]
    kinds = tuple(type(primitive).__name__ for primitive in lowered.primitives)
    primitives: list[Any] = []
    for primitive in lowered.primitives:
        kind: Any = type(primitive)
        primitives.append(kind(*map(_plain, primitive)))
    return Effect(kinds, tuple(primitives), tuple(besides))


def _plain(value: Any, per_axis: bool = False) -> Hashable:
    """A value that can be compared: the same for all ways to write it."""
    match value:
        case Layer():
            words = tuple(pair for pair in _arguments(value) if pair[0] not in _BESIDES)
            return Written(value.op, words)
        case list() | tuple():
            items = tuple(_plain(item, per_axis) for item in value)
            return items[0] if per_axis and items and len(set(items)) == 1 else items
        case float():
            return float(f"{value:.7g}")  # more digits than that single precision does not have
        case dict():
            return tuple((key, _plain(item)) for key, item in value.items())
        case _:
            plain: Hashable = value
            return plain
