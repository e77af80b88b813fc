"""A formula as text and as LaTeX, with its symbols or with the numbers put in."""

from __future__ import annotations

from fractions import Fraction
from typing import assert_never

from cnncalc.teaching.formula import (
    Constant,
    Difference,
    Formula,
    Largest,
    Number,
    Product,
    Quotient,
    Remainder,
    Sum,
    Symbol,
)

_SUM, _PRODUCT, _ATOM = 1, 2, 3  # how tightly the parts of a formula hold together


def number(count: Number) -> str:
    """A result: every digit of an integer, and a fraction as a decimal.

    Example:
        >>> number(3146752), number(Fraction(1024, 25))
        ('3,146,752', '40.96')
    """
    if isinstance(count, int) or count.denominator == 1:
        return f"{int(count):,}"
    return decimal(count)


def decimal(fraction: Fraction) -> str:
    """A fraction with four digits, or all before the point; marked unless it is exact."""
    decimals = max(0, 4 - len(str(int(abs(fraction)))))
    rounded = round(fraction, decimals)
    shown = f"{float(rounded):,.{decimals}f}".rstrip("0") if decimals else f"{int(rounded):,}"
    return shown if rounded == fraction else f"≈ {shown.rstrip('.')}"


def text(formula: Formula, *, put_in: bool = False) -> str:
    """A formula in one line of text.

    Args:
        formula: The formula.
        put_in: Whether the symbols are replaced by their values.

    Example:
        >>> size = (Symbol("W", 7) - Symbol("F", 3)) // Symbol("S", 3) + 1
        >>> text(size), text(size, put_in=True)
        ('⌊(W - F)/S⌋ + 1', '⌊(7 - 3)/3⌋ + 1')
    """
    return _text(formula, put_in)[0]


def _text(formula: Formula, put_in: bool) -> tuple[str, int]:
    def inner(part: Formula, least: int) -> str:
        written, strength = _text(part, put_in)
        return written if strength >= least else f"({written})"

    match formula:
        case Symbol(name=name, value=count):
            return (_plain(count), _strength(count)) if put_in else (name, _ATOM)
        case Constant(value=count):
            return str(count), _strength(count)
        case Sum(terms=terms):
            return " + ".join(inner(term, _SUM) for term in terms), _SUM
        case Difference(first=first, second=second):
            return f"{inner(first, _SUM)} - {inner(second, _PRODUCT)}", _SUM
        case Product(factors=factors):
            return "·".join(inner(factor, _PRODUCT) for factor in factors) or "1", _PRODUCT
        case Quotient(dividend=dividend, divisor=divisor, rounding=rounding):
            above, below = inner(dividend, _PRODUCT), inner(divisor, _ATOM)
            whole = text(dividend, put_in=put_in) if divisor == Constant(1) else f"{above}/{below}"
            match rounding:
                case None:
                    return whole, _PRODUCT
                case "floor":
                    return f"⌊{whole}⌋", _ATOM
                case "ceil":
                    return f"⌈{whole}⌉", _ATOM
        case Remainder(dividend=dividend, divisor=divisor):
            return f"{inner(dividend, _PRODUCT)} mod {inner(divisor, _ATOM)}", _PRODUCT
        case Largest(first=first, second=second):
            return f"max({inner(first, _SUM)}, {inner(second, _SUM)})", _ATOM
        case _:
            assert_never(formula)


def _plain(count: Number) -> str:
    return str(count)


def _strength(count: Number) -> int:
    """A negative number or a fraction among factors stands in brackets."""
    return _ATOM if isinstance(count, int) and count >= 0 else _SUM


def latex(formula: Formula, *, put_in: bool = False) -> str:
    r"""A formula in LaTeX, without the dollar signs.

    Example:
        >>> latex((Symbol("W", 7) - Symbol("F_eff", 3)) // Symbol("S", 3) + 1)
        '\\left\\lfloor \\frac{W - F_{\\text{eff}}}{S} \\right\\rfloor + 1'
    """
    return _latex(formula, put_in)[0]


def _latex(formula: Formula, put_in: bool) -> tuple[str, int]:
    def inner(part: Formula, least: int) -> str:
        written, strength = _latex(part, put_in)
        return written if strength >= least else rf"\left({written}\right)"

    match formula:
        case Symbol(name=name, value=count):
            return (_latex_number(count), _strength(count)) if put_in else (letter(name), _ATOM)
        case Constant(value=count):
            return _latex_number(count), _strength(count)
        case Sum(terms=terms):
            return " + ".join(inner(term, _SUM) for term in terms), _SUM
        case Difference(first=first, second=second):
            return f"{inner(first, _SUM)} - {inner(second, _PRODUCT)}", _SUM
        case Product(factors=factors):
            return r" \cdot ".join(inner(factor, _PRODUCT) for factor in factors) or "1", _PRODUCT
        case Quotient(dividend=dividend, divisor=divisor, rounding=rounding):
            above, below = inner(dividend, _SUM), inner(divisor, _SUM)
            whole = above if divisor == Constant(1) else rf"\frac{{{above}}}{{{below}}}"
            match rounding:
                case None:
                    return whole, _PRODUCT
                case "floor":
                    return rf"\left\lfloor {whole} \right\rfloor", _ATOM
                case "ceil":
                    return rf"\left\lceil {whole} \right\rceil", _ATOM
        case Remainder(dividend=dividend, divisor=divisor):
            return rf"{inner(dividend, _PRODUCT)} \bmod {inner(divisor, _ATOM)}", _PRODUCT
        case Largest(first=first, second=second):
            return rf"\max\left({inner(first, _SUM)}, {inner(second, _SUM)}\right)", _ATOM
        case _:
            assert_never(formula)


def latex_result(count: Number) -> str:
    r"""A result in LaTeX: `3{,}146{,}752`."""
    return number(count).replace(",", "{,}").replace("≈", r"\approx")


def _latex_number(count: Number) -> str:
    if isinstance(count, int):
        return str(count)
    sign = "-" if count < 0 else ""
    return rf"{sign}\frac{{{abs(count.numerator)}}}{{{count.denominator}}}"


def letter(name: str) -> str:
    r"""A symbol in LaTeX: `F_eff` is `F_{\text{eff}}`, a word is upright."""
    base, _, index = name.partition("_")
    shown = base if len(base) == 1 else rf"\text{{{base}}}"
    if not index:
        return shown
    return f"{shown}_{{{index}}}" if len(index) == 1 else rf"{shown}_{{\text{{{index}}}}}"
