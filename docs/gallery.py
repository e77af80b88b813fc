"""Makes the gallery when the documentation is built: a page for every network of the zoo.

A page has the drawing, what the linter says, the layers with their figures and the spec. The pages
go to docs/gallery, which is not kept, so none can be out of date.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import cnncalc
from cnncalc.analysis.facts import NetworkFacts
from cnncalc.report.html import facts_html
from cnncalc.zoo import ZooEntry, entries
from docs.generate import DOCS, PACKAGE

GALLERY = DOCS / "gallery"
_HEAD = """\
# The gallery

The networks of the zoo, each with its drawing, what the linter says of it, its layers and its spec.
`cnncalc zoo NAME` prints a spec, and every command takes a network by its name.

| network | parameters | MACs | |
|---|--:|--:|---|
"""
# large ones are legible in a window of their own
_PICTURE = """\
```{{image}} {name}.svg
:alt: The architecture of {name}
:target: ../_images/{name}.svg
```"""


def make_gallery() -> None:
    """Writes docs/gallery anew."""
    shutil.rmtree(GALLERY, ignore_errors=True)
    GALLERY.mkdir()
    rows, names = [], []
    for entry in entries():
        facts = cnncalc.analyze(cnncalc.load(entry.name))
        cnncalc.draw(facts).save(GALLERY / f"{entry.name}.svg")
        text = "\n\n".join(_page(entry, facts))
        (GALLERY / f"{entry.name}.md").write_text(f"{text}\n", encoding="utf-8")
        rows.append(_row(entry, facts))
        names.append(f"{entry.name}\n")
    hidden = f"\n```{{toctree}}\n:hidden:\n\n{''.join(names)}```\n"
    index = f"{_HEAD}{''.join(rows)}{hidden}"
    (GALLERY / "index.md").write_text(index, encoding="utf-8")


def _row(entry: ZooEntry, facts: NetworkFacts) -> str:
    counts = f"{facts.totals.n_params:,} | {facts.totals.n_macs:,}"
    return f"| [{entry.name}]({entry.name}.md) | {counts} | {entry.title} |\n"


def _page(entry: ZooEntry, facts: NetworkFacts) -> Iterator[str]:
    yield f"# {entry.name}"
    yield f"{entry.title.rstrip('.')}."
    yield _PICTURE.format(name=entry.name)
    yield "## What the linter says"
    yield "\n".join(_findings(facts)) or "Nothing."
    yield "## Layers"
    yield f"```{{raw}} html\n{facts_html(facts)}\n```"
    yield "## Spec"
    if entry.variant:
        yield f"It is the variant `{entry.variant}` of this file:"
    path = entry.path.relative_to(PACKAGE.parent).as_posix()
    yield f"```{{literalinclude}} ../../{path}\n:language: yaml\n```"


def _findings(facts: NetworkFacts) -> Iterator[str]:
    for finding in cnncalc.lint(facts):
        rule = f"[{finding.code}](../rules/{finding.code}.md)"
        copies = f" and {len(finding.layers) - 1} more" if len(finding.layers) > 1 else ""
        message = "".join(f"\\{c}" if c in r"\`*_{}[]<>#|" else c for c in finding.message)
        yield f"- {rule} at `{finding.layer}`{copies}: {message}"
