"""What `check` and `summary` share: load, analyse, lint or mend, and find the exit code."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from cnncalc.cli import request as o
from cnncalc.cli.request import Checking, Request
from cnncalc.cli.running import CLEAN, FINDINGS, UNUSABLE, diagnostics, guarded
from cnncalc.errors import CnncalcError, Diagnostic, UsageError

if TYPE_CHECKING:
    from cnncalc.analysis.facts import NetworkFacts
    from cnncalc.cli.configuration import Settings
    from cnncalc.cli.mending import Mended
    from cnncalc.linter.finding import Finding

_CRASHED = "internal-error"  # what a finding is called if a rule failed
_NOT_TOGETHER = (
    ("config", "isolated"),
    ("baseline", "write_baseline"),
    ("diff", "write_baseline"),
    ("diff", "statistics"),
    ("fix_only", "write_baseline"),
    ("fix_only", "statistics"),
    ("write_baseline", "statistics"),
)
_COUNTED = (o.OutputFormat.full, o.OutputFormat.concise, o.OutputFormat.json)


class Result(NamedTuple):
    """A network that was looked at.

    Attributes:
        name: What it is called on the command line.
        facts: Its facts.
        findings: What the linter found, or is left of that; None if it was not asked for.
        fail_on: The least severity that makes the exit code 1, or `never`.
        n_known: How many findings the baseline covers.
        mended: The fixes that were made.
    """

    name: str
    facts: NetworkFacts
    findings: list[Finding] | None
    fail_on: str = "never"
    n_known: int = 0
    mended: Mended | None = None


def report(request: Request) -> int:
    """Print what is asked for; the result is the exit code."""
    as_json = request.output_format is o.OutputFormat.json
    return guarded(lambda: _report(request), as_json=as_json)


def _report(request: Request) -> int:
    from cnncalc.cli.printing import print_results
    from cnncalc.report.columns import choose
    from cnncalc.report.rows import View

    _refuse_contradictions(request)
    sort: Any = request.sort and request.sort.value  # the words of SortBy are those of View
    convention = request.convention
    view = View(o.listed(request.columns), sort, request.top, request.depth, convention)
    choose(view.columns)  # before any work is done
    if convention is not None:
        from cnncalc.conventions.counting import tool_called

        tool_called(convention)
    results, errors = _results(request)
    checking = request.checking
    if checking is not None and checking.write_baseline is not None:
        from cnncalc.cli.baselines import write_baseline

        return write_baseline(checking.write_baseline, results, errors)
    print_results(request, view, results, errors)
    return _exit_code(checking, results, errors)


def _refuse_contradictions(request: Request) -> None:
    if request.table and request.output_format is not o.OutputFormat.full:
        raise UsageError(
            f"--table goes with --output-format full, not {request.output_format.value}"
        )
    checking = request.checking
    if checking is None:
        return
    for first, second in _NOT_TOGETHER:
        if getattr(checking, first) and getattr(checking, second):
            options = [f"--{word.replace('_', '-')}" for word in (first, second)]
            raise UsageError(f"{options[0]} and {options[1]} do not go together")
    if checking.statistics and request.output_format not in _COUNTED:
        formats = ", ".join(word.value for word in _COUNTED)
        raise UsageError(
            f"--statistics goes with --output-format {formats}, not {request.output_format.value}"
        )


def _results(request: Request) -> tuple[list[Result], list[Diagnostic]]:
    """Every network that can be used, and why the others cannot."""
    baseline = None
    if request.checking is not None and request.checking.baseline is not None:
        from cnncalc.cli.baselines import KnownFindings

        baseline = KnownFindings(request.checking.baseline)
    results = []
    errors: list[Diagnostic] = []
    for name, settings in zip(request.networks, _settings(request), strict=True):
        try:
            result = _result(name, request, settings)
        except CnncalcError as error:
            errors += diagnostics(error)
        else:
            results.append(result if baseline is None else baseline.without(result))
    return results, errors


def _settings(request: Request) -> Sequence[Settings | None]:
    """The settings of every network, before any work is done; None where nothing is linted."""
    if request.checking is None:
        return [None] * len(request.networks)
    from cnncalc.cli.configuration import Configuration

    configuration = Configuration(request.checking)
    return [configuration.of(name) for name in request.networks]


def _result(name: str, request: Request, settings: Settings | None) -> Result:
    if settings is not None and request.checking is not None and request.checking.mends:
        return _mended(name, request, request.checking, settings)
    from cnncalc.api import analyze, lint, load

    define, shape = o.defined(request.define), o.given_input(request.input)
    network = load(o.to_load(name), variant=request.variant, define=define, input=shape)
    facts = analyze(network, batch=request.batch, dtype=request.dtype)
    if settings is None:
        return Result(name, facts, None)
    return Result(name, facts, lint(facts, settings.lint), settings.fail_on)


def _mended(name: str, request: Request, checking: Checking, settings: Settings) -> Result:
    from cnncalc.cli.mending import mend, write_back

    mended = mend(name, request, settings.lint, unsafe=checking.unsafe_fixes)
    if name != "-" and not checking.diff:
        write_back(name, mended)
    return Result(name, mended.facts, mended.left, settings.fail_on, mended=mended)


def _exit_code(
    checking: Checking | None, results: Sequence[Result], errors: Sequence[Diagnostic]
) -> int:
    if errors or any(is_crash(finding) for finding in all_findings(results)):
        return UNUSABLE
    if checking is None:
        return CLEAN
    if checking.diff:
        fails = any(result.mended and result.mended.applied for result in results)
    else:
        fails = not checking.fix_only and any(map(_fails, results))
    return FINDINGS if fails else CLEAN


def _fails(result: Result) -> bool:
    if result.fail_on == o.FailOn.never:
        return False
    levels = [level.value for level in o.FailOn]
    failing = levels[: levels.index(result.fail_on) + 1]
    return any(finding.severity in failing for finding in result.findings or ())


def is_crash(finding: Finding) -> bool:
    """Whether a finding is about a rule that failed, and not about a network."""
    return finding.name == _CRASHED


def all_findings(results: Iterable[Result]) -> Iterator[Finding]:
    """The findings of all networks."""
    for result in results:
        yield from result.findings or ()
