"""What a run gave, as text: a summary, the classes, what the layers hold, and their times.

The lines are the same on a terminal and in a pipe; there they are wrapped, and styled by their
segments.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from textwrap import wrap
from typing import NamedTuple, TypeAlias

from cnncalc.analysis.facts import NetworkFacts
from cnncalc.ir.shapes import format_shape
from cnncalc.numeric.feeding import Feed
from cnncalc.numeric.program import Memory
from cnncalc.numeric.session import Outcome
from cnncalc.report.findings import numbered
from cnncalc.report.numbers import human_bytes
from cnncalc.report.run_times import timing_lines
from cnncalc.report.run_values import figure, seconds
from cnncalc.report.sheet import Column, Line, sheet
from cnncalc.report.totals import title
from cnncalc.source.printable import printable

Write: TypeAlias = Callable[[str], object]


class Ran(NamedTuple):
    """A run, and all that it was made with.

    Attributes:
        facts: Facts of the network; their batch is that of the runs.
        feed: The samples.
        outcome: What came out.
        memory: Bytes that it needed.
        n_threads: How many threads worked.
        weights: The weight file; None for random weights.
        seed: What random weights were drawn from.
        preprocess: What was done with images.
        labels: Names of the classes; None if there are none.
        files: What was written.
    """

    facts: NetworkFacts
    feed: Feed
    outcome: Outcome
    memory: Memory
    n_threads: int
    weights: str | None
    seed: int
    preprocess: str
    labels: list[str] | None
    files: Sequence[str]


def lines(ran: Ran, width: int | None = None) -> Iterator[Line]:
    """All lines of the report.

    Args:
        ran: The run.
        width: Columns of the terminal; None if nothing is to be wrapped or left out.
    """
    name, rest = title(ran.facts).rsplit(": ", 1)
    yield [(name, "bold"), (f": {rest}", "")]
    yield []
    yield from _summary(ran, width)
    parts = [_classes(ran) if ran.outcome.top else iter(()), _values(ran)]
    if ran.outcome.timings is not None:
        parts.append(timing_lines(ran.outcome.timings, width))
    for part in parts:
        yield from _apart(part)


def _apart(part: Iterable[Line]) -> Iterator[Line]:
    for number, line in enumerate(part):
        if not number:
            yield []
        yield line


def _summary(ran: Ran, width: int | None) -> Iterator[Line]:
    """What was run on what, a line each, with a hanging indent where it is narrow."""
    facts = list(_facts(ran))
    indent = max(len(label) for label, _ in facts) + 2
    room = None if width is None else max(width - indent, 20)
    for label, text in facts:
        pieces = [text] if room is None else wrap(text, room, break_on_hyphens=False)
        for number, piece in enumerate(pieces):
            start = "" if number else label
            yield [(f"{start:<{indent}}", ""), (piece, "")]


def _facts(ran: Ran) -> Iterator[tuple[str, str]]:
    for name, group in ran.feed.sources.items():
        label = "Input" if len(ran.feed.sources) == 1 else f"Input {printable(name)}"
        yield label, _sources([source.samples for source in group])
    if ran.feed.has_images:
        yield "Preprocess", ran.preprocess
    if ran.weights is None:
        yield "Weights", f"random weights, seed {ran.seed}; --weights takes trained ones"
    else:
        yield "Weights", printable(ran.weights)
    yield "Time", _time(ran)
    parts = ("weights", "activations", "scratch", "results")
    shares = [f"{part} {human_bytes(getattr(ran.memory, part))}" for part in parts]
    yield "Memory", f"{human_bytes(ran.memory.total)}: {', '.join(shares)}"
    for file in ran.files:
        yield "Written", printable(file)


def _sources(groups: list[list[str]]) -> str:
    names = [name for group in groups for name in group]
    if len(names) <= 2:
        return ", ".join(names)
    return f"{numbered(len(names), 'sample')}, {names[0]} to {names[-1]}"


def _time(ran: Ran) -> str:
    outcome, n_samples, n_runs = ran.outcome, ran.feed.n_samples, ran.feed.n_runs
    parts = [seconds(outcome.run_seconds)]
    if n_samples > 1:
        each = seconds(outcome.run_seconds / n_samples)
        runs = f" in {n_runs:,} runs of {ran.feed.batch:,}" if n_runs > 1 else " in one run"
        parts[0] += f" for {n_samples:,} samples{runs}, {each} each"
    parts += [f"{seconds(outcome.load_seconds)} to load", numbered(ran.n_threads, "thread")]
    return ", ".join([*parts, ran.facts.dtype])


def score_name(facts: NetworkFacts) -> str:
    """What a value of the main output is: a probability after a softmax, else a score."""
    from cnncalc.ir.primitives import Activation

    main = facts.outputs[-1]
    last = facts.layer(main).node.lowered.primitives[-1:] if main not in facts.inputs else ()
    is_softmax = bool(last) and isinstance(last[0], Activation) and last[0].function == "softmax"
    return "Probability" if is_softmax else "Score"


def _classes(ran: Ran) -> Iterator[Line]:
    """The best classes of every sample; its name stands once."""
    samples, numbers, names, scores = [], [], [], []
    for sample, top in zip(ran.feed.samples, ran.outcome.top, strict=True):
        for rank, scored in enumerate(top):
            samples.append("" if rank else ", ".join(sample.values()))
            numbers.append(str(scored.number))
            names.append("" if ran.labels is None else ran.labels[scored.number])
            scores.append(figure(scored.score))
    columns = [
        Column("Class", numbers, right=True),
        Column(score_name(ran.facts), scores, right=True, style="bold"),
    ]
    if ran.labels is not None:
        columns.append(Column("Label", names))
    if ran.feed.n_samples > 1:
        columns.insert(0, Column("Sample", samples))
    return sheet(columns)


def _values(ran: Ran) -> Iterator[Line]:
    """Smallest, largest and mean of what was kept; with a column for what is no number."""
    values = ran.outcome.values
    each = list(values.values())
    columns = [
        Column("Output", [printable(name) for name in values], style="bold"),
        Column("Shape", [format_shape(value.shape) for value in each], right=True),
        Column("Smallest", [figure(value.smallest) for value in each], right=True),
        Column("Largest", [figure(value.largest) for value in each], right=True),
        Column("Mean", [figure(value.mean) for value in each], right=True),
    ]
    if any(value.n_odd for value in each):
        odd = [f"{value.n_odd:,}" if value.n_odd else "" for value in each]
        columns.append(Column("NaN or infinite", odd, right=True, style="yellow"))
    return sheet(columns)


def write_plain(write: Write, ran: Ran) -> None:
    """Write the report as plain text, complete at any width."""
    for line in lines(ran):
        write("".join(text for text, _ in line).rstrip() + "\n")


def print_drawn(ran: Ran) -> None:
    """Print the report on the terminal that standard output is."""
    from rich.text import Text

    from cnncalc.report.terminal import make_console

    console = make_console()
    for line in lines(ran, console.width):
        console.print(Text.assemble(*line))
