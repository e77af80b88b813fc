"""What the linter found as HTML, for notebooks."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from cnncalc.linter.finding import Finding, Severity
from cnncalc.report.columns import count_of
from cnncalc.report.findings import show, summary
from cnncalc.report.html_parts import FAINT, framed, headline, remark
from cnncalc.spec.network import Network

_MOST = 200
# dark enough for white and light enough for black
_COLOURS: dict[Severity, str] = {"error": "#d1242f", "warning": "#b26a00", "info": "#3b7dd8"}


def findings_html(findings: Sequence[Finding], network: Network) -> str:
    """Every finding with the line at fault; of very many the first."""
    parts = [headline(summary(findings))]
    parts += [_finding(finding, network) for finding in findings[:_MOST]]
    if len(findings) > _MOST:
        parts.append(remark(f"and {count_of(len(findings) - _MOST, 'finding')} more"))
    return framed(parts)


def _finding(finding: Finding, network: Network) -> str:
    shown = show(finding, network)
    code = f'<b style="color:{_COLOURS[shown.severity]}">{escape(shown.code)}</b>'
    parts = [f"{escape(shown.place)}: {code} {escape(shown.message)}"]
    if shown.frame:
        frame = "\n".join(map(escape, shown.frame))
        parts.append(f'<pre style="margin:.2em 0;background:none;line-height:1.3">{frame}</pre>')
    if shown.help:
        parts.append(f'<span style="{FAINT}">= {escape(shown.help)}</span>')
    return f'<div style="margin:.5em 0">{"".join(parts)}</div>'
