"""What is written above and below a map."""

from __future__ import annotations

import re
from typing import NamedTuple

from cnncalc.drawing.boxes.chain import FeatureMap
from cnncalc.drawing.words import shortened, width_of
from cnncalc.ir import primitives as p
from cnncalc.ir.graph import Node
from cnncalc.ir.shapes import Shape, Sizes, format_shape
from cnncalc.source.printable import printable

LARGE, SMALL = 7.0, 6.5  # sizes of the letters
_ROOM = 54.0  # that a line may take up
_MOST_LINES = 4
_TOLD = ("activation", "normalization")  # what is told in words of what is folded in
_BREAK = re.compile(r"[^._/ -]*[._/ -]?")


class Caption(NamedTuple):
    """Lines of words, the first ones in larger letters.

    Attributes:
        name: Name of the layer.
        what: What it is.
    """

    name: list[str]
    what: list[str]

    @property
    def width(self) -> float:
        """Width of the longest line."""
        names = [width_of(line, LARGE) for line in self.name]
        return max(names + [width_of(line, SMALL) for line in self.what], default=0.0)


def caption(one: FeatureMap, *, with_folded: bool) -> Caption:
    """The name of a layer and what it is; with what is folded into it where no colour tells."""
    node = one.node
    name = short_name(node)
    words = _words(node, name)
    if one.flattened is not None:
        words = ["flatten,", *words] if words else ["flatten"]
    what = _joined([word + " " for word in words], _ROOM, SMALL)
    if with_folded:
        told = [part.word for part in one.folded if part.role in _TOLD]
        what += [shortened(word, SMALL, _ROOM) for word in dict.fromkeys(told)]
    names = [piece for piece in _BREAK.findall(name) if piece]
    return Caption(_most(_joined(names, _ROOM, LARGE)), _most(what))


def short_name(node: Node) -> str:
    """The name without that of the block that it is in."""
    before = len(node.scope[0]) + 1 if node.scope else 0
    return printable(node.name[before:])


def shape_label(shape: Shape | None, *, as_sheets: bool) -> list[str]:
    """A shape, as `6@28×28` where there is a sheet for each channel."""
    if as_sheets and shape is not None and len(shape) == 3:
        return [f"{format_shape(shape[-1:])}@{format_shape(shape[:-1])}"]
    text = format_shape(shape) or "1"
    if len(text) <= 24:
        return [text]
    return _joined(re.findall(r"[^×]+×?", text), 24 * 0.64 * LARGE, LARGE)


def _words(node: Node, name: str) -> list[str]:
    """What a layer is, in words; not what its name says already."""
    words = printable(node.op).split("_")
    if re.match(rf"{re.escape(node.op)}(_\d+)?$", name):
        words = []
    first = node.lowered.primitives[0] if node.lowered.primitives else None
    match first:
        case p.Convolution() | p.TransposedConvolution():
            words.append(format_shape(first.kernel) + _each(" /", first.stride))
            dilated = _each("dilated ", first.dilation)
            return [*words, dilated] if dilated else words
        case p.Pooling():
            stride = "" if first.stride == first.size else _each(" /", first.stride)
            words.append(format_shape(first.size) + stride)
        case _:
            pass
    return words


def _each(sign: str, sizes: Sizes) -> str:
    """A number that all axes have in common, or one per axis; nothing where all are 1."""
    if all(size == 1 for size in sizes):
        return ""
    return sign + (str(sizes[0]) if len(set(sizes)) == 1 else format_shape(sizes))


def _joined(pieces: list[str], room: float, size: float) -> list[str]:
    lines: list[str] = []
    for piece in pieces:
        if lines and width_of((lines[-1] + piece).rstrip(), size) <= room:
            lines[-1] += piece
        else:
            lines.append(piece)
    return [shortened(line.strip(), size, room) for line in lines]


def _most(lines: list[str]) -> list[str]:
    if len(lines) <= _MOST_LINES:
        return lines
    cut = lines[_MOST_LINES - 1] + "…"
    return [*lines[: _MOST_LINES - 1], shortened(cut, LARGE, _ROOM)]
