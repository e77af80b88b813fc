"""Mutated networks of the zoo: the linter names the fault, and fixing does what it promises.

The faults are those of the mutation benchmark, which has all networks and more sites.
"""

from __future__ import annotations

import re
from collections import Counter
from contextlib import suppress
from functools import cache
from typing import NamedTuple

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import cnncalc
from benchmarks.faults.kind import KINDS, Kind, Mutant
from benchmarks.mutations import Outcome, look, subject, trials
from cnncalc import zoo
from cnncalc.analysis.facts import NetworkFacts
from cnncalc.errors import CnncalcError
from cnncalc.linter.engine import rules
from cnncalc.linter.finding import Finding
from cnncalc.linter.fixes import ResolvedFix, apply
from cnncalc.linter.fixing import Fixed, fix_all
from cnncalc.source import Source, Span

# between them they have sites for every kind
NETWORKS = [
    "alexnet",
    "c3d",
    "cs231n-7000",
    "dcgan",
    "dcgan-discriminator",
    "dilated-context",
    "fashion-mnist",
    "googlenet",
    "lenet5-modern",
    "m5",
    "mobilenet-v1",
    "mobilenet-v3-large",
    "resnet18",
    "shufflenet-v2-0.5",
    "squeezenet",
    "unet",
    "vgg11",
    "zfnet",
]
SMALL = [name for name in NETWORKS if name not in ("mobilenet-v3-large", "shufflenet-v2-0.5")]


# ------------------------------------------------------------------------------- nothing missed


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name.replace(" ", "-"))
def test_a_fault_is_found_and_nothing_is_made_up(kind: Kind) -> None:
    found = [look(kind, trial) for trial in trials(kind, NETWORKS, 2, seed=0)]

    assert found, "no network of the list has a place for it"
    assert [told(outcome) for outcome in found if not outcome.hit and not kind.limit] == []
    assert [told(outcome) for outcome in found if outcome.wrong] == []


def told(outcome: Outcome) -> tuple[str, list[str], list[str]]:
    """What to read when it fails."""
    return outcome.where, outcome.others, [finding.message for finding in outcome.wrong]


def test_there_are_enough_kinds_and_each_has_a_name_of_its_own() -> None:
    assert len({kind.name for kind in KINDS}) == len(KINDS) >= 40


def test_every_rule_that_is_on_has_a_kind() -> None:
    expected = {code for kind in KINDS for code in kind.expects}

    without = [rule.code for rule in rules() if rule.code not in expected]

    # only padding is dropped, a remark that every ResNet draws; a layer that was not understood,
    # which nobody writes but an importer
    assert without == ["S103", "Y706"]


# -------------------------------------------------------------------------------------- fixing


class Case(NamedTuple):
    """A faulty spec with comments, and what was done to it."""

    story: tuple[str, ...]
    text: str
    comments: tuple[str, ...]


@cache
def sites(name: str) -> dict[str, list[Mutant]]:
    """The mutants of a network, by kind."""
    found = {kind.name: list(kind.find(subject(name))) for kind in KINDS}
    return {kind: mutants for kind, mutants in found.items() if mutants}


@st.composite
def flat_cases(draw: st.DrawFn) -> Case:
    """A network with one to three faults, and comments on lines of their own and behind layers."""
    name = draw(st.sampled_from(SMALL))
    kinds = draw(st.lists(st.sampled_from(sorted(sites(name))), min_size=1, max_size=3))
    draft = subject(name).draft.copy()
    story = [name]
    for kind in kinds:
        mutant = draw(st.sampled_from(sites(name)[kind]))
        with suppress(
            KeyError, StopIteration, ValueError
        ):  # the fault before has taken its place away
            if mutant.prepare is not None:
                mutant.prepare(draft)
            mutant.edit(draft)
            story.append(f"{kind}: {mutant.site}")
    lines = draft.text().splitlines()
    comments: list[str] = []
    for _ in range(draw(st.integers(0, 4))):
        index = draw(st.integers(0, len(lines) - 1))
        comment = f"# remark {len(comments)}: [{{x: 'é"
        comments.append(comment)
        if draw(st.booleans()):
            lines.insert(index, " " * draw(st.integers(0, 8)) + comment)
        elif "#" not in lines[index]:
            lines[index] += f"  {comment}"
    ending = draw(st.sampled_from(["\n", "", "\n\n"]))
    return Case(tuple(story), "\n".join(lines) + ending, tuple(comments))


