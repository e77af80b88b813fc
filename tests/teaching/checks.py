"""What a worked answer must agree with: the facts of the layer."""

from __future__ import annotations

from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.teaching.explaining import explain
from cnncalc.teaching.stages import stages
from cnncalc.teaching.worked import Part, Worked


def agrees(facts: NetworkFacts, layer: LayerFacts) -> None:
    """Every result of a worked answer is a figure of the facts."""
    worked = explain(facts, layer.name)
    check_sizes(worked, layer)
    check_misfit(worked, layer)
    figures = layer.figures
    check_sum(worked.part("parameters"), figures.n_params, figures.n_statistics)
    check_sum(worked.part("macs"), figures.n_macs, 0)
    check_sum(worked.part("flops"), figures.n_flops, 0)
    check_field(worked, layer)
    check_connections(worked)


def check_sum(part: Part | None, expected: int | None, statistics: int | None) -> None:
    if part is None:
        assert expected == 0
        return
    assert part.result == expected
    if expected is None:
        return
    assert sum(line.value for line in part.lines if not line.is_statistic) == expected
    assert sum(line.value for line in part.lines if line.is_statistic) == statistics


def check_sizes(worked: Worked, layer: LayerFacts) -> None:
    """Sizes that are worked out are those of some primitive's output, the last ones of all."""
    part = worked.part("output")
    assert part is not None
    shapes = [stage.output for stage in stages(layer.node.lowered)]
    for line in part.lines:
        for axis in line.axes:
            assert any(len(shape) > axis and shape[axis] == line.value for shape in shapes), line
    sized = {axis: line.value for line in part.lines for axis in line.axes}
    if len(shapes) == 1 and layer.output_shape is not None:
        for axis, value in sized.items():
            assert layer.output_shape[axis] == value


def check_misfit(worked: Worked, layer: LayerFacts) -> None:
    part = worked.part("misfit")
    remainders = {window.remainder for window in layer.windows if not window.ceil}
    if part is None:
        assert all(window.kernel * window.stride == 1 for window in layer.windows)
        return
    assert {line.value for line in part.lines} == remainders
    assert bool(part.pictures) == any(remainders)


def check_field(worked: Worked, layer: LayerFacts) -> None:
    part = worked.part("receptive_field")
    assert part is not None
    field = layer.receptive_field
    if field is None or field.size is None:
        return
    lasts = {
        axis: recurrence.steps[-1]
        for recurrence in part.recurrences
        for axis in recurrence.axes.split(" and ")
    }
    for step in lasts.values():
        assert step.size is None or step.size <= max(field.size)
    for recurrence in part.recurrences:
        for before, step in zip(recurrence.steps, recurrence.steps[1:], strict=False):
            if step.window is None or before.size is None or before.jump is None:
                continue
            kernel, stride, padding = step.window
            assert step.size == before.size + (kernel - 1) * before.jump
            assert step.jump == before.jump * stride
            assert before.start is not None
            assert step.start == before.start - padding * before.jump


def chain_field_agrees(facts: NetworkFacts, layer: LayerFacts) -> None:
    """Where nothing merges, the last step is the field that the facts have."""
    field = layer.receptive_field
    part = explain(facts, layer.name).part("receptive_field")
    if field is None or field.size is None or part is None or not part.recurrences:
        return
    if field.stride is None:
        assert all(recurrence.steps[-1].size is None for recurrence in part.recurrences)
        return
    assert field.start is not None
    sizes = {recurrence.steps[-1].size for recurrence in part.recurrences}
    assert sizes == set(field.size)
    assert {recurrence.steps[-1].jump for recurrence in part.recurrences} == set(field.stride)
    assert {recurrence.steps[-1].start for recurrence in part.recurrences} == set(field.start)


def check_connections(worked: Worked) -> None:
    """The factors that locality and sharing save make up the whole difference."""
    part = worked.part("fully_connected")
    if part is None:
        return
    values = {line.label: line.value for line in part.lines}
    prefixes = {label.rpartition(": ")[0] for label in values}
    macs = worked.part("macs")
    assert macs is not None
    # a weight of its own for every connection is used once
    local = [line.value for line in part.lines if line.label.endswith("windows only")]
    assert macs.result == sum(local)
    for prefix in prefixes:
        lead = f"{prefix}: " if prefix else ""
        whole, shared = values[f"{lead}all to all"], values[f"{lead}windows, shared"]
        assert values[f"{lead}together"] * shared == whole
        saved = values[f"{lead}locality saves"] * values[f"{lead}sharing saves"]
        assert saved * values.get(f"{lead}fewer channels save", 1) * shared == whole
