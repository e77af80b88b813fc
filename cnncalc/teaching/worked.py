"""The form of a worked answer."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal, NamedTuple, TypeAlias

from cnncalc.ir.shapes import Shape, Size
from cnncalc.ir.windows import Window
from cnncalc.teaching.formula import Formula, Number, value

Key: TypeAlias = Literal[
    "output", "misfit", "parameters", "macs", "flops", "receptive_field", "fully_connected"
]


class Line(NamedTuple):
    """One equation: a formula, the numbers put in, the result.

    Attributes:
        label: What it is about where the part has several: an axis, an array.
        symbol: The left-hand side; empty where the title says it.
        formula: The right-hand side, whose symbols know their values.
        note: A remark on the result.
        axes: Axes of the map that the result is a size of, if it is one.
        is_statistic: Whether it counts running statistics, which are no parameters.
    """

    label: str
    symbol: str
    formula: Formula
    note: str = ""
    axes: tuple[int, ...] = ()
    is_statistic: bool = False

    @property
    def value(self) -> Number:
        """The result."""
        return value(self.formula)


class LeftOut(NamedTuple):
    """What a window leaves out along some axes, to be drawn.

    Attributes:
        axes: Names of the axes that it is the same for.
        window: The window, with its misfit.
    """

    axes: str
    window: Window


class Step(NamedTuple):
    """One layer of the receptive-field recurrence along one axis.

    `r' = r + (F_eff - 1)·j`, `j' = j·S`, `start' = start - P·j`; where there is no such window (an
    upsampling, a crop) the results stand alone.

    Attributes:
        layer: Name of the layer.
        window: F_eff, S and P; None where none slides.
        before: r and j before; None at the input.
        size: r after it; None if everything is seen.
        jump: The effective stride after it.
        start: First cell that output 0 sees.
        note: What else there is to say.
    """

    layer: str
    window: tuple[int, int, int] | None
    before: tuple[int, Number] | None
    size: int | None
    jump: Number | None
    start: int | None
    note: str = ""


class Recurrence(NamedTuple):
    """The steps along axes that have the same ones."""

    axes: str
    steps: tuple[Step, ...]


class Part(NamedTuple):
    """One question with its answer.

    Attributes:
        key: What it is called in JSON.
        title: The question.
        lines: The equations.
        notes: Sentences after them.
        pictures: What is left out, per axis.
        recurrences: The steps of the receptive field.
        result: The figure that the facts have, or None where it is no single number.
    """

    key: Key
    title: str
    lines: tuple[Line, ...] = ()
    notes: tuple[str, ...] = ()
    pictures: tuple[LeftOut, ...] = ()
    recurrences: tuple[Recurrence, ...] = ()
    result: Size | Fraction = None


class Worked(NamedTuple):
    """A layer, worked out as on a blackboard.

    Attributes:
        name: Name of the layer.
        op: What it is.
        network: Name of the network, or None.
        input_shapes: What arrives.
        output_shape: What comes out.
        parts: The questions with their answers.
        faults: What is wrong with the shapes, in words.
    """

    name: str
    op: str
    network: str | None
    input_shapes: tuple[Shape | None, ...]
    output_shape: Shape | None
    parts: tuple[Part, ...]
    faults: tuple[str, ...] = ()

    def part(self, key: Key) -> Part | None:
        """The answer to one question; None where it does not arise."""
        return next((part for part in self.parts if part.key == key), None)

    def _repr_markdown_(self) -> str:
        from cnncalc.report.explain_markdown import write_markdown  # it is asked how it looks

        texts: list[str] = []
        write_markdown(texts.append, self)
        return "".join(texts)
