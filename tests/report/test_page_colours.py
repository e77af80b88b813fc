"""The colours of pictures and pages: they can be read, and told apart by the colour-blind.

References:
    WCAG 2.2, relative luminance and contrast ratio. Machado, Oliveira and Fernandes, "A
    physiologically-based model for simulation of color vision deficiency", IEEE TVCG 15(6), 2009,
    table of matrices for severity 1.0, which apply to linear RGB. CIE 1976 L*a*b* and its distance,
    of which about 2.3 is just noticeable (Mahy et al. 1994).
"""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path
from typing import Literal, TypeAlias

import pytest

from cnncalc.drawing.palette import COLOURS, Role
from cnncalc.report.page import page as page_module

Mode: TypeAlias = Literal["light", "dark"]
Vector: TypeAlias = tuple[float, float, float]

VISION: dict[str, tuple[Vector, Vector, Vector]] = {
    "normal": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
FAMILIES: tuple[Role, ...] = (
    "input", "convolution", "pooling", "dense", "normalization", "activation", "merging",
    "reshaping", "other",
)  # fmt: skip
GROUNDS: tuple[Role, ...] = ("paper", "block", "padding", "input")
MODES: tuple[Mode, ...] = ("light", "dark")
TOLD_APART = 6.0


def linear(colour: str) -> Vector:
    """Linear RGB, 0 to 1, of `#rrggbb`."""
    r, g, b = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return (one(r), one(g), one(b))


def one(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)


def luminance(colour: str) -> float:
    r, g, b = linear(colour)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(first: str, second: str) -> float:
    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def times(matrix: tuple[Vector, Vector, Vector], vector: Vector) -> Vector:
    x, y, z = (sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix)
    return (x, y, z)


_XYZ = (
    (0.4124564, 0.3575761, 0.1804375),
    (0.2126729, 0.7151522, 0.0721750),
    (0.0193339, 0.1191920, 0.9503041),
)
_WHITE = (0.95047, 1.0, 1.08883)


def lab(rgb: Vector) -> Vector:
    """L*a*b* of linear RGB under D65."""
    r, g, b = (min(max(value, 0.0), 1.0) for value in rgb)
    x, y, z = (value / white for value, white in zip(times(_XYZ, (r, g, b)), _WHITE, strict=True))
    fx, fy, fz = (
        value ** (1 / 3) if value > 216 / 24389 else (24389 / 27 * value + 16) / 116
        for value in (x, y, z)
    )
    return (116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz))


def shown(role: Role, mode: Mode) -> str:
    return COLOURS[role].light if mode == "light" else COLOURS[role].dark


def test_the_formulas() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)  # WebAIM's example
    assert lab(linear("#ff0000")) == pytest.approx((53.24, 80.09, 67.20), abs=0.02)
    for matrix in VISION.values():  # what has no colour keeps having none
        assert times(matrix, (0.5, 0.5, 0.5)) == pytest.approx((0.5, 0.5, 0.5), abs=1e-5)


@pytest.mark.parametrize("mode", MODES)
def test_words_can_be_read(mode: Mode) -> None:
    for ground in (*FAMILIES, *GROUNDS):
        assert contrast(shown("ink", mode), shown(ground, mode)) >= 4.5, ground
    for ground in ("paper", "block", "padding"):
        assert contrast(shown("faint", mode), shown(ground, mode)) >= 4.5, ground


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("mode", MODES)
def test_families_can_be_told_apart(mode: Mode, vision: str) -> None:
    seen = {role: lab(times(VISION[vision], linear(shown(role, mode)))) for role in FAMILIES}
    for first, second in combinations(FAMILIES, 2):
        pairs = zip(seen[first], seen[second], strict=True)
        distance = sum((a - b) ** 2 for a, b in pairs) ** 0.5
        assert distance >= TOLD_APART, (first, second)


@pytest.mark.parametrize("mode", MODES)
def test_a_lit_row_can_be_read(mode: Mode) -> None:
    style = (Path(page_module.__file__).parent / "page.css").read_text(encoding="utf-8")
    found = re.search(r"tr\.lit\{background:color-mix\(in srgb,var\(--field\) (\d+)%", style)
    assert found is not None
    share = int(found[1]) / 100
    mixed = "#"
    for at in (1, 3, 5):
        over, under = (int(shown(role, mode)[at : at + 2], 16) for role in ("field", "paper"))
        mixed += f"{round(over * share + under * (1 - share)):02x}"
    assert contrast(shown("ink", mode), mixed) >= 4.5


@pytest.mark.parametrize("mode", MODES)
def test_lines_and_thin_bars_stand_out(mode: Mode) -> None:
    other: Mode = "dark" if mode == "light" else "light"
    for role in ("convolution", "pooling", "dense", "normalization", "activation", "merging"):
        assert contrast(shown(role, other), shown("paper", mode)) >= 3, role
    assert contrast(shown("field", mode), shown("paper", mode)) >= 3