WORDS = {
    "same": ["valid", "0", "1"],
    "valid": ["same", "2"],
    "relu": ["sigmoid", "gelu", "softmax"],
    "false": ["true"],
    "true": ["false"],
    "max_pool": ["avg_pool", "conv"],
    "flatten": ["relu", "global_avg_pool"],
}
NUMBERS = ["0", "1", "2", "3", "4", "5", "7", "8", "15", "96", "02", "1.5"]
PLACE = re.compile(rf"(?<=[ {{\[])(?:[0-9]+|{'|'.join(WORDS)})(?=[,}}\]:]? |[,}}\]\n])")
OWN_KEYS = re.compile(r"^x-.*\n(?: .*\n)*", re.MULTILINE)
WRITTEN = [zoo.find(name) for name in NETWORKS]


@st.composite
def written_cases(draw: st.DrawFn) -> Case:
    """A file of the zoo, with its blocks, repetitions and comments, and other words in places."""
    entry = draw(st.sampled_from(WRITTEN))
    assert entry is not None
    text = entry.source().text
    story = [entry.name]
    for _ in range(draw(st.integers(1, 3))):
        spans = [match.span() for match in OWN_KEYS.finditer(text)]
        places = [
            match
            for match in PLACE.finditer(text)
            if "#" not in line_before(text, match)
            and not any(start < match.start() < end for start, end in spans)
        ]
        place = draw(st.sampled_from(places))
        word = draw(st.sampled_from(WORDS.get(place[0], NUMBERS)))
        story.append(f"{word} for {place[0]} at {place.start()}")
        text = text[: place.start()] + word + text[place.end() :]
    comments = [line.strip() for line in text.splitlines() if line.lstrip().startswith("#")]
    try:
        examined(text)
    except CnncalcError:
        assume(False)
    return Case(tuple(story), text, tuple(dict.fromkeys(comments)))


def line_before(text: str, match: re.Match[str]) -> str:
    """The line of a match up to it."""
    return text[text.rfind("\n", 0, match.start()) + 1 : match.start()]


def cases() -> st.SearchStrategy[Case]:
    """A faulty spec, written out line by line or as a person would write it."""
    return st.one_of(flat_cases(), written_cases())


class Step(NamedTuple):
    """Fixes that were accepted together."""

    before: str
    after: str
    fixes: list[tuple[Finding, ResolvedFix]]


class Run(NamedTuple):
    """Fixing, as seen from outside."""

    fixed: Fixed
    steps: list[Step]


def examined(text: str) -> tuple[NetworkFacts, list[Finding]]:
    facts = cnncalc.analyze(cnncalc.load(text))
    return facts, cnncalc.lint(facts)


def run(text: str, *, unsafe: bool) -> Run:
    """Fix a text, and find out from the texts that were looked at which edits led where."""
    looked: list[str] = []

    def looking(source: Source) -> tuple[NetworkFacts, list[Finding]]:
        looked.append(source.text)
        return examined(source.text)

    fixed = fix_all(Source("t.yaml", text), looking, unsafe=unsafe)
    steps = explained(text, fixed.text, list(fixed.applied), looked[1:])
    assert steps is not None, "the edits of the applied fixes do not lead to the text"
    return Run(fixed, steps)


def explained(
    text: str, outcome: str, fixes: list[tuple[Finding, ResolvedFix]], looked: list[str]
) -> list[Step] | None:
    """Steps that lead from a text to the outcome over texts that were looked at, with all fixes.

    Not every text that was looked at was accepted, so there may be several ways to try.
    """
    if not fixes:
        return [] if text == outcome else None
    for index, candidate in enumerate(looked):
        for count in range(1, len(fixes) + 1):
            edits = sorted(edit for _, fix in fixes[:count] for edit in fix.edits)
            if apply(edits, text) == candidate:
                rest = explained(candidate, outcome, fixes[count:], looked[index + 1 :])
                if rest is not None:
                    return [Step(text, candidate, fixes[:count]), *rest]
    return None


def counted(text: str) -> Counter[str]:
    return Counter(finding.code for finding in examined(text)[1])


MUTATED = settings(max_examples=40)


@MUTATED
@given(case=cases(), unsafe=st.booleans())
def test_the_outcome_is_the_text_with_the_edits_of_the_fixes_made(case: Case, unsafe: bool) -> None:
    fixed, steps = run(case.text, unsafe=unsafe)  # which tries to explain it so

    assert [fix for step in steps for fix in step.fixes] == fixed.applied, case.story
    assert fixed.left == examined(fixed.text)[1]


