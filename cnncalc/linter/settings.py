"""Which rules run, and how bad what they find is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from cnncalc.errors import UsageError
from cnncalc.linter.finding import SEVERITIES, Severity
from cnncalc.linter.rule import Rule
from cnncalc.spec.problems import show, suggestion

ALL = "ALL"
MISFITS = ("S102", "S103")


class LintSettings(NamedTuple):
    """What a caller or a configuration file asks of the linter.

    Codes may be prefixes: `S` is every rule on shapes, `S1` too, `S102` one rule, `ALL` all. The
    longest one that matches a rule decides, and of two alike the one that ignores.

    Attributes:
        select: Rules to run in place of those that are on by default; empty for these.
        extend_select: Rules to run besides.
        ignore: Rules not to run.
        severity: Severities by code, in place of the rules' own; the longest code decides.
        strict: Whether every misfit is an error.
        never: Rules not to run whatever is selected: those ignored in one file.
        under: Settings that decide about the rules of which these say nothing.
    """

    select: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severity: Mapping[str, Severity] = {}
    strict: bool = False
    never: tuple[str, ...] = ()
    under: LintSettings | None = None

    def chooses(self, rule: Rule) -> bool:
        """Whether a rule runs."""
        if _longest(self.never, rule.code) >= 0:
            return False
        wanted = _longest((*self.select, *self.extend_select), rule.code)
        ignored = _longest(self.ignore, rule.code)
        if max(wanted, ignored) >= 0:
            return wanted > ignored
        if self.select:
            return False
        return rule.enabled if self.under is None else self.under.chooses(rule)

    def severity_of(self, code: str, default: Severity) -> Severity:
        """How bad a finding is."""
        if self.strict and code in MISFITS:
            return "error"
        if not self.severity:
            return default
        longest = max(self.severity, key=lambda prefix: _longest((prefix,), code))
        return self.severity[longest] if _longest((longest,), code) >= 0 else default

    def overlaid(
        self,
        select: tuple[str, ...] = (),
        extend_select: tuple[str, ...] = (),
        ignore: tuple[str, ...] = (),
        *,
        strict: bool = False,
    ) -> LintSettings:
        """These settings under others that decide first, as a command line does over a file."""
        if not (select or extend_select or ignore):
            return self._replace(strict=self.strict or strict)
        return LintSettings(
            select, extend_select, ignore, self.severity, self.strict or strict, self.never, self
        )


def _longest(prefixes: Iterable[str], code: str) -> int:
    """Length of the longest prefix of a code; 0 for `ALL`, -1 when none matches."""
    found = (0 if p == ALL else len(p) for p in prefixes if p == ALL or code.startswith(p))
    return max(found, default=-1)


def check_codes(codes: Iterable[str], known: Iterable[str], where: str) -> tuple[str, ...]:
    """The codes, each of which is a known one, the beginning of one, or `ALL`.

    Raises:
        UsageError: One is not, with the nearest that is.
    """
    known = list(known)
    checked = tuple(codes)
    for code in checked:
        if code != ALL and not (code and any(rule.startswith(code) for rule in known)):
            hint = suggestion(code.upper(), known) or "cnncalc rule --all lists the rules"
            raise UsageError(f"{where}: there is no rule {show(code)}; {hint}")
    return checked


def check_severity(value: object, where: str) -> Severity:
    """A severity.

    Raises:
        UsageError: The value is none.
    """
    for severity in SEVERITIES:
        if value == severity:
            return severity
    raise UsageError(f"{where} must be one of {', '.join(SEVERITIES)}, not {show(value)}")
