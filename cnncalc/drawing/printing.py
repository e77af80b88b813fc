"""A scene as a PNG picture or a PDF page, by Matplotlib (extra `draw`)."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.util import find_spec
from io import BytesIO
from typing import Any
from warnings import catch_warnings, filterwarnings

from cnncalc.drawing.outlines import Bend, Straight, head_of, outline
from cnncalc.drawing.palette import COLOURS, Role
from cnncalc.drawing.scene import Area, Line, Point, Scene, Words, flat
from cnncalc.errors import UsageError
from cnncalc.source.printable import printable

_SCALE = 2  # pixels in a point
_MOST_PIXELS = 40_000_000  # of a PNG
_FONT = "DejaVu Sans"  # comes with Matplotlib, so a picture is the same everywhere
_EASTERN = (
    *("Noto Sans CJK SC", "Noto Sans CJK TC", "Noto Sans CJK JP", "Noto Sans CJK KR"),
    *("Noto Sans SC", "Source Han Sans SC", "WenQuanYi Zen Hei", "WenQuanYi Micro Hei"),
    *("PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "SimHei", "Arial Unicode MS"),
)


def to_png(scene: Scene) -> bytes:
    """The scene as a PNG picture with two pixels in a point, fewer where it is very large.

    Raises:
        UsageError: Matplotlib is missing.
    """
    size = scene.width * scene.height
    scale = min(_SCALE, (_MOST_PIXELS / size) ** 0.5)
    return _saved(scene, "png", 72 * scale, {"Software": None})


def to_pdf(scene: Scene) -> bytes:
    """The scene as a PDF file of one page.

    Raises:
        UsageError: Matplotlib is missing.
    """
    return _saved(scene, "pdf", 72, {"Creator": "cnncalc", "Producer": None, "CreationDate": None})


def require_matplotlib() -> None:
    """Says what to install when Matplotlib is missing.

    Raises:
        UsageError: It is.
    """
    if find_spec("matplotlib") is None:
        raise UsageError(
            'this picture needs Matplotlib, which is not installed; pip install "cnncalc[draw]"'
        )


def _saved(scene: Scene, form: str, dpi: float, metadata: dict[str, Any]) -> bytes:
    require_matplotlib()
    from matplotlib import rc_context, rcdefaults, rcParams
    from matplotlib.figure import Figure

    file = BytesIO()
    with rc_context(), catch_warnings():
        rcdefaults()  # what a person has set for pictures of their own is not for these
        families = families_for(words.text for words in scene.words())
        # whole fonts, so that words can be searched; but not those that no such file may hold
        rcParams.update({"font.family": families, "pdf.fonttype": 3 if families[1:] else 42})
        # a character that no font has is drawn as an empty box, which is all that can be said of it
        filterwarnings("ignore", "Glyph .* missing from font", UserWarning)
        figure = Figure((scene.width / 72, scene.height / 72), facecolor=COLOURS["paper"].light)
        _draw(figure, scene)
        figure.savefig(file, format=form, dpi=dpi, metadata=metadata)
    return file.getvalue()


def families_for(texts: Iterable[str]) -> list[str]:
    """The font, and those of its kind with Chinese, Japanese and Korean if there is need of one."""
    if all(character < "\u2e80" for text in texts for character in text):
        return [_FONT]
    from matplotlib.font_manager import fontManager

    here = set(fontManager.get_font_names())
    return [_FONT, *(name for name in _EASTERN if name in here)]


def _draw(figure: Any, scene: Scene) -> None:
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, scene.width)
    axes.set_ylim(scene.height, 0)
    axes.set_axis_off()
    for order, mark in enumerate(flat(scene.marks)):
        match mark:
            case Area():
                _path(axes, order, mark.points, mark.radius, mark)
            case Line():
                _path(axes, order, mark.points, mark.radius, mark)
                if mark.arrow:
                    head = head_of(mark.points, mark.width)
                    _path(axes, order, head, 0, Area(head, mark.stroke, stroke=None))
            case Words():
                _words(axes, order, mark)


def _path(
    axes: Any, order: int, points: tuple[Point, ...], radius: float, mark: Area | Line
) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    closed = isinstance(mark, Area)
    vertices, codes = _codes(*outline(points, radius, closed=closed))
    if closed:
        vertices.append(vertices[0])
        codes.append(int(Path.CLOSEPOLY))
    if isinstance(mark, Area):
        style: dict[str, Any] = {
            "facecolor": _colour(mark.fill, mark.opacity),
            "edgecolor": _colour(mark.stroke),
        }
    else:
        style = {"facecolor": "none", "edgecolor": _colour(mark.stroke)}
        style["linestyle"] = (0, (3, 2)) if mark.dashed else "solid"
    patch = PathPatch(Path(vertices, codes), linewidth=mark.width, zorder=order, **style)
    patch.set_clip_on(False)
    axes.add_artist(patch)


def _codes(start: Point, pieces: Iterable[Straight | Bend]) -> tuple[list[Point], list[int]]:
    from matplotlib.path import Path

    vertices, codes = [start], [int(Path.MOVETO)]
    for piece in pieces:
        match piece:
            case Straight(to):
                vertices.append(to)
                codes.append(int(Path.LINETO))
            case Bend(by, to):
                vertices += [by, to]
                codes += [int(Path.CURVE3)] * 2
    return vertices, codes


def _words(axes: Any, order: int, words: Words) -> None:
    side = {"start": "left", "middle": "center", "end": "right"}[words.anchor]
    axes.text(
        *words.at,
        printable(words.text),
        fontsize=words.size,
        color=COLOURS[words.role].light,
        fontweight="bold" if words.bold else "normal",
        horizontalalignment=side,
        verticalalignment="baseline",
        zorder=order,
        parse_math=False,
    )


def _colour(role: Role | None, opacity: float = 1.0) -> Any:
    return "none" if role is None else (COLOURS[role].light, opacity)
