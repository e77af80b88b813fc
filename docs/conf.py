"""How Sphinx builds the documentation: `make docs`."""

import re
import sys
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parent.parent
_INIT = _ROOT / "cnncalc" / "__init__.py"
sys.path.insert(0, str(_ROOT))

project = "cnncalc"
author = "the cnncalc authors"
project_copyright = f"2026, {author}"
release = re.findall(r'^__version__ = "(.+)"$', _INIT.read_text(encoding="utf-8"), re.MULTILINE)[0]

extensions = ["myst_parser"]
exclude_patterns = ["_build"]
nitpicky = True

myst_heading_anchors = 4
myst_enable_extensions = ["deflist"]

html_theme = "furo"
html_title = f"cnncalc {release}"


def setup(app: Any) -> None:
    """Before the pages are read, the pictures in them are drawn and the gallery is made."""
    app.connect("builder-inited", lambda _: make())


def make() -> None:
    """Makes what the pages need and what nobody keeps."""
    from docs.drawn import draw_all
    from docs.gallery import make_gallery
    from docs.notebook_pages import make_notebook_pages

    draw_all()
    make_gallery()
    make_notebook_pages()
