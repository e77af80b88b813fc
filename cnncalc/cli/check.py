"""`cnncalc check`: the table, the totals and the findings."""

from __future__ import annotations

import typer

from cnncalc.cli import options as o
from cnncalc.cli.reporting import report
from cnncalc.cli.request import Checking, OutputFormat, Request


def check(
    networks: o.Networks,
    output_format: o.Format = OutputFormat.full,
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
    select: o.Select = None,
    ignore: o.Ignore = None,
    extend_select: o.ExtendSelect = None,
    strict: o.Strict = False,
    fail_on: o.Fail = None,
    fix: o.MakeFixes = False,
    unsafe_fixes: o.Unsafe = False,
    diff: o.Diff = False,
    fix_only: o.FixOnly = False,
    isolated: o.Isolated = False,
    config: o.Config = None,
    baseline: o.Baseline = None,
    write_baseline: o.WriteBaseline = None,
    statistics: o.Statistics = False,
    output_file: o.OutputFile = None,
) -> None:
    """Print the table of layers, the totals, and what is wrong."""
    checking = Checking(
        select, ignore, extend_select, strict, fail_on, fix, unsafe_fixes, diff, fix_only, isolated,
        config, baseline, write_baseline, statistics, output_file,
    )  # fmt: skip
    request = Request(
        networks, output_format, table, columns, sort, top, depth, convention, batch, dtype, input,
        define, variant, checking,
    )  # fmt: skip
    raise typer.Exit(report(request))
