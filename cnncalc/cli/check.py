"""`cnncalc check`: the table, the totals and the findings."""

from __future__ import annotations

from cnncalc.cli import options as o
from cnncalc.cli.reporting import Request, report


def check(
    networks: o.Networks,
    output_format: o.Format = o.OutputFormat.full,
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
    fail_on: o.Fail = o.FailOn.warning,
) -> None:
    """Print the table of layers, the totals, and what is wrong."""
    report(
        Request(
            networks, output_format, table, columns, sort, top, depth, batch, dtype, input, define,
            variant, fail_on,
        )
    )  # fmt: skip
