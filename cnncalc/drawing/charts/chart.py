"""A picture that Matplotlib draws: always in the same style, and with the same bytes."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING, Any

from cnncalc.drawing.picture import Picture
from cnncalc.drawing.printing import families_for

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_STYLE = {
    "font.size": 7.5,
    "svg.fonttype": "none",  # words stay words
    "svg.hashsalt": "cnncalc",  # ids are drawn from it instead of at random
    "text.parse_math": False,  # a name may have dollars in it
    "axes.formatter.use_mathtext": False,
}


class Chart(Picture):
    """A chart.

    Attributes:
        figure: What Matplotlib draws.
    """

    def __init__(self, make: Callable[[], Figure], names: Iterable[str]) -> None:
        """Draw a chart.

        Args:
            make: Draws it.
            names: The names that may be in it, which say what fonts it needs.
        """
        self._families = families_for(names)
        with self._styled():
            self.figure = make()

    def svg(self) -> str:
        """The chart as an SVG document, complete in itself."""
        return self._saved("svg", {"Date": None, "Creator": "cnncalc"}).decode()

    def png(self) -> bytes:
        """The chart as a PNG file, with two pixels in a point."""
        return self._saved("png", {"Software": None})

    def pdf(self) -> bytes:
        """The chart as a PDF file of one page."""
        return self._saved("pdf", {"Creator": "cnncalc", "Producer": None, "CreationDate": None})

    def _saved(self, form: str, metadata: dict[str, Any]) -> bytes:
        file = BytesIO()
        with self._styled():
            self.figure.savefig(file, format=form, dpi=144, metadata=metadata)
        return file.getvalue()

    @contextmanager
    def _styled(self) -> Iterator[None]:
        """Matplotlib as it comes, whatever its user has set, and our style over it."""
        from matplotlib import style

        # whole fonts, so that words can be searched; but not those that no such file may hold
        fonts = {"font.family": self._families, "pdf.fonttype": 3 if self._families[1:] else 42}
        with warnings.catch_warnings(), style.context(["default", {**_STYLE, **fonts}]):
            # a letter that no font has is shown as a box
            warnings.filterwarnings("ignore", "Glyph .* missing from font", UserWarning)
            yield
