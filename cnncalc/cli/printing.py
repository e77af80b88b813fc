"""How the results of `check` and `summary` are printed."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from typing import TYPE_CHECKING, Any, NamedTuple

from cnncalc.cli import request as o
from cnncalc.cli.output import accept_any_character, is_terminal, write, write_bytes, write_error
from cnncalc.cli.reporting import Result, all_findings, is_crash
from cnncalc.cli.request import Checking, Request
from cnncalc.cli.running import print_errors
from cnncalc.errors import Diagnostic

if TYPE_CHECKING:
    from cnncalc.report.findings import Marks
    from cnncalc.report.rows import View

_FORMATS = {
    o.OutputFormat.json_lines: "json_lines",
    o.OutputFormat.sarif: "sarif",
    o.OutputFormat.github: "github",
    o.OutputFormat.gitlab: "gitlab",
    o.OutputFormat.junit: "junit",
}


class _Outcome(NamedTuple):
    """All that there is to print."""

    request: Request
    checking: Checking
    view: View
    results: Sequence[Result]
    errors: Sequence[Diagnostic]


def print_results(
    request: Request, view: View, results: Sequence[Result], errors: Sequence[Diagnostic]
) -> None:
    """Print what is asked for, and where.

    Raises:
        UsageError: The output file cannot be written.
    """
    checking = request.checking or Checking()
    outcome = _Outcome(request, checking, view, results, errors)
    texts = [] if checking.diff else [r.mended.after for r in results if r.name == "-" and r.mended]
    for text in texts:
        write_bytes(text.encode())
    if checking.output_file is not None:
        _print_to_file(checking.output_file, outcome)
    elif texts:  # standard output has the fixed text already
        with redirect_stdout(sys.stderr):
            _print(outcome, is_terminal())
    else:
        _print(outcome, is_terminal())


def _print_to_file(file: str, outcome: _Outcome) -> None:
    from cnncalc.cli.files import save

    buffer = io.StringIO(newline="")
    with redirect_stdout(buffer):
        _print(outcome, drawn=False)
    save(buffer.getvalue().encode("utf-8", "backslashreplace"), file)


def _print(outcome: _Outcome, drawn: bool) -> None:
    request, checking = outcome.request, outcome.checking
    if checking.diff:
        _print_diffs(outcome, drawn)
    elif checking.fix_only:
        _print_fixed(outcome)
    elif checking.statistics:
        _print_statistics(outcome)
    elif request.output_format is o.OutputFormat.json:
        from cnncalc.report.json_report import write_document

        parts = [(result.facts, result.findings) for result in outcome.results]
        write_document(write, parts, outcome.errors, outcome.view.convention)
        _print_fixed_apart(outcome)
        return
    elif request.output_format in _FORMATS:
        _print_for_programs(outcome, _FORMATS[request.output_format])
        return
    elif request.output_format is o.OutputFormat.concise:
        _print_concise(outcome)
    elif request.table is o.TableStyle.csv:
        _print_csv(outcome)
    elif request.table is o.TableStyle.markdown:
        _print_markdown(outcome)
    elif drawn:
        _draw(outcome)
    else:
        _print_plain(outcome)
    print_errors(outcome.errors)


def print_crashes(results: Sequence[Result]) -> None:
    """Print the rules that failed to standard error, where the findings are not printed."""
    from cnncalc.report.findings import show

    for result in results:
        for finding in filter(is_crash, result.findings or ()):
            shown = show(finding, result.facts.network)
            write_error(shown.headline)


def _marks(result: Result, checking: Checking) -> Marks:
    """Which findings `--fix` would mend: none of the zoo, and none that it just left alone."""
    from cnncalc.report.findings import no_marks, safe_marks, unsafe_marks

    if result.mended is not None or _is_of_zoo(result):
        return no_marks
    return unsafe_marks if checking.unsafe_fixes else safe_marks


def _is_of_zoo(result: Result) -> bool:
    return result.name != "-" and o.file_of(result.name) is None


def _conclusion(outcome: _Outcome) -> list[str]:
    """The last lines of a report: what was fixed, what is left, and what could be fixed."""
    from cnncalc.report.findings import fix_hint, summary

    results, checking = outcome.results, outcome.checking
    if not results or results[0].findings is None:
        return []
    lines = _fixed(outcome)
    line = summary(all_findings(results))
    n_known = sum(result.n_known for result in results)
    lines.append(f"{line} The baseline has {n_known:,} more." if n_known else line)
    own = [result for result in results if not _is_of_zoo(result)]
    hint = fix_hint(all_findings(own), unsafe=checking.unsafe_fixes, fixed=checking.mends)
    return [*lines, hint] if hint else lines


def _fixed(outcome: _Outcome) -> list[str]:
    """What was fixed, a line each."""
    from cnncalc.report.findings import fixed_line, numbered

    lines = [
        f"  {fixed_line(result.mended.place, finding, title)}"
        for result in outcome.results
        if result.mended is not None
        for finding, title in result.mended.applied
    ]
    return [f"Fixed {numbered(len(lines), 'finding')}:", *lines] if lines else []


def _print_diffs(outcome: _Outcome, drawn: bool) -> None:
    from cnncalc.report.findings import fix_hint, numbered

    for result in outcome.results:
        if result.mended is not None and drawn:
            from cnncalc.report.terminal import make_console, print_diff

            accept_any_character()
            print_diff(make_console(), result.mended.diff())
        elif result.mended is not None:
            write(result.mended.diff())
    print_crashes(outcome.results)
    sys.stdout.flush()  # the count comes last on a terminal, too
    count = sum(len(result.mended.applied) for result in outcome.results if result.mended)
    if outcome.results:
        write_error(f"Would fix {numbered(count, 'finding')}." if count else "Nothing to fix.")
        unsafe = outcome.checking.unsafe_fixes
        hint = fix_hint(all_findings(outcome.results), unsafe=unsafe, fixed=True)
        if hint:
            write_error(hint)


def _print_fixed(outcome: _Outcome) -> None:
    for line in _fixed(outcome):
        write(f"{line}\n")
    print_crashes(outcome.results)


def _print_statistics(outcome: _Outcome) -> None:
    from cnncalc.report.statistics import statistics, write_json, write_statistics

    checking = outcome.checking
    counted = statistics(
        (result.findings or (), _marks(result, checking)) for result in outcome.results
    )
    if outcome.request.output_format is o.OutputFormat.json:
        write_json(write, counted, outcome.errors)
        return
    write_statistics(write, counted)
    if outcome.request.output_format is o.OutputFormat.full:
        for line in _conclusion(outcome):
            write(f"{line}\n")


def _print_for_programs(outcome: _Outcome, module: str) -> None:
    from importlib import import_module

    from cnncalc.report.formats.checked import Checked, from_here

    checked = [
        Checked(result.facts, result.findings or (), from_here(o.file_of(result.name)))
        for result in outcome.results
    ]
    form: Any = import_module(f"cnncalc.report.formats.{module}")
    write(form.render(checked, outcome.errors))
    _print_fixed_apart(outcome)


def _print_fixed_apart(outcome: _Outcome) -> None:
    """What was fixed, to standard error, where standard output is for a program."""
    for line in _fixed(outcome):
        write_error(line)


def _print_concise(outcome: _Outcome) -> None:
    from cnncalc.report.plain import write_concise, write_one_line

    for result in outcome.results:
        if result.findings is None:
            write_one_line(write, result.facts, outcome.view.convention)
        else:
            marks = _marks(result, outcome.checking)
            write_concise(write, result.facts, result.findings, marks)
    _print_fixed_apart(outcome)


def _print_csv(outcome: _Outcome) -> None:
    """The table alone, so that it can be read as it is; the findings go to standard error."""
    from cnncalc.cli.output import Output
    from cnncalc.report.csv_table import write_tables
    from cnncalc.report.plain import write_findings

    write_tables(Output(), [result.facts for result in outcome.results], outcome.view)
    for result in outcome.results:
        marks = _marks(result, outcome.checking)
        write_findings(_write_error_lines, result.facts, result.findings or (), marks)
    _print_fixed_apart(outcome)


def _write_error_lines(text: str) -> None:
    for line in text.splitlines():
        write_error(line)


def _print_markdown(outcome: _Outcome) -> None:
    from cnncalc.report import markdown

    for number, result in enumerate(outcome.results):
        write("\n" if number else "")
        markdown.write_network(write, result.facts, outcome.view)
        marks = _marks(result, outcome.checking)
        markdown.write_findings(write, result.facts, result.findings or (), marks)
    markdown.write_conclusion(write, _conclusion(outcome))


def _print_plain(outcome: _Outcome) -> None:
    from cnncalc.report import plain

    for number, result in enumerate(outcome.results):
        write("\n" if number else "")
        plain.write_network(write, result.facts, outcome.view)
        if result.findings:
            write("\n")
            marks = _marks(result, outcome.checking)
            plain.write_findings(write, result.facts, result.findings, marks)
    lines = _conclusion(outcome)
    if lines:
        write("\n" + "".join(f"{line}\n" for line in lines))


def _draw(outcome: _Outcome) -> None:
    from cnncalc.report import terminal

    accept_any_character()
    console = terminal.make_console()
    for number, result in enumerate(outcome.results):
        if number:
            console.print()
        terminal.print_network(console, result.facts, outcome.view)
        if result.findings:
            console.print()
            marks = _marks(result, outcome.checking)
            terminal.print_findings(console, result.facts, result.findings, marks)
    lines = _conclusion(outcome)
    if lines:
        console.print()
    for line in lines:
        terminal.print_line(console, line, "" if line.startswith("  ") else "bold")
