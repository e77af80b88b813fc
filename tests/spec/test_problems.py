"""Collecting problems: once each, not too many, and with the nearest word while that is cheap."""

from collections.abc import Iterator

import pytest

from cnncalc.source import Span
from cnncalc.spec.problems import BAD_VALUE, MOST_PROBLEMS, NAME, Problems, show, suggestion


def test_the_same_problem_at_the_same_place_counts_once() -> None:
    problems = Problems()
    for layer in ("a", "a", "b"):
        problems.add(BAD_VALUE, Span(5, 6), "wrong", layer=layer)
    problems.add(BAD_VALUE, Span(1, 2), "wrong")
    problems.add(NAME, Span(5, 6), "wrong")
    found = problems.all()
    assert [(problem.code, problem.span.start) for problem in found] == [
        (BAD_VALUE, 1),
        (BAD_VALUE, 5),
        (NAME, 5),
    ]
    assert found[1].layers == ["a", "b"]


def test_not_more_are_kept_than_anybody_reads() -> None:
    problems = Problems()
    for number in range(MOST_PROBLEMS + 10):
        problems.add(BAD_VALUE, Span(number, number + 1), "wrong", layer="a")
    problems.add(BAD_VALUE, Span(0, 1), "wrong", layer="b")
    assert len(problems.all()) == MOST_PROBLEMS
    assert problems.all()[0].layers == ["a", "b"]


def test_suggestions_end_when_they_cost_too_much() -> None:
    looked_at = []

    def known() -> Iterator[str]:
        for number in range(10_000):
            looked_at.append(number)
            yield f"word{number}"

    problems = Problems()
    for number in range(5):
        problems.add(NAME, Span(number, 9), "unknown", help="ask", near=("word1", known()))
    assert [problem.help for problem in problems.all()] == [
        "did you mean word1?",
        "did you mean word1?",
        "ask",
        "ask",
        "ask",
    ]
    assert len(looked_at) == 20_000


def test_known_words_are_not_looked_at_for_a_problem_that_is_known() -> None:
    class Never(list[str]):
        def __iter__(self) -> Iterator[str]:
            raise AssertionError

    problems = Problems()
    problems.add(NAME, Span(0, 9), "unknown")
    problems.add(NAME, Span(0, 9), "unknown", near=("a", Never()))


@pytest.mark.parametrize(
    ("word", "nearest"),
    [("cnov", "conv"), ("Conv", "conv"), ("Conv2D", "conv"), ("MAXPOOL", "max_pool"), ("zz", None)],
)
def test_the_nearest_word(word: str, nearest: str | None) -> None:
    expected = f"did you mean {nearest}?" if nearest else None
    assert suggestion(word, ["conv", "max_pool", "relu"]) == expected


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "null"),
        (True, "true"),
        (1.5, "1.5"),
        ("a\nb", r"'a\nb'"),
        ([1, [2, None]], "[1, [2, null]]"),
        (list(range(20)), "[0, 1, 2, 3, 4, 5, 6, 7, …]"),
        ({"a": 1}, "{a: 1}"),
        ("x" * 100, "'" + "x" * 58 + "…"),
    ],
)
def test_values_in_messages(value: object, shown: str) -> None:
    assert show(value) == shown
