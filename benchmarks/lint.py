"""The rules: all of them on every network of the zoo, against the analysis of these networks."""

from __future__ import annotations

import gc
import sys
from collections import defaultdict
from collections.abc import Callable
from statistics import median
from time import perf_counter

import cnncalc
from benchmarks.measure import Ratio, report
from cnncalc import zoo
from cnncalc.analysis.facts import NetworkFacts
from cnncalc.linter.engine import rules
from cnncalc.linter.settings import LintSettings
from cnncalc.spec.network import Network

_EVERY_RULE = LintSettings(select=("ALL",))
_SHOWN = 10


def seconds(function: Callable[[], object]) -> float:
    """Time of one call."""
    start = perf_counter()
    function()
    return perf_counter() - start


def per_rule(facts: NetworkFacts, rounds: int) -> dict[str, float]:
    """Median microseconds of every rule on one network, its reports included."""
    times = defaultdict(list)
    for _ in range(rounds):
        fresh = cnncalc.analyze(facts.network)  # what a rule looks up is not there yet
        for rule in rules():
            times[rule.code].append(1e6 * seconds(lambda: list(rule.check(fresh))))  # noqa: B023  # called at once
    return {code: median(own) for code, own in times.items()}


def once(networks: list[Network]) -> tuple[float, float, float]:
    """Seconds for analysing all networks, for linting them, and for the rules that are off, too."""
    analysis = linting = everything = 0.0
    for network in networks:
        analysis += seconds(lambda: cnncalc.analyze(network))  # noqa: B023  # called at once
        facts, others = cnncalc.analyze(network), cnncalc.analyze(network)
        linting += seconds(lambda: cnncalc.lint(facts))  # noqa: B023  # called at once
        everything += seconds(lambda: cnncalc.lint(others, _EVERY_RULE))  # noqa: B023  # called at once
    return analysis, linting, everything


def main(rounds: int = 11) -> int:
    """Measure and print."""
    networks = [cnncalc.load(name) for name in zoo.names()]
    once(networks)  # imports what is imported late
    gc.collect()
    found = [once(networks) for _ in range(rounds)]
    detail = (
        f"{1e3 * median(linting for _, linting, _ in found):.0f} ms for {len(networks)} networks, "
        f"{1e3 * median(analysis for analysis, _, _ in found):.0f} ms to analyse them"
    )
    by_default = median(linting / analysis for analysis, linting, _ in found)
    everything = median(every / analysis for analysis, _, every in found)
    print(f"slowest of {len(rules())} rules on resnet50, in microseconds:")
    times = per_rule(cnncalc.analyze(cnncalc.load("resnet50")), 5 * rounds)
    slowest = sorted(times.items(), key=lambda item: -item[1])[:_SHOWN]
    print("  " + "  ".join(f"{code} {microseconds:.0f}" for code, microseconds in slowest))
    return report(
        [
            Ratio("lint the zoo / analyse it", by_default, 1.0, 0.3, "x", detail),
            Ratio("with rules that are off", everything, 1.0, None, "x", "the same networks"),
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
