"""A worked answer as text, as it would stand on a blackboard 80 columns wide."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from textwrap import wrap

from cnncalc.ir.shapes import format_shape
from cnncalc.report.explain_formula import number, text
from cnncalc.report.explain_picture import LEGEND, picture
from cnncalc.report.sheet import Line as Styled
from cnncalc.report.width import cells, padded
from cnncalc.source.printable import printable
from cnncalc.teaching.formula import Number, Symbol, symbols
from cnncalc.teaching.symbols import MEANINGS
from cnncalc.teaching.worked import Line, Part, Recurrence, Step, Worked

_WIDTH = 80
_INDENT = "  "
_GAP = "  "


def write_plain(write: Callable[[str], object], worked: Worked) -> None:
    """Write a worked answer."""
    for line in lines(worked):
        write("".join(part for part, _ in line).rstrip() + "\n")


def print_drawn(worked: Worked) -> None:
    """Print a worked answer on a terminal."""
    from rich.text import Text

    from cnncalc.report.terminal import make_console

    console = make_console()
    for line in lines(worked):
        drawn = Text.assemble(*line)
        drawn.rstrip()
        console.print(drawn)


def title(worked: Worked) -> str:
    """The first line: `conv_1 (conv): 32×32×3 → 32×32×10`."""
    arriving = ", ".join(map(format_shape, worked.input_shapes))
    head = f"{printable(worked.name)} ({worked.op})"
    return f"{head}: {arriving} → {format_shape(worked.output_shape)}"


def meanings(worked: Worked) -> list[tuple[str, str]]:
    """The symbols that the formulas use, each with what it stands for."""
    used: dict[str, str] = {}
    for part in worked.parts:
        for line in part.lines:
            names = [found.name for found in symbols(line.formula)]
            for name in (*names, line.symbol):
                meaning = MEANINGS.get(name) or MEANINGS.get(name.partition("_")[0])
                if meaning is not None:
                    base = name if name in MEANINGS else name.partition("_")[0]
                    used.setdefault(base, meaning)
    return list(used.items())


def lines(worked: Worked) -> Iterator[Styled]:
    """A worked answer as lines of styled text."""
    yield [(title(worked), "bold")]
    for fault in worked.faults:
        for piece in wrap(fault, _WIDTH):
            yield [(piece, "red")]
    explained = "; ".join(f"{name}: {meaning}" for name, meaning in meanings(worked))
    for piece in wrap(explained, _WIDTH):
        yield [(piece, "dim")]
    for part in worked.parts:
        yield []
        yield [(part.title, "bold cyan")]
        yield from _part(part)


def _part(part: Part) -> Iterator[Styled]:
    labels = [line.label for line in part.lines]
    # a single label says nothing that the title does not say
    wanted = len(set(labels)) > 1 or part.key in ("output", "misfit")
    labels += ["total"] if addends(part) else []
    width = max(map(cells, labels), default=0) if wanted else 0
    for line in part.lines:
        label = padded(line.label, width, False) + _GAP if width else ""
        yield from _equation(line, _INDENT + label)
    yield from _total(part, width)
    for recurrence in part.recurrences:
        yield from _table(recurrence, len(part.recurrences) > 1)
    for drawn in part.pictures:
        yield []
        label = f"{_INDENT}{drawn.axes}{_GAP}"
        for count, row in enumerate(picture(drawn.window)):
            yield [(label if count == 0 else " " * cells(label), ""), (row, "yellow")]
    if part.pictures:
        yield [(_INDENT + LEGEND, "dim")]
    for note in part.notes:
        yield from ([(_INDENT + piece, "")] for piece in wrap(printable(note), _WIDTH - 2))


def addends(part: Part) -> list[str]:
    """The results that add up to that of the part; none where there is nothing to add."""
    added = [number(line.value) for line in part.lines if not line.is_statistic]
    return added if part.result is not None and len(added) > 1 else []


def _total(part: Part, width: int) -> Iterator[Styled]:
    added = addends(part)
    if added:
        lead = _INDENT + padded("total", width, False) + _GAP
        result = f"{part.result:,}"
        steps = f"{' + '.join(added)} = "
        yield [(lead, ""), (steps if cells(lead + steps + result) <= _WIDTH else "", ""),
               (result, "bold")]  # fmt: skip


def steps_of(line: Line) -> list[str]:
    """Formula, numbers put in and result, each once: what repeats the one before is left out."""
    found = [text(line.formula), text(line.formula, put_in=True), number(line.value)]
    if isinstance(line.formula, Symbol) and line.symbol:
        found = found[2:]
    return [step for k, step in enumerate(found) if k == 0 or step.replace(",", "") != found[k - 1]]


def _equation(line: Line, lead: str) -> Iterator[Styled]:
    head = f"{line.symbol} = " if line.symbol else ""
    steps = steps_of(line)
    note = f"{_GAP}{line.note}" if line.note else ""
    one_line = lead + head + _joined(steps)
    blank = " " * cells(lead)
    if cells(one_line) <= _WIDTH:
        before = one_line[: len(one_line) - len(steps[-1])]
        yield [(before, ""), (steps[-1], "bold"), *_beside(one_line, note)]
    else:
        yield [(lead + head + steps[0], "")]
        indent = blank + " " * max(0, cells(head) - 2)
        for step in steps[1:-1]:
            yield [(f"{indent}= {step}", "")]
        sign = "" if steps[-1].startswith("≈") else "= "
        one_line = f"{indent}{sign}{steps[-1]}"
        yield [(indent + sign, ""), (steps[-1], "bold"), *_beside(one_line, note)]
    if note and cells(one_line + note) > _WIDTH:
        for piece in wrap(line.note, max(30, _WIDTH - cells(lead))):
            yield [(blank + piece, "dim")]


def _joined(steps: Sequence[str]) -> str:
    return " = ".join(steps).replace("= ≈", "≈")


def _beside(before: str, note: str) -> Styled:
    return [(note, "dim")] if cells(before + note) <= _WIDTH else []


TITLES = ("Layer", "F_eff", "S", "P", "r", "j", "first cell")


def _table(recurrence: Recurrence, named: bool) -> Iterator[Styled]:
    if named:
        yield [(_INDENT + recurrence.axes, "bold")]
    rows = [_cells(step) for step in recurrence.steps]
    widths = [max(map(cells, column)) for column in zip(TITLES, *rows, strict=True)]
    yield [(_INDENT + _row(TITLES, widths), "dim")]
    for row in rows:
        yield [(_INDENT + _row(row, widths), "")]
    if any(step.window for step in recurrence.steps):
        yield [
            (_INDENT + "r = r + (F_eff - 1)·j, then j = j·S; the first cell moves by -P·j", "dim")
        ]
    if any(is_resampled(step) for step in recurrence.steps[1:]):
        yield [(_INDENT + RESAMPLED, "dim")]


RESAMPLED = "without F_eff the map is moved or resampled: the largest r of all places"


def is_resampled(step: Step) -> bool:
    """Whether there is no formula for a step, but a result."""
    return step.window is None and step.size is not None


def _row(texts: Sequence[str], widths: Sequence[int]) -> str:
    return _GAP.join(
        padded(cell, width, k != 0 and k != 4)
        for k, (cell, width) in enumerate(zip(texts, widths, strict=True))
    ).rstrip()


def _cells(step: Step) -> tuple[str, ...]:
    name = printable(step.layer)
    if step.size is None or step.jump is None:
        return (name, "", "", "", step.note, "", "")
    grown, jump = str(step.size), _short(step.jump)
    if step.window is None or step.before is None:
        return (name, "", "", "", grown, jump, str(step.start))
    kernel, stride, padding = step.window
    size, distance = step.before
    if kernel > 1:
        grown = f"{size} + ({kernel} - 1)·{_bracketed(distance)} = {step.size}"
    if stride > 1:
        jump = f"{_bracketed(distance)}·{stride} = {jump}"
    return (name, str(kernel), str(stride), str(padding), grown, jump, str(step.start))


def _short(count: Number) -> str:
    return str(count)


def _bracketed(count: Number) -> str:
    return str(count) if isinstance(count, int) else f"({count})"
