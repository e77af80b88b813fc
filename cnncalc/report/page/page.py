"""A network as one web page that is complete in itself.

Everything is in the file: nothing is fetched, and a content security policy forbids to. What comes
from a network is text in it, never markup: HTML is escaped where it is written here, and the script
reads JSON and sets text only. Table, drawing, findings and totals are HTML, so that the page reads
without the script, too; the script folds, sorts, lights up and draws the charts.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Sequence
from hashlib import sha256
from html import escape
from importlib import resources
from itertools import islice
from pathlib import Path
from string import Template

from cnncalc.analysis.analyze import analyze
from cnncalc.analysis.facts import NetworkFacts
from cnncalc.drawing.palette import COLOURS
from cnncalc.drawing.scene import Scene
from cnncalc.drawing.svg import to_svg
from cnncalc.linter.engine import lint
from cnncalc.linter.finding import Finding
from cnncalc.report.page.data import as_json, page_data
from cnncalc.report.page.finding_list import findings_html
from cnncalc.report.page.layer_table import columns_for, table_html
from cnncalc.report.page.tree import Branch, branches
from cnncalc.report.totals import Total, title, totals
from cnncalc.source.printable import printable
from cnncalc.spec.network import Network

MOST_LAYERS = 2000
_VENDOR = ("vendor/d3.min.js", "vendor/plot.umd.min.js")
_OWN = ("selection", "layer_table", "picture", "field", "charts", "theme")


def page(
    network: Network | NetworkFacts,
    *,
    findings: Sequence[Finding] | None = None,
    image: str | Path | None = None,
) -> str:
    """A network as one web page: totals, findings, drawing, charts and the table of its layers.

    The page needs no other file and no network access; it can be printed. The same network gives
    the same text. Of more than 2000 layers the first ones are in the table and the charts.

    Args:
        network: The network, or its facts.
        findings: What the linter found; without it the usual rules are run.
        image: A picture to show as the network's input: PNG, JPEG, GIF or WebP of at most 2 MiB.

    Raises:
        UsageError: The picture cannot be shown.

    Example:
        >>> import cnncalc
        >>> cnncalc.page(cnncalc.load("lenet5"))[:15]
        '<!DOCTYPE html>'

    Reference:
        W3C, Content Security Policy Level 3; Observable Plot, which draws the charts.
    """
    facts = analyze(network) if isinstance(network, Network) else network
    reported = lint(facts) if findings is None else findings
    photo = None
    if image is not None:
        from cnncalc.report.page.picture import data_url

        photo = data_url(image)
    found = branches(islice(facts.layers, MOST_LAYERS))
    columns = columns_for(found)
    scene = _scene(facts)
    data = page_data(facts, found, columns, scene.marks, photo)
    style = _style()
    scripts = [_file(name) for name in _VENDOR] + [_own_script()]
    return Template(_file("page.html")).substitute(
        policy=_policy([style], scripts),
        style=style,
        name=escape(printable(facts.name or "network")),
        title=escape(title(facts)),
        totals=_totals(totals(facts)),
        findings=findings_html(facts.network, reported, _rows_by_name(found)),
        drawing=to_svg(scene, paper=False),
        table=table_html(facts, found, columns),
        data=as_json(data),
        scripts="\n".join(f"<script>{script}</script>" for script in scripts),
        version=_version(),
    )


def _scene(facts: NetworkFacts) -> Scene:
    from cnncalc.drawing.boxes import boxes_scene, is_chain

    if is_chain(facts):
        return boxes_scene(facts)
    from cnncalc.drawing.flow.flow import flow_scene

    return flow_scene(facts)


def _version() -> str:
    from cnncalc import __version__

    return __version__


def _rows_by_name(found: Sequence[Branch]) -> dict[str, int]:
    return {
        branch.row.last.name: index for index, branch in enumerate(found) if not branch.is_block
    }


def _totals(lines: Iterable[Total]) -> str:
    parts = []
    for line in lines:
        least = "≥ " if line.exact.startswith("≥") else ""
        short = f'<span class="short">{least}{escape(line.human)}</span>' if line.human else ""
        parts.append(
            f"<div><dt>{escape(line.label)}</dt><dd>{short}"
            f'<span class="exact">{escape(line.exact)}</span>'
            f'<span class="note">{escape(line.note)}</span></dd></div>'
        )
    return "\n".join(parts)


# ------------------------------------------------------------------------- what the page is made of


def _file(name: str) -> str:
    folder = resources.files("cnncalc.report.page")
    return folder.joinpath(*name.split("/")).read_text(encoding="utf-8")


def _own_script() -> str:
    parts = "\n".join(_file(f"script/{name}.js") for name in _OWN)
    return f'(() => {{\n"use strict";\n{parts}}})();'


def _style() -> str:
    """The style sheet, with the palette as variables: each role has a light and a dark form."""
    light = "".join(f"--{role}:{colour.light};" for role, colour in COLOURS.items())
    dark = "".join(f"--{role}:{colour.dark};" for role, colour in COLOURS.items())
    # what is thin, such as a bar of a chart, has the stronger form of its colour on either ground
    light += "".join(f"--strong-{role}:{colour.dark};" for role, colour in COLOURS.items())
    dark += "".join(f"--strong-{role}:{colour.light};" for role, colour in COLOURS.items())
    classes = "".join(
        f".fill-{role}{{fill:var(--{role})}}.stroke-{role}{{stroke:var(--{role})}}"
        f".ground-{role}{{background:var(--{role})}}"
        for role in COLOURS
    )
    rules = _file("page.css").replace("/*LIGHT*/", light).replace("/*DARK*/", dark)
    return f"{rules}{classes}\n"


def _policy(styles: Iterable[str], scripts: Iterable[str]) -> str:
    """Nothing may be loaded, and nothing runs but what is in the page as it was written."""
    return (
        f"default-src 'none'; script-src {' '.join(map(_hash, scripts))}; "
        f"style-src {' '.join(map(_hash, styles))}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
