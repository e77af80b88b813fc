"""Formulas whose symbols know their values: written once, they are shown, put in and worked out.

So a worked answer cannot differ from its own formula: the result is computed from the very tree
that is printed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, TypeAlias, assert_never

Number: TypeAlias = int | Fraction


class _Operators:
    """Python's operators build the tree."""

    def __add__(self, other: Formula | int) -> Sum:
        return Sum((self._self(), as_formula(other)))

    def __sub__(self, other: Formula | int) -> Difference:
        return Difference(self._self(), as_formula(other))

    def __mul__(self, other: Formula | int) -> Product:
        return Product((self._self(), as_formula(other)))

    def __truediv__(self, other: Formula | int) -> Quotient:
        return Quotient(self._self(), as_formula(other))

    def __floordiv__(self, other: Formula | int) -> Quotient:
        return Quotient(self._self(), as_formula(other), "floor")

    def __mod__(self, other: Formula | int) -> Remainder:
        return Remainder(self._self(), as_formula(other))

    def _self(self) -> Formula:
        return self  # type: ignore[return-value]  # every class that has these is a formula


@dataclass(frozen=True)
class Symbol(_Operators):
    """A quantity with its value: `F_h` is 5. What follows an underscore is its index."""

    name: str
    value: Number


@dataclass(frozen=True)
class Constant(_Operators):
    """A number that stands in the formula itself."""

    value: int


@dataclass(frozen=True)
class Sum(_Operators):
    """`a + b + …`."""

    terms: tuple[Formula, ...]


@dataclass(frozen=True)
class Difference(_Operators):
    """`a - b`."""

    first: Formula
    second: Formula


@dataclass(frozen=True)
class Product(_Operators):
    """`a·b·…`; without factors it is 1."""

    factors: tuple[Formula, ...]


@dataclass(frozen=True)
class Quotient(_Operators):
    """`a/b`, or that rounded down or up."""

    dividend: Formula
    divisor: Formula
    rounding: Literal["floor", "ceil"] | None = None


@dataclass(frozen=True)
class Remainder(_Operators):
    """`a mod b`."""

    dividend: Formula
    divisor: Formula


@dataclass(frozen=True)
class Largest(_Operators):
    """`max(a, b)`."""

    first: Formula
    second: Formula


Formula: TypeAlias = Symbol | Constant | Sum | Difference | Product | Quotient | Remainder | Largest


def as_formula(value: Formula | int) -> Formula:
    """The formula itself, or a number as one."""
    return Constant(value) if isinstance(value, int) else value


def product(*factors: Formula) -> Formula:
    """A product without brackets inside, or the one factor that there is."""
    flat: list[Formula] = []
    for factor in factors:
        flat += factor.factors if isinstance(factor, Product) else (factor,)
    return flat[0] if len(flat) == 1 else Product(tuple(flat))


def total(*terms: Formula) -> Formula:
    """A sum without brackets inside, or the one term that there is."""
    flat: list[Formula] = []
    for term in terms:
        flat += term.terms if isinstance(term, Sum) else (term,)
    return flat[0] if len(flat) == 1 else Sum(tuple(flat))


def value(formula: Formula) -> Number:
    """What the formula comes to, exactly.

    Example:
        >>> value((Symbol("W", 7) - Symbol("F", 3)) // Symbol("S", 3) + 1)
        2
    """
    match formula:
        case Symbol(value=number) | Constant(value=number):
            return number
        case Sum(terms=terms):
            return _whole(sum(map(value, terms), start=Fraction()))
        case Difference(first=first, second=second):
            return _whole(Fraction(value(first)) - value(second))
        case Product(factors=factors):
            result: Number = 1
            for factor in factors:
                result *= value(factor)
            return _whole(result)
        case Quotient(dividend=dividend, divisor=divisor, rounding=rounding):
            exact = Fraction(value(dividend)) / value(divisor)
            match rounding:
                case None:
                    return _whole(exact)
                case "floor":
                    return exact.numerator // exact.denominator
                case "ceil":
                    return -(-exact.numerator // exact.denominator)
        case Remainder(dividend=dividend, divisor=divisor):
            return value(dividend) % value(divisor)
        case Largest(first=first, second=second):
            return max(value(first), value(second))
        case _:
            assert_never(formula)


def _whole(number: Number) -> Number:
    return int(number) if number.denominator == 1 else number


def symbols(formula: Formula) -> Iterator[Symbol]:
    """Every symbol, in the order in which they stand."""
    match formula:
        case Symbol():
            yield formula
        case Constant():
            return
        case Sum(terms=parts) | Product(factors=parts):
            for part in parts:
                yield from symbols(part)
        case Difference(first=first, second=second) | Largest(first=first, second=second):
            yield from symbols(first)
            yield from symbols(second)
        case Quotient(dividend=first, divisor=second) | Remainder(dividend=first, divisor=second):
            yield from symbols(first)
            yield from symbols(second)
        case _:
            assert_never(formula)
