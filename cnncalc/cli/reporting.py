"""What `check` and `summary` share: load, analyse, lint, print."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from cnncalc.cli import request as o
from cnncalc.cli.output import accept_any_character, is_terminal, write, write_error
from cnncalc.cli.request import Request
from cnncalc.cli.running import CLEAN, FINDINGS, UNUSABLE, diagnostics, guarded, print_errors
from cnncalc.errors import CnncalcError, Diagnostic, UsageError

if TYPE_CHECKING:
    from cnncalc.analysis.facts import NetworkFacts
    from cnncalc.linter.finding import Finding
    from cnncalc.report.rows import View

_CRASHED = "internal-error"  # what a finding is called if a rule failed


class Result(NamedTuple):
    """A network that was looked at; the findings are None if they were not asked for."""

    facts: NetworkFacts
    findings: list[Finding] | None


def report(request: Request) -> int:
    """Print what is asked for; the result is the exit code."""
    as_json = request.output_format is o.OutputFormat.json
    return guarded(lambda: _report(request), as_json=as_json)


def _report(request: Request) -> int:
    from cnncalc.report.columns import choose
    from cnncalc.report.rows import View

    if request.table and request.output_format is not o.OutputFormat.full:
        raise UsageError(
            f"--table goes with --output-format full, not {request.output_format.value}"
        )
    sort: Any = request.sort and request.sort.value  # the words of SortBy are those of View
    view = View(o.listed(request.columns), sort, request.top, request.depth)
    choose(view.columns)  # before any work is done
    results, errors = _results(request)
    _print(request, view, results, errors)
    return _exit_code(request, results, errors)


def _results(request: Request) -> tuple[list[Result], list[Diagnostic]]:
    """Every network that can be used, and why the others cannot."""
    from cnncalc.api import analyze, lint, load

    define, shape = o.defined(request.define), o.given_input(request.input)
    results = []
    errors: list[Diagnostic] = []
    for name in request.networks:
        try:
            network = load(name, variant=request.variant, define=define, input=shape)
            facts = analyze(network, batch=request.batch, dtype=request.dtype)
        except CnncalcError as error:
            errors += diagnostics(error)
            continue
        results.append(Result(facts, lint(facts) if request.fail_on else None))
    return results, errors


def _exit_code(request: Request, results: list[Result], errors: list[Diagnostic]) -> int:
    findings = list(_findings(results))
    if errors or any(finding.name == _CRASHED for finding in findings):
        return UNUSABLE
    if request.fail_on is None:
        return CLEAN
    severities = [level.value for level in o.FailOn]
    failing = severities[: severities.index(request.fail_on.value) + 1]
    return FINDINGS if any(finding.severity in failing for finding in findings) else CLEAN


def _findings(results: list[Result]) -> Iterator[Finding]:
    for result in results:
        yield from result.findings or ()


def _print(request: Request, view: View, results: list[Result], errors: list[Diagnostic]) -> None:
    if request.output_format is o.OutputFormat.json:
        from cnncalc.report.json_report import write_document

        write_document(write, results, errors)
        return
    if request.output_format is o.OutputFormat.concise:
        _print_concise(results)
    elif request.table is o.TableStyle.csv:
        _print_csv(view, results)
    elif request.table is o.TableStyle.markdown:
        _print_markdown(view, results)
    elif is_terminal():
        _draw(view, results)
    else:
        _print_plain(view, results)
    print_errors(errors)


def _print_concise(results: list[Result]) -> None:
    from cnncalc.report.plain import write_concise, write_one_line

    for facts, findings in results:
        if findings is None:
            write_one_line(write, facts)
        else:
            write_concise(write, facts, findings)


def _print_csv(view: View, results: list[Result]) -> None:
    """The table alone, so that it can be read as it is; the findings go to standard error."""
    from cnncalc.cli.output import Output
    from cnncalc.report.csv_table import write_tables
    from cnncalc.report.plain import write_findings

    write_tables(Output(), [result.facts for result in results], view)
    for facts, findings in results:
        write_findings(_write_error_lines, facts, findings or ())


def _write_error_lines(text: str) -> None:
    for line in text.splitlines():
        write_error(line)


def _print_markdown(view: View, results: list[Result]) -> None:
    from cnncalc.report import markdown
    from cnncalc.report.findings import summary

    for number, (facts, findings) in enumerate(results):
        write("\n" if number else "")
        markdown.write_network(write, facts, view)
        markdown.write_findings(write, facts, findings or ())
    if results and results[0].findings is not None:
        write(f"\n{summary(_findings(results))}\n")


def _print_plain(view: View, results: list[Result]) -> None:
    from cnncalc.report import plain
    from cnncalc.report.findings import summary

    for number, (facts, findings) in enumerate(results):
        write("\n" if number else "")
        plain.write_network(write, facts, view)
        if findings:
            write("\n")
            plain.write_findings(write, facts, findings)
    if results and results[0].findings is not None:
        write(f"\n{summary(_findings(results))}\n")


def _draw(view: View, results: list[Result]) -> None:
    from cnncalc.report import terminal
    from cnncalc.report.findings import summary

    accept_any_character()
    console = terminal.make_console()
    for number, (facts, findings) in enumerate(results):
        if number:
            console.print()
        terminal.print_network(console, facts, view)
        if findings:
            console.print()
            terminal.print_findings(console, facts, findings)
    if results and results[0].findings is not None:
        console.print()
        terminal.print_line(console, summary(_findings(results)), "bold")
