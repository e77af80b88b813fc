"""How much room words take, without a font at hand.

Widths are those of DejaVu Sans, the widest of the fonts that a picture asks for, so a text never
takes more room than was kept for it. That is also the font of the PNG and PDF files.
"""

from __future__ import annotations

import unicodedata

FAMILY = "Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif"

# advances of the characters from space to tilde, in thousandths of the size
_ADVANCES = (
    *(318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337),
    *(636, 636, 636, 636, 636, 636, 636, 636, 636, 636, 337, 337, 838, 838, 838, 531),
    *(1000, 684, 686, 698, 770, 632, 575, 775, 752, 295, 295, 656, 557, 863, 748, 787),
    *(603, 787, 695, 635, 611, 732, 684, 989, 685, 611, 685, 390, 337, 390, 838, 500),
    *(500, 613, 635, 550, 635, 615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612),
    *(635, 635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636, 337, 636, 838),
)
_OTHER, _WIDE = 838, 1000  # of any other character, and of a full-width one
_BOLD = 1.12


def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """Width of a line of text, in points."""
    total = sum(map(_advance, text)) * size / 1000
    return total * _BOLD if bold else total


def line_height(size: float) -> float:
    """Height of a line of text, in points, from the highest letter to the lowest."""
    return 1.16 * size


def shortened(text: str, size: float, room: float, *, bold: bool = False) -> str:
    """The text, cut with an ellipsis if it is wider than the room."""
    if width_of(text, size, bold=bold) <= room:
        return text
    kept = len(text)
    while kept and width_of(text[:kept] + "…", size, bold=bold) > room:
        kept -= 1
    return text[:kept].rstrip() + "…"


def _advance(character: str) -> int:
    code = ord(character)
    if 32 <= code < 127:
        return _ADVANCES[code - 32]
    if unicodedata.combining(character):
        return 0
    return _WIDE if unicodedata.east_asian_width(character) in "WF" else _OTHER
