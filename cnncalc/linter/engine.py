"""The engine: runs the rules, finds the places of what they report, and sorts it out."""

from __future__ import annotations

import pkgutil
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache, cached_property
from importlib import import_module
from typing import TYPE_CHECKING

from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.linter.finding import Finding, Findings, Severity
from cnncalc.linter.fixes import Fix, ResolvedFix, Resolver
from cnncalc.linter.rule import Report, Rule
from cnncalc.linter.settings import LintSettings
from cnncalc.source import Mapping, Node, Source, Span
from cnncalc.source.printable import printable

if TYPE_CHECKING:
    from cnncalc.linter.suppressions import Suppression

DEFAULT = LintSettings()
CRASH = "E000"
MOST_LISTED = 10_000  # findings of one rule
_CRASHED = "internal-error"
_RULES = "cnncalc.linter.rules"
_CRLF = re.compile("\r?\n")


@cache
def rules() -> tuple[Rule, ...]:
    """Every rule, by code; a rule is a file in `cnncalc/linter/rules/`."""
    package = import_module(_RULES)
    found = []
    for info in pkgutil.iter_modules(package.__path__):
        if not info.name.startswith("_"):
            module = import_module(f"{_RULES}.{info.name}")
            found += [
                kind()
                for kind in vars(module).values()
                if isinstance(kind, type) and issubclass(kind, Rule) and kind is not Rule
            ]
    return tuple(sorted(found, key=lambda rule: rule.code))


def codes() -> list[str]:
    """The code of every rule."""
    return [rule.code for rule in rules()]


def lint(facts: NetworkFacts, settings: LintSettings = DEFAULT) -> Findings:
    """Run the rules; what several copies of one line share is one finding.

    Args:
        facts: The facts of the network.
        settings: Which rules run, and how bad what they find is.
    """
    chosen = [rule for rule in rules() if settings.chooses(rule)]
    findings: list[Finding] = []
    found: list[tuple[Rule, list[list[Report]]]] = []
    for rule in chosen:
        try:
            reports = list(rule.check(facts))
        except Exception as error:  # whatever a rule does wrong must not hide the others' findings
            findings.append(_crash(rule, error))
        else:
            found.append((rule, list(_by_place(reports).values())))
    superseded = {
        (code, _subject(copies[0]))
        for rule, groups in found
        for code in rule.supersedes
        for copies in groups
    }
    fixer = _Fixer(facts)
    for rule, groups in found:
        kept = [copies for copies in groups if (rule.code, _subject(copies[0])) not in superseded]
        findings += (
            finding._replace(severity=settings.severity_of(rule.code, finding.severity))
            for finding in _findings(rule, kept, facts, fixer)
        )
    return Findings(sorted(_suppress(findings, chosen, facts), key=_order), facts.network)


def _findings(
    rule: Rule, groups: list[list[Report]], facts: NetworkFacts, fixer: _Fixer
) -> Iterator[Finding]:
    """A finding per group; those that nobody would read one by one are one together."""
    source = facts.network.source
    most = MOST_LISTED
    if source is not None and "cnncalc:" in source.text:
        most = len(groups)  # comments may silence some, and it matters which
    for copies in groups[:most]:
        yield _finding(rule, copies, source, fixer)
    if len(groups) > most:
        more = f"{len(groups) - most:,} more findings of this rule, from here on, are not listed"
        first = _finding(rule, groups[most], source, fixer)
        yield first._replace(message=more, help="mend those before", fixes=())


def _subject(report: Report) -> object:
    """What a report is about: the entry, whichever of its arguments it points at."""
    if report.layer is None:
        return report.span
    place = report.layer.node.place
    return report.layer.name if place is None else id(place)


def _suppress(findings: list[Finding], chosen: list[Rule], facts: NetworkFacts) -> list[Finding]:
    """Without what comments silence, and with the comments that silence nothing."""
    source = facts.network.source
    if source is None or "cnncalc:" not in source.text:
        return findings
    from cnncalc.linter import suppressions  # most specs have none

    root = facts.network.document.root
    outcome = suppressions.apply(findings, suppressions.find(source, root))
    unused = next((rule for rule in chosen if rule.code == suppressions.UNUSED), None)
    if unused is None:
        return outcome.kept
    running = {rule.code for rule in chosen}
    silent = set(codes()) - running  # a rule that does not run cannot find anything
    found = [
        _unused(unused, suppression, index, source)
        for suppression, index in outcome.unused
        if index is None or suppression.codes[index][0] not in silent
    ]
    return [*outcome.kept, *found]


def _unused(rule: Rule, suppression: Suppression, index: int | None, source: Source) -> Finding:
    from cnncalc.linter import suppressions

    if index is None:
        span, message = suppression.span, "the comment names no rule to ignore"
    else:
        code, span = suppression.codes[index]
        known = code in codes()
        why = "finds nothing here" if known else "does not exist"
        message = f"the suppression is unused: {code} {why}"
    fix = suppressions.removal(suppression, index, source)
    return Finding(
        rule.code,
        rule.name,
        rule.severity,
        message,
        fix.title,
        *_positions(source, span),
        None,
        (),
        span,
        (fix,),
    )


