"""The sizes that fit as HTML, for notebooks."""

from __future__ import annotations

from cnncalc.report.html_parts import framed, headline, remark, table
from cnncalc.report.sizes_report import rule, size_rows
from cnncalc.teaching.fitting import Fitting


def fitting_html(fitting: Fitting) -> str:
    """The rule behind the sizes that fit, and those nearest to the given one."""
    tried = fitting.tried
    fit = f"{len(fitting.sizes):,} of the {len(tried):,} sizes from {tried[0]} to {tried[-1]} fit"
    parts = [headline(f"{fitting.axes}: {rule(fitting)}"), remark(fit)]
    found = list(size_rows(fitting, fitting.given))
    return framed([*parts, table(("Size", "Output"), found, ())] if found else parts)
