"""`cnncalc solve`: the inverse questions."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from cnncalc.cli.running import CLEAN, FINDINGS, guarded

if TYPE_CHECKING:
    from cnncalc.report.solve_rows import Answer


class Question(StrEnum):
    """What is asked for."""

    size = "size"
    keep = "keep"
    field = "field"


class SolveFormat(StrEnum):
    """For people, for a sheet of exercises, or for programs."""

    full = "full"
    markdown = "markdown"
    json = "json"


_NUMBERS = "N,M|N..M"
_LIST = re.compile(r"[0-9]{1,9}(\.\.[0-9]{1,9})?")
_MOST = 100

What = Annotated[
    Question,
    typer.Argument(
        metavar="size|keep|field",
        help="Windows from one size --to another; padding to keep it; layers that see a field.",
    ),
]
Cells = Annotated[
    int | None, typer.Argument(metavar="[CELLS]", help="The size that arrives, or the field.")
]
To = Annotated[int | None, typer.Option(metavar="N", help="size: what is to come out.")]
Kernel = Annotated[str | None, typer.Option(metavar=_NUMBERS, help="Kernels to try.")]
Stride = Annotated[str | None, typer.Option(metavar=_NUMBERS, help="Strides to try.")]
Padding = Annotated[
    str | None, typer.Option(metavar=_NUMBERS, help="size: paddings to try, on both sides.")
]
Dilation = Annotated[str | None, typer.Option(metavar=_NUMBERS, help="Dilations to try.")]
Depth = Annotated[int | None, typer.Option(metavar="N", help="field: so many layers.")]
Top = Annotated[int, typer.Option(min=1, metavar="N", help="Only the first N rows.")]
Format = Annotated[SolveFormat, typer.Option("--format", help="A table, Markdown or JSON.")]


def solve(
    what: What,
    cells: Cells = None,
    to: To = None,
    kernel: Kernel = None,
    stride: Stride = None,
    padding: Padding = None,
    dilation: Dilation = None,
    depth: Depth = None,
    top: Top = 15,
    output_format: Format = SolveFormat.full,
) -> None:
    """Find the window, padding or depth for a size or a field.

    Exit code 1 if there is none.
    """

    def action() -> int:
        given = {"to": to, "kernel": kernel, "stride": stride, "padding": padding,
                 "dilation": dilation, "depth": depth}  # fmt: skip
        _check_suits(what, cells, given)
        ranges = {
            name: _numbers(name, text)
            for name, text in (("kernel", kernel), ("stride", stride), ("padding", padding),
                               ("dilation", dilation))
            if text is not None
        }  # fmt: skip
        answer = _answer(what, cells or 0, to or 0, depth, ranges)
        _print(answer, top, output_format)
        return CLEAN if answer.rows else FINDINGS

    raise typer.Exit(guarded(action, as_json=output_format is SolveFormat.json))


_SUITS = {
    Question.size: ("to", "kernel", "stride", "padding", "dilation"),
    Question.keep: ("kernel", "dilation"),
    Question.field: ("kernel", "stride", "dilation", "depth"),
}
_LIKE = {
    Question.size: "solve size 32 --to 28",
    Question.keep: "solve keep --kernel 5",
    Question.field: "solve field 64",
}


def _check_suits(what: Question, cells: int | None, given: Mapping[str, object]) -> None:
    """Refuse a question that lacks something, or has too much."""
    from cnncalc.errors import UsageError

    like = f"such as cnncalc {_LIKE[what]}"
    if what is not Question.keep and cells is None:
        raise UsageError(f"{what} needs a number of cells, {like}")
    if what is Question.keep and cells is not None:
        raise UsageError(f"the padding that keeps a size is the same for all: no {cells}, {like}")
    if what is Question.size and given["to"] is None:
        raise UsageError(f"size needs --to, {like}")
    if what is Question.keep and given["kernel"] is None:
        raise UsageError(f"keep needs --kernel, {like}")
    for name, value in given.items():
        if value is not None and name not in _SUITS[what]:
            raise UsageError(f"{what} takes no --{name}; it takes --{', --'.join(_SUITS[what])}")


def _numbers(name: str, text: str) -> Sequence[int]:
    """The numbers of `3`, `1,3,5` or `1..7`."""
    from cnncalc.errors import UsageError
    from cnncalc.source.printable import quoted

    found: set[int] = set()
    for part in text.split(","):
        if not _LIST.fullmatch(part.strip()):
            raise UsageError(f"--{name} takes numbers such as 3, 1,3,5 or 1..7, not {quoted(text)}")
        first, _, last = part.strip().partition("..")
        numbers = range(int(first), int(last or first) + 1)
        if not 0 < len(numbers) <= _MOST:
            raise UsageError(f"--{name} takes from 1 to {_MOST} numbers, not the {quoted(part)}")
        found.update(numbers)
    if len(found) > _MOST:
        raise UsageError(f"--{name} takes at most {_MOST} numbers")
    return sorted(found)


def _answer(
    what: Question, cells: int, to: int, depth: int | None, ranges: dict[str, Sequence[int]]
) -> Answer:
    from cnncalc.report import solve_rows
    from cnncalc.teaching.solving import solve_keep, solve_size
    from cnncalc.teaching.stacks import solve_field

    if what is Question.size:
        return solve_rows.size_answer(cells, to, solve_size(cells, to, **ranges))
    if what is Question.keep:
        return solve_rows.keep_answer(solve_keep(**ranges))
    return solve_rows.field_answer(cells, solve_field(cells, depth=depth, **ranges))


def _print(answer: Answer, top: int, output_format: SolveFormat) -> None:
    from cnncalc.cli.output import accept_any_character, is_terminal, write
    from cnncalc.report import solve_report

    if output_format is SolveFormat.json:
        solve_report.write_json(write, answer)
    elif output_format is SolveFormat.markdown:
        solve_report.write_markdown(write, answer, top)
    elif is_terminal():
        accept_any_character()
        solve_report.print_drawn(answer, top)
    else:
        solve_report.write_plain(write, answer, top)
