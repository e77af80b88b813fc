"""The answers to inverse questions, as titles and cells of a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from cnncalc.ir.shapes import Pair
from cnncalc.report.explain_formula import number
from cnncalc.teaching.solving import Fit, Kept
from cnncalc.teaching.stacks import Stack


class Answer(NamedTuple):
    """What is printed of an answer.

    Attributes:
        question: The question again, in words.
        order: How the rows are sorted, and what the costs are of.
        titles: Titles of the columns.
        rows: A row per solution.
        words: Which columns are words.
        data: The same for programs.
        remedy: What to say if there is no solution.
    """

    question: str
    order: str
    titles: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    words: tuple[int, ...]
    data: list[dict[str, Any]]
    remedy: str


def size_answer(size: int, to: int, fits: Sequence[Fit]) -> Answer:
    """The windows that take one size to another."""
    rows = [
        (fit.op, str(fit.kernel), str(fit.stride), padding(fit.padding), str(fit.dilation),
         f"{fit.n_weights:,}", f"{fit.n_macs:,}", size_equation(size, to, fit))
        for fit in fits
    ]  # fmt: skip
    return Answer(
        f"Windows that take {size} to {to} and fit exactly",
        "Without dilation first, then the cheapest; costs of a square map, per pair of channels",
        ("Op", "Kernel", "Stride", "Padding", "Dilation", "Weights", "MACs", "Why"),
        rows,
        (0, 7),
        [fit._asdict() for fit in fits],
        "other windows: --kernel 1..32, or --dilation 1..8; resize takes any size to any other",
    )


def size_equation(size: int, to: int, fit: Fit) -> str:
    """The output size with the numbers put in."""
    kernel = str(fit.kernel)
    if fit.dilation > 1:
        kernel = f"({fit.dilation}·({fit.kernel} - 1) + 1)"
    begin, end = fit.padding
    pads = f"2·{begin}" if begin == end else f"{begin} + {end}"
    if fit.op == "conv_transpose":
        cut = f"2·{begin}" if begin == end else f"{begin} - {end}"
        return f"({size} - 1)·{fit.stride} - {cut} + {kernel} = {to}"
    return f"({size} - {kernel} + {pads})/{fit.stride} + 1 = {to}"


def keep_answer(kept: Sequence[Kept]) -> Answer:
    """The padding that keeps the size."""
    rows = [
        (str(one.kernel), str(one.dilation), padding(one.padding), _keep_equation(one))
        for one in kept
    ]
    return Answer(
        "Padding that keeps the size, at stride 1",
        "P = D·(F - 1)/2 on each side; one more after where that is not whole",
        ("Kernel", "Dilation", "Padding", "Why"),
        rows,
        (3,),
        [one._asdict() for one in kept],
        "",
    )


def _keep_equation(kept: Kept) -> str:
    total = sum(kept.padding)
    spread = f"{kept.dilation}·" if kept.dilation > 1 else ""
    half = f"{total // 2}" if total % 2 == 0 else f"{total / 2:.1f}"
    return f"{spread}({kept.kernel} - 1)/2 = {half}"


def field_answer(field: int, stacks: Sequence[Stack]) -> Answer:
    """The stacks of layers that see so many cells."""
    rows = [
        (str(one.depth), str(one.kernel), str(one.stride), dilations(one), f"{one.size:,}",
         f"{one.n_weights:,}", number(one.macs), "skips cells" if one.has_gaps else "")
        for one in stacks
    ]  # fmt: skip
    return Answer(
        f"Stacks of equal layers that see at least {field} cells along an axis",
        "Those that see every cell first, then the cheapest: by weights, then by MACs per cell\n"
        "of the input, of square windows and per pair of channels",
        ("Layers", "Kernel", "Stride", "Dilation", "Field", "Weights", "MACs", ""),
        rows,
        (7,),
        [_stack_data(one) for one in stacks],
        "a larger --kernel, or another --depth; the stride may be at most the kernel",
    )


def dilations(stack: Stack) -> str:
    """One number, or the doubling ones: `1, 2, … 16`."""
    if not stack.doubling:
        return str(stack.dilation)
    last = 1 << (stack.depth - 1)
    return "1, 2" if stack.depth == 2 else f"1, 2, 4 … {last}" if stack.depth > 3 else "1, 2, 4"


def _stack_data(stack: Stack) -> dict[str, Any]:
    return {**stack._asdict(), "macs": float(stack.macs)}


def padding(pair: Pair) -> str:
    """`2`, or `[1, 2]`: as it stands in a spec."""
    begin, end = pair
    return str(begin) if begin == end else f"[{begin}, {end}]"
