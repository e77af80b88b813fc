"""`cnncalc report`: a network as one web page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cnncalc.cli import options as o
from cnncalc.cli.request import Checking, defined, given_input, to_load
from cnncalc.cli.running import CLEAN, UNUSABLE, guarded

if TYPE_CHECKING:
    from cnncalc.analysis.facts import NetworkFacts
    from cnncalc.linter.finding import Finding

Output = Annotated[
    str | None,
    typer.Option("--output", "-o", metavar="FILE", help="Where the page goes: report.html."),
]
Image = Annotated[
    str | None,
    typer.Option(metavar="FILE", help="A picture to show as the input: PNG, JPEG, GIF, WebP."),
]
Force = Annotated[bool, typer.Option("--force", help="Replace a file that is there.")]


def report(
    network: o.NetworkName,
    output: Output = None,
    image: Image = None,
    force: Force = False,
    batch: o.Batch = 1,
    dtype: o.Dtype = "float32",
    input: o.Input = None,
    define: o.Define = None,
    variant: o.Variant = None,
    select: o.Select = None,
    ignore: o.Ignore = None,
    extend_select: o.ExtendSelect = None,
    strict: o.Strict = False,
    isolated: o.Isolated = False,
    config: o.Config = None,
) -> None:
    """Write a web page: totals, findings, drawing, charts, layers."""
    checking = Checking(select, ignore, extend_select, strict, isolated=isolated, config=config)

    def run() -> int:
        from cnncalc.api import analyze, load

        _refuse_terminal(output)
        _refuse_other_forms(output)
        loaded = load(
            to_load(network),
            variant=variant,
            define=defined(define),
            input=given_input(input),
        )
        facts = analyze(loaded, batch=batch, dtype=dtype)
        findings = _findings(network, facts, checking)
        _write(facts, findings, image, output, force)
        return _exit_code(findings)

    raise typer.Exit(guarded(run))


def _refuse_terminal(output: str | None) -> None:
    """Half a megabyte of HTML on a terminal helps nobody."""
    import sys

    from cnncalc.errors import UsageError

    if output is None and sys.stdout.isatty():
        raise UsageError("the page goes to a file: -o report.html")


def _refuse_other_forms(output: str | None) -> None:
    """A page by the name of a picture would open in the wrong program."""
    from pathlib import Path

    from cnncalc.errors import UsageError
    from cnncalc.source.printable import quoted

    if output and Path(output).suffix.lower() not in ("", ".html", ".htm"):
        raise UsageError(f"{quoted(output)}: the page is HTML, so its name ends in .html")


def _findings(name: str, facts: NetworkFacts, checking: Checking) -> list[Finding]:
    from cnncalc.cli.configuration import Configuration
    from cnncalc.errors import UsageError
    from cnncalc.linter.engine import lint

    if checking.config is not None and checking.isolated:
        raise UsageError("--config and --isolated do not go together")
    return lint(facts, Configuration(checking).of(name).lint)


def _write(
    facts: NetworkFacts, findings: list[Finding], image: str | None, output: str | None, force: bool
) -> None:
    from cnncalc.cli.output import write_bytes
    from cnncalc.report.page.page import page
    from cnncalc.source.writing import write_file

    data = page(facts, findings=findings, image=image).encode()
    if output is None:
        write_bytes(data)
    else:
        write_file(data, output, force=force)


def _exit_code(findings: list[Finding]) -> int:
    """What is wrong with the network is on the page; a rule that failed is another matter."""
    from cnncalc.cli.reporting import is_crash

    return UNUSABLE if any(map(is_crash, findings)) else CLEAN
