"""Faults injected into the networks of the zoo: how many the linter finds, and what it makes up.

`python -m benchmarks.mutations [--seed N] [--sites N] [KIND …]`; a kind is any part of its name.

A *mutant* is a sound network with one fault. Recall is the share of mutants on which a code that
the kind expects is reported where it was not before. Precision is the share of new findings of
warning and above that are right: the fault itself, or a consequence of it that the kind's table
explains and that a witness confirms, who asks the bare sizes and not the rule.

NeuraLint (Nikanjam, Ben Braiek, Morovati, Khomh 2021, arXiv 2105.08095), the best published linter
for networks, reports 70.5 % and 100 % on 34 programs, some real and some made.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache
from time import perf_counter
from typing import NamedTuple

import cnncalc
from benchmarks.faults import document, fields_and_costs, geometry, training
from benchmarks.faults.draft import Draft
from benchmarks.faults.kind import KINDS, Kind, Mutant, Subject
from benchmarks.faults.witnesses import WITNESSES
from benchmarks.measure import Ratio, report
from cnncalc import zoo
from cnncalc.analysis.facts import NetworkFacts
from cnncalc.linter.finding import Finding
from cnncalc.linter.settings import LintSettings
from cnncalc.spec.flat import flat_spec

GROUPS = (geometry, fields_and_costs, training, document)  # importing them fills the table
NEURALINT = {"recall": 70.5, "precision": 100.0}
LEAST_RECALL, LEAST_PRECISION = 95.0, 100.0
_TRIES = 40  # sites that are looked at for one that has the fault


class Outcome(NamedTuple):
    """What became of a mutant.

    Attributes:
        kind: The kind of fault.
        where: Network and site.
        hit: Whether the fault was reported.
        right: New findings of warning and above that are right.
        wrong: Those that are not.
        others: Codes that were reported in its place, for a miss.
    """

    kind: Kind
    where: str
    hit: bool
    right: list[Finding]
    wrong: list[Finding]
    others: list[str]


@cache
def subject(name: str) -> Subject:
    """A network of the zoo, flat."""
    draft = Draft.read(flat_spec(cnncalc.load(name)))
    return Subject(name, draft, analyzed(draft))


def analyzed(draft: Draft) -> NetworkFacts:
    """The facts of a draft."""
    return cnncalc.analyze(cnncalc.load(draft.text()))


class Trial(NamedTuple):
    """A mutant, with the network before and after the fault."""

    where: str
    before: NetworkFacts
    after: NetworkFacts


def trials(kind: Kind, networks: list[str], n: int, seed: int) -> Iterator[Trial]:
    """Mutants of a kind at random: one in each network, and then more in each."""
    dice = random.Random(f"{kind.name} {seed}")
    waiting: list[tuple[Subject, list[Mutant]]] = []
    for name in dice.sample(networks, len(networks)):
        sites = list(kind.find(subject(name)))
        dice.shuffle(sites)
        waiting.append((subject(name), sites))
    given = 0
    while waiting and given < n:
        where, sites = waiting.pop(0)
        for _ in range(min(_TRIES, len(sites))):
            trial = attempt(where, sites.pop())
            if trial is not None:
                yield trial
                given += 1
                break
        if sites:
            waiting.append((where, sites))


def attempt(where: Subject, mutant: Mutant) -> Trial | None:
    """The network before and after; None where it has no such fault afterwards."""
    draft, before = where.draft.copy(), where.facts
    if mutant.prepare is not None:
        mutant.prepare(draft)
        before = analyzed(draft)
    mutant.edit(draft)
    after = analyzed(draft)
    if mutant.is_fault is not None and not mutant.is_fault(after):
        return None
    return Trial(f"{where.name}: {mutant.site}", before, after)


def look(kind: Kind, trial: Trial) -> Outcome:
    """Lint a network before and after."""
    settings = LintSettings(extend_select=kind.select)
    before = {_identity(finding) for finding in cnncalc.lint(trial.before, settings)}
    new = [f for f in cnncalc.lint(trial.after, settings) if _identity(f) not in before]
    serious = [finding for finding in new if finding.severity != "info"]
    right = [finding for finding in serious if _is_right(finding, kind, trial.after)]
    wrong = [finding for finding in serious if finding not in right]
    hit = any(finding.code in kind.expects for finding in new)
    others = sorted({finding.code for finding in new})
    return Outcome(kind, trial.where, hit, right, wrong, others)


def _identity(finding: Finding) -> tuple[str, str, str]:
    return finding.code, finding.severity, finding.layer or finding.message


def _is_right(finding: Finding, kind: Kind, facts: NetworkFacts) -> bool:
    if finding.code in kind.expects:
        return True
    witness = WITNESSES.get(finding.code)
    if finding.code not in kind.explains:
        return False
    return witness is None or finding.layer is None or witness(facts.layer(finding.layer), facts)


def outcomes(kinds: list[Kind], n: int, seed: int) -> Iterator[Outcome]:
    """What becomes of the mutants of some kinds."""
    names = zoo.names()
    for kind in kinds:
        for trial in trials(kind, names, n, seed):
            yield look(kind, trial)


def percent(part: int, whole: int) -> float:
    """A share; all of nothing is all."""
    return 100 * part / whole if whole else 100.0


def show_kinds(found: list[Outcome]) -> None:
    """A line per kind."""
    print(f"{'kind':54} {'expects':12} mutants  recall  precision")
    groups: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in found:
        groups[outcome.kind.name].append(outcome)
    for name, group in groups.items():
        recall, precision = figures(group)
        expects = "/".join(group[0].kind.expects)
        print(f"{name:54} {expects:12} {len(group):7} {recall:6.0f}% {precision:9.0f}%")


def show_rules(found: list[Outcome]) -> None:
    """A line per rule: the mutants that were meant for it, and what it said that is wrong."""
    meant, hits = Counter[str](), Counter[str]()
    right, wrong = Counter[str](), Counter[str]()
    for outcome in found:
        code = "/".join(outcome.kind.expects)
        meant[code] += 1
        hits[code] += outcome.hit
        right.update(finding.code for finding in outcome.right)
        wrong.update(finding.code for finding in outcome.wrong)
    print(f"\n{'rule':12} mutants  recall  findings  precision")
    for code in sorted({*meant, *wrong}):
        told = right[code] + wrong[code]
        recall = f"{percent(hits[code], meant[code]):6.0f}%" if meant[code] else "      -"
        precision = f"{percent(right[code], told):9.0f}%" if told else "        -"
        print(f"{code:12} {meant[code]:7} {recall} {told:9} {precision}")


def show_misses(found: list[Outcome]) -> None:
    """Every mutant of which too little or too much was said."""
    for outcome in found:
        if not outcome.hit:
            said = ", ".join(outcome.others) or "nothing"
            why = outcome.kind.limit or "no reason is known"
            print(f"missed: {outcome.kind.name} ({outcome.where}), {said} is reported: {why}")
        for finding in outcome.wrong:
            print(
                f"made up: {finding.code} {finding.layer or ''}: {finding.message} "
                f"[{outcome.kind.name}, {outcome.where}]"
            )


def figures(found: list[Outcome]) -> tuple[float, float]:
    """Recall and precision in percent."""
    right = sum(len(outcome.right) for outcome in found)
    wrong = sum(len(outcome.wrong) for outcome in found)
    recall = percent(sum(outcome.hit for outcome in found), len(found))
    return recall, percent(right, right + wrong)


def main(kinds: list[Kind] = KINDS, n: int = 6, seed: int = 1) -> int:
    """Measure and print."""
    start = perf_counter()
    found = list(outcomes(kinds, n, seed))
    show_kinds(found)
    show_rules(found)
    print()
    show_misses(found)
    recall, precision = figures(found)
    n_kinds = len({outcome.kind.name for outcome in found})
    told = f"{len(found)} mutants of {n_kinds} kinds, seed {seed}, {perf_counter() - start:.0f} s"
    print(f"{told}; NeuraLint: {NEURALINT['recall']} % and {NEURALINT['precision']} %")
    hits = sum(outcome.hit for outcome in found)
    n_wrong = sum(len(outcome.wrong) for outcome in found)
    detail = f"recall {recall:.1f} %, {hits} of {len(found)}"
    wrongly = f"precision {precision:.1f} %, {n_wrong} findings made up"
    return report(
        [
            Ratio("missed mutants", 100 - recall, 100 - LEAST_RECALL, 0, "%", detail),
            Ratio("findings made up", 100 - precision, 100 - LEAST_PRECISION, None, "%", wrongly),
        ]
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("kinds", nargs="*", help="parts of the names of kinds; all by default")
    parser.add_argument("--sites", type=int, default=6, help="mutants per kind")
    parser.add_argument("--seed", type=int, default=1, help="of the choice of sites")
    given = parser.parse_args()
    wanted = [k for k in KINDS if not given.kinds or any(part in k.name for part in given.kinds)]
    sys.exit(main(wanted, given.sites, given.seed))
