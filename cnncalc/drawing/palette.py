"""The colours of every picture, by what they stand for.

The hues are Okabe and Ito's, which people with any of the common colour-blindnesses tell apart,
lightened so that black words on them are read easily. A picture names a *role* and never a colour,
so that a page can show the same picture on black.

Reference:
    Okabe and Ito, "Color Universal Design", 2008, https://jfly.uni-koeln.de/color/
"""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias, get_args

from cnncalc.layers import families

Role: TypeAlias = Literal[
    # families of layers
    "input",
    "convolution",
    "pooling",
    "dense",
    "normalization",
    "activation",
    "merging",
    "reshaping",
    "other",
    # what is drawn around and over them
    "block",
    "field",
    "padding",
    "lost",
    "ink",
    "faint",
    "line",
    "paper",
]


class Colour(NamedTuple):
    """A colour, as `#rrggbb`, on white and on black."""

    light: str
    dark: str


COLOURS: dict[Role, Colour] = {
    "input": Colour("#eceef1", "#31363e"),
    "convolution": Colour("#9ccbee", "#1f5f8f"),
    "pooling": Colour("#f4c46b", "#855600"),
    "dense": Colour("#84d8b4", "#006b4f"),
    "normalization": Colour("#f6ee9a", "#6c7030"),
    "activation": Colour("#f2b195", "#803300"),
    "merging": Colour("#d9a0c6", "#8a3a70"),
    "reshaping": Colour("#d6dae0", "#464d57"),
    "other": Colour("#bcc4cc", "#646d78"),
    "block": Colour("#f3f5f8", "#24282e"),
    "field": Colour("#d55e00", "#ff9b52"),
    "padding": Colour("#eceff2", "#2c3138"),
    "lost": Colour("#cc79a7", "#e59cc4"),
    "ink": Colour("#1b1f24", "#eef1f4"),
    "faint": Colour("#5b646f", "#a9b2bd"),
    "line": Colour("#7a838e", "#8b95a1"),
    "paper": Colour("#ffffff", "#15181c"),
}

_OTHER: dict[str, Role] = {"regularization": "other", "resizing": "pooling", "special": "other"}


def role_of(op: str) -> Role:
    """The role of a layer's op: its family, or `other`."""
    family = families().get(op, "special")
    if family in _OTHER:
        return _OTHER[family]
    return next((role for role in get_args(Role) if role == family), "other")
