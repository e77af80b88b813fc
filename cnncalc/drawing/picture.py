"""A picture of a network, whatever it shows: as text, as bytes, as a file, in a notebook."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Literal, TypeAlias, get_args

from cnncalc.drawing.scene import Scene
from cnncalc.errors import UsageError
from cnncalc.source.printable import quoted
from cnncalc.source.writing import write_file

Form: TypeAlias = Literal["svg", "png", "pdf"]


class Picture(ABC):
    """A picture of a network; equal pictures give equal bytes.

    A notebook shows it by itself.
    """

    @abstractmethod
    def svg(self) -> str:
        """The picture as an SVG document, complete in itself."""

    @abstractmethod
    def png(self) -> bytes:
        """The picture as a PNG file.

        Raises:
            UsageError: Matplotlib is missing.
        """

    @abstractmethod
    def pdf(self) -> bytes:
        """The picture as a PDF file of one page.

        Raises:
            UsageError: Matplotlib is missing.
        """

    def save(self, path: str | Path, *, force: bool = False) -> None:
        """Write the picture to a file, in the form that its ending says.

        Args:
            path: The file: `….svg`, `….png` or `….pdf`.
            force: Whether it may replace a file that is there.

        Raises:
            UsageError: The ending is another, Matplotlib is missing, or the file cannot be written.
        """
        match form_of(path):
            case "svg":
                data = self.svg().encode()
            case "png":
                data = self.png()
            case "pdf":
                data = self.pdf()
        write_file(data, path, force=force)

    def _repr_svg_(self) -> str:
        return self.svg()


class Drawing(Picture):
    """A picture that is laid out as a scene.

    Attributes:
        scene: What is on it.
    """

    def __init__(self, scene: Scene) -> None:
        self.scene = scene

    def svg(self) -> str:
        """The drawing as an SVG document, complete in itself; it needs no other package."""
        from cnncalc.drawing.svg import to_svg

        return to_svg(self.scene)

    def png(self) -> bytes:
        """The drawing as a PNG file, with two pixels in a point unless it is very large.

        Raises:
            UsageError: Matplotlib is missing.
        """
        from cnncalc.drawing.printing import to_png

        return to_png(self.scene)

    def pdf(self) -> bytes:
        """The drawing as a PDF file of one page.

        Raises:
            UsageError: Matplotlib is missing.
        """
        from cnncalc.drawing.printing import to_pdf

        return to_pdf(self.scene)


def form_of(path: str | Path) -> Form:
    """The form that the ending of a file says.

    Raises:
        UsageError: It says none that there is.
    """
    for form in get_args(Form):
        if Path(path).suffix.lower() == f".{form}":
            return form  # type: ignore[no-any-return]  # it is one of its own values
    name = quoted(Path(path).name)
    raise UsageError(f"a picture goes to a file that ends in .svg, .png or .pdf, not {name}")