@MUTATED
@given(case=cases(), unsafe=st.booleans())
def test_fixing_a_second_time_changes_nothing(case: Case, unsafe: bool) -> None:
    once = run(case.text, unsafe=unsafe).fixed

    twice = run(once.text, unsafe=unsafe).fixed

    assert twice.text == once.text, case.story
    assert twice.applied == []
    assert [f.message for f in twice.left] == [f.message for f in once.left]


@MUTATED
@given(case=cases(), unsafe=st.booleans())
def test_a_fix_removes_its_finding_and_adds_none(case: Case, unsafe: bool) -> None:
    for step in run(case.text, unsafe=unsafe).steps:
        allowed = counted(step.before)
        allowed.subtract(finding.code for finding, _ in step.fixes)

        more = {code: n for code, n in counted(step.after).items() if n > max(0, allowed[code])}

        assert more == {}, (case.story, [(f.code, fix.title) for f, fix in step.fixes])


@MUTATED
@given(case=cases())
def test_safe_fixes_keep_every_shape(case: Case) -> None:
    before = examined(case.text)[0]

    after = run(case.text, unsafe=False).fixed

    assert all(fix.is_safe for _, fix in after.applied)
    shapes = {layer.name: layer.output_shape for layer in before.layers}
    left = {layer.name: layer.output_shape for layer in after.facts.layers}
    known = {name: shape for name, shape in left.items() if shape is not None and name in shapes}
    assert known == {name: shapes[name] for name in known}, case.story
    assert after.facts.output_shape == before.output_shape


@MUTATED
@given(case=cases(), unsafe=st.booleans())
def test_comments_survive(case: Case, unsafe: bool) -> None:
    comments_survive(case.text, unsafe=unsafe)


@pytest.mark.parametrize(
    "kind", [kind for kind in KINDS if {"T403", "C305", "S118", "H501", "Y703"} & {*kind.expects}],
    ids=lambda kind: kind.name.replace(" ", "-"),
)  # fmt: skip
def test_comments_survive_where_something_is_taken_out(kind: Kind) -> None:
    for trial in trials(kind, SMALL, 2, seed=0):
        source = trial.after.network.source
        assert source is not None
        comments_survive(source.text, unsafe=True)


def comments_survive(text: str, *, unsafe: bool) -> None:
    """Put comments everywhere, and see them again after fixing."""
    text, above, behind = commented(text)
    for step in run(text, unsafe=unsafe).steps:
        lost = [comment for comment in (*above, *behind) if comment not in step.after]
        for comment in filter(step.before.__contains__, lost):
            line = line_at(step.before, step.before.index(comment))
            # one behind a layer goes with it, and no other
            assert comment in behind, (text, comment)
            assert line_is_removed(line, step), (text, comment)


def commented(text: str) -> tuple[str, list[str], list[str]]:
    """The text with a comment above every line and one behind it, and these comments."""
    above: list[str] = []
    behind: list[str] = []
    lines: list[str] = []
    for number, line in enumerate(text.splitlines()):
        if line.strip() and "#" not in line:
            above.append(f"# above line {number}: [{{'é")
            behind.append(f"# behind line {number}: [{{'é")
            lines += [" " * (len(line) - len(line.lstrip())) + above[-1], f"{line} {behind[-1]}"]
        else:
            lines.append(line)
    return "\n".join(lines) + "\n", above, behind


def line_at(text: str, position: int) -> Span:
    """The line that a position is on, its end included."""
    end = text.find("\n", position)
    return Span(text.rfind("\n", 0, position) + 1, len(text) if end < 0 else end + 1)


def line_is_removed(line: Span, step: Step) -> bool:
    """Whether an edit takes a whole line out."""
    edits = [edit for _, fix in step.fixes for edit in fix.edits if not edit.text]
    return any(edit.span.start <= line.start and line.end <= edit.span.end for edit in edits)


@MUTATED
@given(case=cases())
def test_what_is_offered_can_be_made(case: Case) -> None:
    """Every fix that is offered, alone, leaves a spec that can be read, and all else as it was."""
    for finding in examined(case.text)[1]:
        for fix in finding.fixes:
            assert fix.edits, finding
            text = apply(fix.edits, case.text)

            with_it = examined(text)[0]  # nothing is raised: it is a spec

            assert with_it.network.source is not None
            start, end = fix.edits[0].span.start, fix.edits[-1].span.end
            assert text.startswith(case.text[:start])
            assert text.endswith(case.text[end:])
