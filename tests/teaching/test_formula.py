"""Formulas: worked out, and written as text and as LaTeX."""

from __future__ import annotations

from fractions import Fraction

import pytest

from cnncalc.report.explain_formula import latex, latex_result, letter, number, text
from cnncalc.teaching.formula import (
    Constant,
    Formula,
    Largest,
    Product,
    Quotient,
    Symbol,
    product,
    symbols,
    total,
    value,
)

W, F, P, S = Symbol("W", 7), Symbol("F", 3), Symbol("P_end", 1), Symbol("S", 3)
SIZE = (W - F + product(Constant(2), P)) // S + 1


@pytest.mark.parametrize(
    ("formula", "shown", "put_in", "result"),
    [
        (SIZE, "⌊(W - F + 2·P_end)/S⌋ + 1", "⌊(7 - 3 + 2·1)/3⌋ + 1", 3),
        (Quotient(W, S, "ceil"), "⌈W/S⌉", "⌈7/3⌉", 3),
        ((W - F) % S, "(W - F) mod S", "(7 - 3) mod 3", 1),
        (W - (F - P), "W - (F - P_end)", "7 - (3 - 1)", 5),
        (W - total(F, P), "W - (F + P_end)", "7 - (3 + 1)", 3),
        (product(W, F + 1), "W·(F + 1)", "7·(3 + 1)", 28),
        (W / product(F, S), "W/(F·S)", "7/(3·3)", Fraction(7, 9)),
        (Quotient(product(W, Symbol("f", Fraction(1, 2))), Constant(1), "floor"),
         "⌊W·f⌋", "⌊7·(1/2)⌋", 3),
        (product(Symbol("n", -2), W), "n·W", "(-2)·7", -14),
        (Largest(W - F, Constant(0)), "max(W - F, 0)", "max(7 - 3, 0)", 4),
        (Product(()), "1", "1", 1),
        (W / F + Quotient(Constant(2), Constant(3)), "W/F + 2/3", "7/3 + 2/3", 3),
    ],
)  # fmt: skip
def test_text(formula: Formula, shown: str, put_in: str, result: int | Fraction) -> None:
    assert text(formula) == shown
    assert text(formula, put_in=True) == put_in
    assert value(formula) == result
    assert isinstance(value(formula), int) == (Fraction(result).denominator == 1)


def test_latex() -> None:
    expected = r"\left\lfloor \frac{W - F + 2 \cdot P_{\text{end}}}{S} \right\rfloor + 1"
    assert latex(SIZE) == expected
    assert latex((W - F) % S, put_in=True) == r"\left(7 - 3\right) \bmod 3"
    assert latex(Symbol("f", Fraction(-1, 2)), put_in=True) == r"-\frac{1}{2}"
    assert latex(Quotient(W, S, "ceil")) == r"\left\lceil \frac{W}{S} \right\rceil"
    assert latex(Largest(W, Constant(0))) == r"\max\left(W, 0\right)"
    assert latex_result(3146752) == "3{,}146{,}752"
    assert (letter("O_h"), letter("MACs")) == ("O_{h}", r"\text{MACs}")


@pytest.mark.parametrize(
    ("count", "shown"),
    [(760, "760"), (3146752, "3,146,752"), (Fraction(1024, 25), "40.96"),
     (Fraction(7, 3), "≈ 2.333"), (Fraction(5, 2), "2.5"),
     (Fraction(100001, 3), "≈ 33,334"), (Fraction(4), "4")],
)  # fmt: skip
def test_numbers(count: int | Fraction, shown: str) -> None:
    assert number(count) == shown


def test_symbols_in_order() -> None:
    assert [symbol.name for symbol in symbols(SIZE)] == ["W", "F", "P_end", "S"]
    assert [symbol.name for symbol in symbols(Largest(W % S, Quotient(F, P)))] == [
        "W", "S", "F", "P_end",
    ]  # fmt: skip
