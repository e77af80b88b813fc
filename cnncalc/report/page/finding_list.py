"""The findings of the page: each with its line, and every rule that spoke, explained."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape

from cnncalc.linter.engine import rules
from cnncalc.linter.finding import Finding
from cnncalc.linter.rule import Rule
from cnncalc.report.columns import count_of
from cnncalc.report.findings import show, summary
from cnncalc.report.rule_text import explanation, is_title
from cnncalc.spec.network import Network

_MOST, _OPEN = 200, 8  # findings that are on the page, and that are seen at once
_WORDS = {"error": "error", "warning": "warning", "info": "note"}
_CODE = re.compile(r"`([^`]+)`")


def findings_html(network: Network, findings: Sequence[Finding], rows: Mapping[str, int]) -> str:
    """The findings, the worst of what is wrong with each line, and the rules behind them.

    Args:
        network: What they are about.
        findings: The findings.
        rows: The row of the table for every layer that has one.
    """
    head = '<h2 id="findings">Findings</h2>'
    if not findings:
        return f"{head}<p>{summary(findings)}</p>"
    # errors first, so that none is folded away behind what is less
    shown = sorted(findings, key=lambda finding: list(_WORDS).index(finding.severity))[:_MOST]
    items = [_finding(finding, network, rows) for finding in shown]
    hidden = len(findings) - len(shown)
    more = f'<p class="note">And {count_of(hidden, "finding")} more.</p>' if hidden else ""
    return (
        f"{head}<p>{summary(findings)}</p>\n{_list(items[:_OPEN])}{_folded(items[_OPEN:])}{more}\n"
        f"{_explained({finding.code for finding in shown})}"
    )


def _list(items: Sequence[str]) -> str:
    return '<ul class="findings">\n' + "\n".join(items) + "\n</ul>\n"


def _folded(items: Sequence[str]) -> str:
    if not items:
        return ""
    head = f"<summary>{count_of(len(items), 'finding')} more</summary>"
    return f'<details class="more">{head}{_list(items)}</details>'


def _finding(finding: Finding, network: Network, rows: Mapping[str, int]) -> str:
    shown = show(finding, network)
    row = rows.get(finding.layer or "")
    mark = "" if row is None else f' data-row="{row}"'
    frame = "\n".join(shown.frame)
    lines = f'<pre tabindex="0">{escape(frame)}</pre>' if frame else ""
    remedy = f'<p class="remedy">{escape(shown.help)}</p>' if shown.help else ""
    link = "" if row is None else f' <a href="#row-{row}">to the layer</a>'
    return (
        f'<li class="{finding.severity}"{mark}><p><strong class="severity">'
        f"{_WORDS[finding.severity]}</strong> "
        f'<a href="#rule-{escape(finding.code)}">{escape(finding.code)}</a> '
        f"{escape(shown.message)}</p>"
        f'<p class="note">{escape(shown.place)}{link}</p>{lines}{remedy}</li>'
    )


def _explained(codes: set[str]) -> str:
    parts = [_rule(rule) for rule in rules() if rule.code in codes]
    return f'<div class="rules">{"".join(parts)}</div>'


def _rule(rule: Rule) -> str:
    first, _, rest = explanation(rule).partition("\n")
    return (
        f'<details id="rule-{rule.code}"><summary><b>{rule.code}</b> {escape(rule.name)}: '
        f"{_inline(first)}</summary>{''.join(_blocks(rest.splitlines()))}</details>"
    )


def _blocks(lines: Iterable[str]) -> Iterator[str]:
    """A rule's documentation as HTML: titles, paragraphs and examples."""
    text: list[str] = []
    example: list[str] | None = None
    for line in [*lines, ""]:
        bare = line.strip()
        if bare.startswith("```"):
            if example is not None:
                yield _example(example)
            example = [] if example is None else None
        elif example is not None:
            example.append(line)
        elif bare and not is_title(line):
            text.append(bare)
        else:
            if text:
                yield f"<p>{_inline(' '.join(text))}</p>"
            text = []
            if bare:
                yield f"<h3>{escape(bare.rstrip(':'))}</h3>"


def _example(lines: Sequence[str]) -> str:
    margin = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    text = "\n".join(line[margin:] for line in lines)
    return f'<pre tabindex="0">{escape(text)}</pre>'


def _inline(text: str) -> str:
    return _CODE.sub(r"<code>\1</code>", escape(text))
