"""Runs the notebooks of the documentation and makes a page of each when it is built.

A notebook is kept without outputs. The page that is made of it, docs/notebooks/*.md, is not kept,
so it cannot be out of date.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docs.generate import DOCS, ROOT

NOTEBOOKS = DOCS / "notebooks"
# what is shown of an output that has several forms
_FORMS = ("text/html", "image/svg+xml", "text/markdown", "text/plain")
_TIMEOUT = 120  # seconds for a cell
_EQUATION = re.compile(r"^\$\$(.+?)\$\$$", re.DOTALL | re.MULTILINE)
_SYMBOL = re.compile(r"(?<!\\)\$(.+?)\$")


def make_notebook_pages() -> list[Path]:
    """Writes a page for every notebook, and returns them.

    Raises:
        nbclient.exceptions.CellExecutionError: A cell failed.
    """
    pages = []
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        text = page_of(executed(path), path.name)
        page = path.with_suffix(".md")
        if not page.exists() or page.read_text(encoding="utf-8") != text:
            page.write_text(text, encoding="utf-8")
        pages.append(page)
    return pages


def executed(path: Path) -> Any:
    """Returns a notebook with the outputs that its cells have today."""
    from nbclient import NotebookClient
    from nbformat import v4
    from traitlets.config import Config

    # nbformat has no types
    notebook: Any = v4.reads(path.read_text(encoding="utf-8"))  # type: ignore[no-untyped-call]
    own = Config({"KernelManager": {"transport": "ipc"}})  # a socket that nobody else can read
    client = NotebookClient(notebook, timeout=_TIMEOUT, kernel_name="python3", config=own)
    client.log.setLevel("WARNING")
    client.resources = {"metadata": {"path": str(ROOT)}}
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return client.execute(env=environment)


def page_of(notebook: Any, name: str) -> str:
    """Returns the page of a notebook that has its outputs."""
    return "\n\n".join(_parts(notebook, name)) + "\n"


def _parts(notebook: Any, name: str) -> Iterator[str]:
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type == "markdown":
            yield cell.source
        else:
            yield f"```python\n{cell.source}\n```"
            yield from map(_output, cell.outputs)
        if number == 0:
            yield f"This page is a notebook: {{download}}`{name}`."


def _output(output: Any) -> str:
    if output.output_type == "stream":
        return f"```text\n{output.text.rstrip()}\n```"
    form = next(form for form in _FORMS if form in output.data)
    text: str = output.data[form].rstrip()
    match form:
        case "text/html" | "image/svg+xml":
            return f"```{{raw}} html\n<div>{text}</div>\n```"
        case "text/markdown":
            return _without_headings(_SYMBOL.sub(r"{math}`\1`", _EQUATION.sub(_equation, text)))
        case _:
            return f"```text\n{text}\n```"


def _equation(match: re.Match[str]) -> str:
    return f"```{{math}}\n{match[1]}\n```"


def _without_headings(text: str) -> str:
    """Headings as bold lines: those of an output are not the page's."""
    return re.sub(r"^#+ (.*)$", r"**\1**", text, flags=re.MULTILINE)
