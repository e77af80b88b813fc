"""Fixing with rules of its own: which fixes are tried, and in what company."""

from __future__ import annotations

import pytest

import cnncalc
from cnncalc.analysis.facts import NetworkFacts
from cnncalc.linter.finding import Finding
from cnncalc.linter.fixes import Edit, Fix, RemoveLayer, ResolvedFix, Resolver, apply
from cnncalc.linter.fixing import fix_all
from cnncalc.source import Source, Span

FACTS = cnncalc.analyze(cnncalc.load("input: 8\nlayers:\n  - relu\n"))


def look(source: Source) -> tuple[NetworkFacts, list[Finding]]:
    """A finding per word: fixing a `good` one removes it, fixing a `bad` one gives two more.

    Of two fixes of a `both`, the second does.
    """
    findings = []
    position = 0
    for word in source.text.split(" "):
        span = Span(position, position + len(word))
        position = span.end + 1
        texts = {"good": ["ok"], "bad": ["left left"], "both": ["left left", "ok"], "left": []}
        fixes = tuple(ResolvedFix("", True, (Edit(span, t),)) for t in texts.get(word, []))
        if word in texts:
            findings.append(Finding("X", "x", "error", "", None, 1, 1, 1, 1, None, (), span, fixes))
    return FACTS, findings


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("good", "ok"),
        ("good good good", "ok ok ok"),
        ("bad", "bad"),
        ("bad good bad bad good", "bad ok bad bad ok"),
        ("bad both good", "bad ok ok"),
        (" ".join(["bad"] * 40 + ["good", "both"]), " ".join(["bad"] * 40 + ["ok", "ok"])),
    ],
)
def test_what_makes_things_worse_does_not_keep_the_others_back(text: str, outcome: str) -> None:
    fixed = fix_all(Source("x", text), look)

    assert fixed.text == outcome
    assert len(fixed.applied) == text.count("good") + text.count("both")
    assert len(fixed.left) == text.count("bad")
    assert fix_all(Source("x", outcome), look).applied == []


def test_good_fixes_are_tried_together_and_bad_ones_found_by_halving() -> None:
    looks = 0

    def counting(source: Source) -> tuple[NetworkFacts, list[Finding]]:
        nonlocal looks
        looks += 1
        return look(source)

    fix_all(Source("x", " ".join(["good"] * 100)), counting)
    assert looks == 2

    looks = 0
    fix_all(Source("x", " ".join(["good"] * 99 + ["bad"])), counting)
    assert looks < 30


@pytest.mark.parametrize(
    ("index", "left"), [(0, "tanh, relu: 3"), (1, "relu, relu: 3"), (2, "relu, tanh")]
)
def test_a_layer_goes_with_its_comma(index: int, left: str) -> None:
    text = "input: 8\nlayers: [relu, tanh, relu: 3]\n"
    network = cnncalc.load(text)
    assert network.source is not None
    resolver = Resolver(network.source, network.document.root)
    layer = cnncalc.analyze(network).layers[index]
    fix = resolver.resolve(Fix("remove it", (RemoveLayer(layer),), is_safe=True))
    assert fix is not None
    assert apply(fix.edits, text) == f"input: 8\nlayers: [{left}]\n"
