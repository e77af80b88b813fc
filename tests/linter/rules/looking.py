"""How the tests of rules look at a spec, and mend it."""

from __future__ import annotations

from textwrap import dedent

import cnncalc
from cnncalc.analysis.facts import NetworkFacts
from cnncalc.linter.engine import lint
from cnncalc.linter.finding import Finding
from cnncalc.linter.fixes import apply
from cnncalc.linter.fixing import fix_all
from cnncalc.linter.settings import LintSettings
from cnncalc.source import Source


def look(text: str, *select: str) -> list[Finding]:
    """All findings of a spec, or those of some rules."""
    return lint(cnncalc.analyze(cnncalc.load(dedent(text))), LintSettings(select=select))


def chain(input: str, *layers: str) -> str:
    """A spec of layers in a row."""
    lines = [f"input: {input}", "layers:", *(f"  - {layer}" for layer in layers)]
    return "\n".join(lines) + "\n"


def fixed(text: str, code: str) -> str:
    """The text after the first fix of the one finding of a rule."""
    text = dedent(text)
    (finding,) = look(text, code)
    return apply(finding.fixes[0].edits, text)


def mended(text: str, *select: str, unsafe: bool = False) -> str:
    """The text after all fixes that the engine accepts."""
    settings = LintSettings(select=select)

    def again(source: Source) -> tuple[NetworkFacts, list[Finding]]:
        facts = cnncalc.analyze(cnncalc.load(source.text))
        return facts, lint(facts, settings)

    return fix_all(Source("t.yaml", dedent(text)), again, unsafe=unsafe).text
