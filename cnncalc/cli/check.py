"""`cnncalc check`: the table, the totals and the findings."""

from __future__ import annotations

import typer

from cnncalc.cli import options as o
from cnncalc.cli.reporting import report
from cnncalc.cli.request import FailOn, OutputFormat, Request


def check(
    networks: o.Networks,
    output_format: o.Format = OutputFormat.full,
    table: o.Table = None,
    columns: o.Columns = None,
    sort: o.Sort = None,
    top: o.Top = None,
    depth: o.Depth = None,
    batch: o.Batch = 1,
    dtype: o.Dtype = "float32",
    input: o.Input = None,
    define: o.Define = None,
    variant: o.Variant = None,
    fail_on: o.Fail = FailOn.warning,
) -> None:
    """Print the table of layers, the totals, and what is wrong."""
    request = Request(
        networks, output_format, table, columns, sort, top, depth, batch, dtype, input, define,
        variant, fail_on,
    )  # fmt: skip
    raise typer.Exit(report(request))
