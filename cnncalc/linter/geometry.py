"""What the rules about sliding windows ask of a layer, and how its arguments are written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod
from typing import Any, TypeAlias

from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.ir.borders import Borders
from cnncalc.ir.primitives import Convolution, Pooling
from cnncalc.ir.shapes import Pair, Sizes
from cnncalc.ir.windows import Window
from cnncalc.layers import find
from cnncalc.linter.fixes import Change, SetArgument
from cnncalc.source import Mapping, Node, Scalar
from cnncalc.spec.scope import has_substitution

Values: TypeAlias = dict[str, Any]
"""Arguments of a layer by name, as the layer keeps them: per axis, padding in pairs."""


def sliding(
    facts: NetworkFacts,
) -> Iterator[tuple[LayerFacts, Convolution | Pooling, tuple[Window, ...]]]:
    """Every convolution and pooling that slides over a sound map, with a window per axis."""
    for layer, conv in facts.having(Convolution):
        windows = layer.figures.windows
        if windows and conv.weight_name != "pointwise_kernel":
            yield layer, conv, windows
    for layer, pool in facts.having(Pooling):
        windows = layer.figures.windows
        if windows:
            yield layer, pool, windows


def misfits(facts: NetworkFacts) -> Iterator[tuple[LayerFacts, tuple[Window, ...]]]:
    """What slides and does not fit; what a pad layer added before it counts as its padding."""
    borders: Borders | None = None
    for layer, _, windows in sliding(facts):
        if any(window.remainder for window in windows):
            borders = borders or Borders(facts.network.graph)
            node = layer.node
            yield layer, next(filter(None, borders.windows(node.index, node.lowered)))


def has_argument(layer: LayerFacts, argument: str) -> bool:
    """Whether the layer can be given an argument."""
    layer_type = find(layer.op)
    return layer_type is not None and argument in layer_type.model_fields


def kernel_argument(layer: LayerFacts) -> str:
    """The name of the window's size: pools have a `size`, convolutions a `kernel`."""
    return "kernel" if has_argument(layer, "kernel") else "size"


def argument(layer: LayerFacts, name: str) -> Any:
    """The value that an argument of the layer has; None where it has none."""
    return getattr(layer.node.layer, name, None)


def in_yaml(value: object) -> str:
    """A value as a person would write it: `3` if it is the same everywhere, `[3, 5]`, pairs."""
    if not isinstance(value, (list, tuple)):
        return str(value)
    entries = [_entry(item) for item in value]
    if len(set(entries)) == 1 and "[" not in entries[0]:
        return entries[0]
    if any("[" in entry for entry in entries):  # pairs and numbers do not mix
        entries = [_pair(item) for item in value]
    return f"[{', '.join(entries)}]"


def _entry(item: Any) -> str:
    if isinstance(item, tuple):
        return str(item[0]) if item[0] == item[1] else _pair(item)
    return str(item)


def _pair(item: Any) -> str:
    return f"[{item[0]}, {item[1]}]" if isinstance(item, tuple) else str(item)


def shown(values: Values) -> str:
    """Arguments as they would stand in a spec: `kernel: 4 with padding: 1`."""
    first, *others = [f"{name}: {in_yaml(value)}" for name, value in values.items()]
    return f"{first} with {' and '.join(others)}" if others else first


def changes(layer: LayerFacts, values: Values) -> tuple[Change, ...]:
    """The changes of a fix that gives a layer these arguments."""
    return tuple(SetArgument(layer, name, in_yaml(value)) for name, value in values.items())


def sides(windows: Sequence[Window]) -> tuple[Pair, ...]:
    """The padding of windows, a (begin, end) pair per axis."""
    return tuple((window.begin, window.end) for window in windows)


def kernels(windows: Sequence[Window]) -> Sizes:
    """The kernel per axis."""
    return tuple(window.kernel for window in windows)


def is_point(sizes: Sequence[int | None]) -> bool:
    """Whether a map with these spatial sizes has a single cell."""
    return None not in sizes and prod(size for size in sizes if size is not None) == 1


def written(layer: LayerFacts, name: str) -> Node | None:
    """What is written for an argument, at the layer itself; None where nothing is."""
    place = layer.node.place
    layer_type = find(layer.op)
    if not isinstance(place, Mapping) or layer_type is None:
        return None
    value = place.entries[0][1]
    if not isinstance(value, Mapping):
        return value if layer_type.main == name else None
    for key, node in value.entries:
        if layer_type.canonical(str(key.value)) == name:
            return node
    return None


def from_expressions(layer: LayerFacts, names: Sequence[str]) -> str:
    """A remark on arguments that come from expressions and are not rewritten, or nothing."""
    found = []
    for name in names:
        node = written(layer, name)
        if node is not None and has_substitution(node):
            text = str(node.value) if isinstance(node, Scalar) else "an expression"
            found.append(f"{name} comes from {text}")
    return f" ({', '.join(found)})" if found else ""


def targets(facts: NetworkFacts) -> tuple[str, ...]:
    """Where the network must run, as its spec declares; most declare nothing."""
    document = facts.network.document
    return () if document.section("target") is None else document.declarations().target
