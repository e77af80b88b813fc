"""How much room words take, without a font at hand.

Widths are those of DejaVu Sans, the widest of the fonts that a picture asks for, so a text never
takes more room than was kept for it. That is also the font of the PNG and PDF files.
"""

from __future__ import annotations

import unicodedata

FAMILY = "Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif"

# advances of the characters from space to tilde, in thousandths of the size
_PLAIN = (
    *(318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337),
    *(636, 636, 636, 636, 636, 636, 636, 636, 636, 636, 337, 337, 838, 838, 838, 531),
    *(1000, 684, 686, 698, 770, 632, 575, 775, 752, 295, 295, 656, 557, 863, 748, 787),
    *(603, 787, 695, 635, 611, 732, 684, 989, 685, 611, 685, 390, 337, 390, 838, 500),
    *(500, 613, 635, 550, 635, 615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612),
    *(635, 635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636, 337, 636, 838),
)
_BOLD = (
    *(348, 456, 521, 838, 696, 1002, 872, 306, 457, 457, 523, 838, 380, 415, 380, 365),
    *(696, 696, 696, 696, 696, 696, 696, 696, 696, 696, 400, 400, 838, 838, 838, 580),
    *(1000, 774, 762, 734, 830, 683, 683, 821, 837, 372, 372, 775, 637, 995, 837, 850),
    *(733, 850, 770, 720, 682, 812, 774, 1103, 771, 724, 725, 457, 365, 457, 838, 500),
    *(500, 675, 716, 593, 716, 678, 435, 716, 712, 343, 343, 665, 343, 1042, 712, 687),
    *(716, 716, 493, 595, 478, 712, 652, 924, 645, 652, 582, 712, 365, 712, 838),
)
_OTHERS = {"×": 838, "·": 380, "²": 438, "−": 838, "→": 838, "≥": 838, "∝": 715}
_WIDEST = 1000  # of any other character that is shown


def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """Width of a line of text, in points."""
    advances = _BOLD if bold else _PLAIN
    return sum(_advance(character, advances) for character in text) * size / 1000


def line_height(size: float) -> float:
    """Height of a line of text, in points, from the highest letter to the lowest."""
    return 1.16 * size


def shortened(text: str, size: float, room: float, *, bold: bool = False) -> str:
    """The text, cut with an ellipsis if it is wider than the room."""
    kept, used = 0, width_of("…", size, bold=bold)
    for character in text:
        used += width_of(character, size, bold=bold)
        if used > room:
            break
        kept += 1
    if kept == len(text) or width_of(text, size, bold=bold) <= room:
        return text
    return text[:kept].rstrip() + "…"


def _advance(character: str, advances: tuple[int, ...]) -> int:
    code = ord(character)
    if 32 <= code < 127:
        return advances[code - 32]
    return 0 if unicodedata.combining(character) else _OTHERS.get(character, _WIDEST)
