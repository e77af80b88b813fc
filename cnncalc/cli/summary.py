"""`cnncalc summary`: the table and the totals."""

from __future__ import annotations

import typer

from cnncalc.cli import options as o
from cnncalc.cli.reporting import report
from cnncalc.cli.request import OutputFormat, Request, SummaryFormat


def summary(
    networks: o.Networks,
    output_format: o.ShortFormat = SummaryFormat.full,
    table: o.Table = None,
    columns: o.Columns = None,
    sort: o.Sort = None,
    top: o.Top = None,
    depth: o.Depth = None,
    convention: o.Convention = None,
    batch: o.Batch = 1,
    dtype: o.Dtype = "float32",
    input: o.Input = None,
    define: o.Define = None,
    variant: o.Variant = None,
) -> None:
    """Print the table of layers and the totals."""
    request = Request(
        networks, OutputFormat(output_format.value), table, columns, sort, top, depth,
        convention, batch, dtype, input, define, variant,
    )  # fmt: skip
    raise typer.Exit(report(request))
