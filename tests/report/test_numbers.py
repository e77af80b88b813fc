"""Figures in words."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncalc.report.numbers import at_least, exact, human, human_bytes, per_axis
from cnncalc.report.width import cells, padded


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (0, "0"),
        (760, "760"),
        (999, "999"),
        (1000, "1 k"),
        (1234, "1.23 k"),
        (12345, "12.3 k"),
        (999_499, "999 k"),
        (999_500, "1 M"),
        (25_557_032, "25.6 M"),
        (4_089_184_256, "4.09 G"),
        (10**15, "1 P"),
        (10**18, "1 E"),
        (123 * 10**20, "12300 E"),
        (10**30, "1.00e+30"),
        (None, "?"),
    ],
)
def test_human(count: int | None, expected: str) -> None:
    assert human(count) == expected


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1 KiB"),
        (1_048_575, "1 MiB"),
        (9_633_792, "9.19 MiB"),
        (2**40, "1 TiB"),
        (None, "?"),
    ],
)
def test_human_bytes(size: int | None, expected: str) -> None:
    assert human_bytes(size) == expected


UNITS = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "P": 10**15, "E": 10**18}


@given(st.integers(0, 10**20))
def test_human_is_within_half_a_percent(count: int) -> None:
    digits, _, unit = human(count).partition(" ")
    assert len(digits.replace(".", "")) <= 3 or count >= 10**20
    assert abs(float(digits) * UNITS[unit] - count) <= count / 190


@given(st.integers(0, 10**40))
def test_exact_loses_nothing(count: int) -> None:
    assert int(exact(count).replace(",", "")) == count


def test_what_is_not_known() -> None:
    assert exact(None) == "?"
    assert at_least("1,200", True) == "≥ 1,200"
    assert at_least("1,200", False) == "1,200"


def test_axes_that_agree_are_one_number() -> None:
    assert per_axis([7, 7]) == "7"
    assert per_axis([1, 7]) == "1×7"
    assert per_axis([Fraction(1, 2), Fraction(1, 2)]) == "1/2"
    assert per_axis([]) == ""


def test_cells() -> None:
    assert cells("conv_1") == 6
    assert cells("7×7×512") == 7
    assert cells("卷积") == 4
    assert cells("e\u0301") == 1
    assert padded("卷", 4, right=True) == "  卷"
    assert padded("7×7", 4, right=False) == "7×7 "
