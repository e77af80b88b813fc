"""Laying the statements of a block's calls side by side."""

from __future__ import annotations

from collections.abc import Sequence

from cnncalc.exporters.code.steps import Step

Key = tuple[object, ...]
Column = dict[int, Step]  # a statement by the number of the call that has it


def key(step: Step) -> Key:
    """What two statements must share to be one with other values."""
    shape = tuple((argument.name, argument.positional) for argument in step.arguments)
    return (step.kind, step.target, step.function, shape, step.inputs, step.as_list)


def align(calls: Sequence[Sequence[Step]]) -> list[Column]:
    """Columns of equal statements, in an order that is that of every call.

    Args:
        calls: The statements of each call.
    """
    columns: list[Column] = [{0: step} for step in calls[0]]
    shapes = [_shape(calls[0])]
    for number, steps in enumerate(calls[1:], 1):
        shape = _shape(steps)
        if shape in shapes:  # the same columns as that call, without a search
            like = shapes.index(shape)
            mine = [column for column in columns if like in column]
            for column, step in zip(mine, steps, strict=True):
                column[number] = step
        else:
            columns = _joined(columns, number, steps)
        shapes.append(shape)
    return columns


def _shape(steps: Sequence[Step]) -> list[tuple[Key, str]]:
    return [(key(step), step.name) for step in steps]


def _joined(columns: list[Column], number: int, steps: Sequence[Step]) -> list[Column]:
    """The columns with one more call in them: the longest common subsequence, equal names first."""
    scores = _scores(columns, steps)
    joined: list[Column] = []
    i = j = 0
    while i < len(columns) and j < len(steps):
        together = _alike(columns[i], steps[j])
        if together and scores[i][j] == scores[i + 1][j + 1] + together:
            joined.append({**columns[i], number: steps[j]})
            i, j = i + 1, j + 1
        elif scores[i][j] == scores[i + 1][j]:
            joined.append(columns[i])
            i += 1
        else:
            joined.append({number: steps[j]})
            j += 1
    joined += columns[i:]
    joined += [{number: step} for step in steps[j:]]
    return joined


def _scores(columns: list[Column], steps: Sequence[Step]) -> list[list[int]]:
    scores = [[0] * (len(steps) + 1) for _ in range(len(columns) + 1)]
    for i in reversed(range(len(columns))):
        for j in reversed(range(len(steps))):
            best = max(scores[i + 1][j], scores[i][j + 1])
            together = _alike(columns[i], steps[j])
            scores[i][j] = max(best, scores[i + 1][j + 1] + together) if together else best
    return scores


def _alike(column: Column, step: Step) -> int:
    other = next(iter(column.values()))
    if key(other) != key(step):
        return 0
    return 2 if other.name == step.name else 1