def _order(finding: Finding) -> tuple[int, int, str]:
    return (finding.line or 0, finding.column or 0, finding.code)


def _by_place(reports: list[Report]) -> dict[object, list[Report]]:
    """Reports by what is written where: the copies of one line together.

    Two reports on the same layer, or on the document, are two things wrong, and no copies.
    """
    groups: dict[object, list[Report]] = {}
    counts: Counter[object] = Counter()
    for report in reports:
        place = _place(report)
        said = (place, None if report.layer is None else report.layer.name)
        groups.setdefault((place, counts[said]), []).append(report)
        counts[said] += 1
    return groups


def _place(report: Report) -> object:
    if report.layer is None:
        return report.span
    place = report.layer.node.place
    span = _layer_span(place, report.argument)
    # what is built in Python has no places: all its spans are empty
    return span if span is not None and span.end else report.layer.name


def _finding(rule: Rule, copies: list[Report], source: Source | None, fixer: _Fixer) -> Finding:
    report = copies[0]
    layer = report.layer
    layers = tuple(dict.fromkeys(copy.layer.name for copy in copies if copy.layer is not None))
    layers = layers or report.layers
    span = report.span
    if span is None and layer is not None:
        span = _layer_span(layer.node.place, report.argument)
    return Finding(
        rule.code,
        rule.name,
        report.severity or rule.severity,
        printable(f"{layer.op}: {report.message}" if layer is not None else report.message),
        None if report.help is None else printable(report.help),
        *_positions(source, span),
        layers[0] if layers else None,
        layers,
        span if source is not None else None,
        fixer.fixes(copies),
    )


class _Fixer:
    """Resolves the fixes that every copy of a line wants: to edit it is to edit them all."""

    def __init__(self, facts: NetworkFacts) -> None:
        self._facts = facts

    def fixes(self, copies: list[Report]) -> tuple[ResolvedFix, ...]:
        first = copies[0]
        resolver = self._resolver
        if resolver is None or not first.fixes:
            return ()
        if first.layer is not None:
            if len(copies) < self._n_copies[id(first.layer.node.place)]:
                return ()
        wanted = [
            fix for fix in first.fixes if all(_same_edits(fix, copy.fixes) for copy in copies[1:])
        ]
        resolved = tuple(fix for fix in map(resolver.resolve, wanted) if fix is not None)
        return tuple(map(_with_crlf, resolved)) if self._has_crlf else resolved

    @cached_property
    def _resolver(self) -> Resolver | None:
        network = self._facts.network
        if network.source is None:
            return None
        return Resolver(network.source, network.document.root)

    @cached_property
    def _has_crlf(self) -> bool:
        source = self._facts.network.source
        return source is not None and "\r\n" in source.text

    @cached_property
    def _n_copies(self) -> Counter[int]:
        return Counter(id(layer.node.place) for layer in self._facts.layers)


def _with_crlf(fix: ResolvedFix) -> ResolvedFix:
    """The fix with the line ends of a document that has them so."""
    edits = tuple(edit._replace(text=_CRLF.sub("\r\n", edit.text)) for edit in fix.edits)
    return fix._replace(edits=edits)


def _same_edits(fix: Fix, others: tuple[Fix, ...]) -> bool:
    return any(_shown(fix) == _shown(other) for other in others)


def _shown(fix: Fix) -> list[tuple[object, ...]]:
    """The changes of a fix without the copy of the layer that they are about."""
    return [(type(change), *(_line(part) for part in change)) for change in fix.changes]


def _line(part: object) -> object:
    return id(part.node.place) if isinstance(part, LayerFacts) else part


def _layer_span(place: object, argument: str | None) -> Span | None:
    """Where a layer is written: the argument if it is there, else the op."""
    if isinstance(place, Mapping) and place.entries:
        head, value = place.entries[0]
        if argument is not None and isinstance(value, Mapping):
            key = value.key(argument)
            if key is not None:
                return key.span
        return head.span
    return place.span if isinstance(place, Node) else None


def _positions(
    source: Source | None, span: Span | None
) -> tuple[int | None, int | None, int | None, int | None]:
    if source is None or span is None:
        return None, None, None, None
    line, column = source.position(span.start)
    end_line, end_column = source.position(max(span.start, span.end - 1))
    return line, column, end_line, end_column + 1


def _crash(rule: Rule, error: Exception) -> Finding:
    severity: Severity = "error"
    message = f"rule {rule.code} ({rule.name}) failed: {type(error).__name__}: {error}"
    why = "this is a bug in cnncalc; please report it"
    nowhere = (None, None, None, None)
    return Finding(CRASH, _CRASHED, severity, message, why, *nowhere, None, (), None)
