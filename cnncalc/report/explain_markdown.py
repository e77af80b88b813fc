"""A worked answer as Markdown with formulas in LaTeX, for a notebook or an exercise sheet."""

from __future__ import annotations

from collections.abc import Callable

from cnncalc.ir.shapes import format_shape
from cnncalc.report.explain_formula import latex, latex_result, letter
from cnncalc.report.explain_picture import LEGEND, picture
from cnncalc.report.explain_text import addends, meanings
from cnncalc.report.markdown import escaped
from cnncalc.source.printable import printable
from cnncalc.teaching.formula import Number
from cnncalc.teaching.worked import Line, Part, Recurrence, Step, Worked

Write = Callable[[str], object]

_TITLES = (
    "Layer", r"$F_{\text{eff}}$", "$S$", "$P$", r"$r = r + (F_{\text{eff}} - 1) \cdot j$",
    r"$j = j \cdot S$", "First cell",
)  # fmt: skip


def write_markdown(write: Write, worked: Worked) -> None:
    """Write a worked answer."""
    name = escaped(printable(worked.name))
    arriving = ", ".join(map(format_shape, worked.input_shapes))
    shapes = f"{arriving} → {format_shape(worked.output_shape)}"
    write(f"### {name} ({worked.op}): {shapes}\n")
    for fault in worked.faults:
        write(f"\n**{escaped(fault)}**\n")
    explained = ", ".join(f"${letter(symbol)}$ {what}" for symbol, what in meanings(worked))
    write(f"\n{explained}.\n" if explained else "")
    for part in worked.parts:
        write(f"\n#### {part.title}\n")
        _write_part(write, part)


def _write_part(write: Write, part: Part) -> None:
    named = len({line.label for line in part.lines}) > 1 or part.key in ("output", "misfit")
    for line in part.lines:
        label = line.label if named else ""
        remarks = ": ".join(escaped(text) for text in (label, line.note) if text)
        write(f"\n{remarks}\n" if remarks else "")
        write(f"\n{_equation(line)}\n")
    added = addends(part)
    if added:
        write(f"\nTotal: {' + '.join(added)} = **{part.result:,}**\n")
    for recurrence in part.recurrences:
        _write_table(write, recurrence)
    for drawn in part.pictures:
        rows = "\n".join(picture(drawn.window))
        write(f"\n{drawn.axes}:\n\n```text\n{rows}\n{LEGEND}\n```\n")
    for note in part.notes:
        write(f"\n{escaped(note)}\n")


def _equation(line: Line) -> str:
    steps = [latex(line.formula), latex(line.formula, put_in=True), latex_result(line.value)]
    head = [letter(line.symbol)] if line.symbol else []
    unlike = [step for k, step in enumerate(steps) if k == 0 or step != steps[k - 1]]
    return f"$${' = '.join([*head, *unlike])}$$".replace("= \\approx", "\\approx")


def _write_table(write: Write, recurrence: Recurrence) -> None:
    write(f"\n{recurrence.axes}:\n" if recurrence.axes else "")
    write(f"\n| {' | '.join(_TITLES)} |\n")
    write("|---|---:|---:|---:|---|---|---:|\n")
    for step in recurrence.steps:
        write(f"| {' | '.join(_cells(step))} |\n")


def _cells(step: Step) -> list[str]:
    name = escaped(printable(step.layer))
    if step.size is None or step.jump is None:
        return [name, "", "", "", step.note, "", ""]
    if step.window is None or step.before is None:
        return [name, "", "", "", f"${step.size}$", f"${_short(step.jump)}$", f"${step.start}$"]
    (kernel, stride, padding), (size, jump) = step.window, step.before
    grown = rf"${size} + ({kernel} - 1) \cdot {_short(jump)} = {step.size}$"
    distance = rf"${_short(jump)} \cdot {stride} = {_short(step.jump)}$"
    return [name, str(kernel), str(stride), str(padding), grown, distance, f"${step.start}$"]


def _short(count: Number) -> str:
    if isinstance(count, int):
        return str(count)
    return rf"\frac{{{count.numerator}}}{{{count.denominator}}}"
