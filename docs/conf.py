"""How Sphinx builds the documentation: `make docs`."""

import re
from pathlib import Path

_INIT = Path(__file__).resolve().parent.parent / "cnncalc" / "__init__.py"

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
