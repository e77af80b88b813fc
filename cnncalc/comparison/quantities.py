"""What networks are compared by."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

from cnncalc.errors import UsageError
from cnncalc.source.printable import quoted

Quantity: TypeAlias = Literal[
    "params", "macs", "flops", "memory", "weights", "field", "depth", "top1", "top5"
]


class Measure(NamedTuple):
    """A quantity in words.

    Attributes:
        title: What it is called at the head of a column.
        name: What it is called in a sentence, and along an axis.
        unit: What it is counted in; nothing where the name says so.
    """

    title: str
    name: str
    unit: str = ""


MEASURES: dict[Quantity, Measure] = {
    "params": Measure("Params", "parameters"),
    "macs": Measure("MACs", "multiply-accumulates"),
    "flops": Measure("FLOPs", "floating-point operations"),
    "memory": Measure("Peak memory", "peak memory", "bytes"),
    "weights": Measure("Weights", "weights", "bytes"),
    "field": Measure("Field", "receptive field", "cells"),
    "depth": Measure("Depth", "depth", "layers"),
    "top1": Measure("Top-1", "top-1 accuracy", "%"),
    "top5": Measure("Top-5", "top-5 accuracy", "%"),
}
_OTHER_WORDS: dict[str, Quantity] = {"accuracy": "top1", "parameters": "params"}


def quantity(word: str) -> Quantity:
    """The quantity that a person means.

    Raises:
        UsageError: There is none of this name.

    Example:
        >>> quantity("accuracy")
        'top1'
    """
    word = word.strip().lower()
    if word in _OTHER_WORDS:
        return _OTHER_WORDS[word]
    for known in MEASURES:
        if word == known:
            return known
    choice = ", ".join([*MEASURES, *_OTHER_WORDS])
    raise UsageError(f"networks are compared by {choice}, not by {quoted(word)}")
