"""A scene as SVG, complete in itself: no script, no style sheet, nothing to be fetched.

Every colour is an attribute and its role a class, so a picture in a page can be given others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from xml.sax.saxutils import escape, quoteattr

from cnncalc.drawing.outlines import Bend, Straight, head_of, outline
from cnncalc.drawing.palette import COLOURS, Role
from cnncalc.drawing.scene import Area, Group, Line, Mark, Point, Scene, Words
from cnncalc.drawing.words import FAMILY
from cnncalc.source.printable import printable


def to_svg(scene: Scene, *, paper: bool = True) -> str:
    """The scene as an SVG document; equal scenes give equal texts.

    Args:
        scene: The scene.
        paper: Whether to paint the ground, which a picture that stands alone needs.

    Reference:
        SVG 1.1, https://www.w3.org/TR/SVG11/
    """
    width, height = _number(scene.width), _number(scene.height)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" font-family="{FAMILY}" stroke-linejoin="round" '
        f"aria-label={_quoted(scene.title)}>",
        f"<title>{_escaped(scene.title)}</title>",
    ]
    if scene.text:
        lines.append(f"<desc>{_escaped(scene.text)}</desc>")
    if paper:
        lines.append(f'<rect width="{width}" height="{height}" {_fill("paper")}/>')
    lines += _marks(scene.marks)
    return "\n".join([*lines, "</svg>\n"])


def _marks(marks: Iterable[Mark]) -> Iterator[str]:
    for mark in marks:
        match mark:
            case Area():
                yield _area(mark)
            case Line():
                yield from _line(mark)
            case Words():
                yield _words(mark)
            case Group(inner, layer, title):
                name = "" if layer is None else f" data-layer={_quoted(layer)}"
                yield f"<g{name}>"
                if title:
                    yield f"<title>{_escaped(title)}</title>"
                yield from _marks(inner)
                yield "</g>"


def _area(area: Area) -> str:
    paint = 'fill="none"' if area.fill is None else f'fill="{COLOURS[area.fill].light}"'
    classes = "" if area.fill is None else f"fill-{area.fill}"
    if area.stroke is not None:
        classes = f"{classes} stroke-{area.stroke}".lstrip()
        paint += f' stroke="{COLOURS[area.stroke].light}" stroke-width="{_number(area.width)}"'
    if area.opacity < 1:
        paint += f' fill-opacity="{_number(area.opacity)}"'
    path = _path(*outline(area.points, area.radius, closed=True))
    return f'<path d="{path}Z" class="{classes}" {paint}/>'


def _line(line: Line) -> Iterator[str]:
    colour = COLOURS[line.stroke].light
    path = _path(*outline(line.points, line.radius))
    dashes = ' stroke-dasharray="3 2"' if line.dashed else ""
    yield (
        f'<path d="{path}" class="stroke-{line.stroke}" fill="none" stroke="{colour}" '
        f'stroke-width="{_number(line.width)}"{dashes}/>'
    )
    if line.arrow:
        head = " ".join(f"{_number(x)},{_number(y)}" for x, y in head_of(line.points, line.width))
        yield f'<polygon points="{head}" {_fill(line.stroke)}/>'


def _words(words: Words) -> str:
    x, y = words.at
    anchor = "" if words.anchor == "start" else f' text-anchor="{words.anchor}"'
    bold = ' font-weight="bold"' if words.bold else ""
    return (
        f'<text x="{_number(x)}" y="{_number(y)}" font-size="{_number(words.size)}"'
        f"{anchor}{bold} {_fill(words.role)}>{_escaped(words.text)}</text>"
    )


def _path(start: Point, pieces: Iterable[Straight | Bend]) -> str:
    path = [f"M{_pair(start)}"]
    for piece in pieces:
        match piece:
            case Straight(to):
                path.append(f"L{_pair(to)}")
            case Bend(by, to):
                path.append(f"Q{_pair(by)} {_pair(to)}")
    return "".join(path)


def _pair(point: Point) -> str:
    return f"{_number(point[0])},{_number(point[1])}"


def _number(value: float) -> str:
    """To a hundredth of a point, without needless zeros; the same on every machine."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _fill(role: Role) -> str:
    return f'class="fill-{role}" fill="{COLOURS[role].light}"'


def _escaped(text: str) -> str:
    return escape(printable(text))


def _quoted(text: str) -> str:
    return quoteattr(printable(text))
