"""A layer worked out as on a blackboard."""

from __future__ import annotations

from collections.abc import Sequence

from cnncalc.analysis.facts import LayerFacts, NetworkFacts, ReceptiveField
from cnncalc.errors import UsageError
from cnncalc.ir import primitives as p
from cnncalc.ir.shapes import format_shape
from cnncalc.layers.base import Layer
from cnncalc.source.printable import quoted
from cnncalc.spec.problems import suggestion
from cnncalc.teaching.connections import connection_lines
from cnncalc.teaching.field_path import is_branched, recurrences
from cnncalc.teaching.operations import flop_lines, mac_lines, twice
from cnncalc.teaching.output import output_size, windows_lines
from cnncalc.teaching.parameters import parameter_lines
from cnncalc.teaching.stages import Stage, empty_fault, stages
from cnncalc.teaching.symbols import alike, names_of_axes
from cnncalc.teaching.whole import whole
from cnncalc.teaching.windows import gap_note, left_out, misfit_line
from cnncalc.teaching.worked import Line, Part, Worked


def explain(facts: NetworkFacts, layer: str | None = None) -> Worked:
    """Work out one layer: formula, numbers put in, result, for everything that there is to count.

    Args:
        facts: The facts of the network.
        layer: Name of the layer; None for the sums over the whole network.

    Raises:
        UsageError: There is no such layer, or the facts are those of several samples.

    Example:
        >>> import cnncalc
        >>> facts = cnncalc.analyze(cnncalc.load("ten-filters"))
        >>> part = explain(facts, "conv_1").part("parameters")
        >>> part.result
        760
    """
    if facts.batch != 1:
        raise UsageError(
            f"what is explained is one sample: analyse with batch 1, not {facts.batch}"
        )
    if layer is None:
        return whole(facts)
    found = next((one for one in facts.layers if one.name == layer), None)
    if found is None:
        raise UsageError(_no_such_layer(facts, layer))
    taken_apart = stages(found.node.lowered)
    written = found.node.layer if isinstance(found.node.layer, Layer) else None
    parts = (
        _output(found, taken_apart, written),
        _misfit(_without_border(found, taken_apart)),
        _parameters(facts, found, taken_apart),
        _macs(found, taken_apart),
        _flops(found, taken_apart),
        _field(facts, found),
        None if found.figures.n_params is None else _fully_connected(taken_apart),
    )
    return Worked(
        found.name,
        found.op,
        facts.name,
        found.input_shapes,
        found.output_shape,
        tuple(part for part in parts if part is not None),
    )


def _no_such_layer(facts: NetworkFacts, layer: str) -> str:
    names = [one.name for one in facts.layers]
    hint = suggestion(layer, names) or "cnncalc summary lists its layers"
    return f"{facts.name or 'the network'} has no layer called {quoted(layer)}; {hint}"


def _output(layer: LayerFacts, parts: Sequence[Stage], written: Layer | None) -> Part:
    lines: list[Line] = []
    notes: list[str] = []
    several = [stage for stage in parts if not _keeps(stage)]
    for stage in several or parts[:1]:
        sized = output_size(stage, written)
        if len(several) == 1 or not _is_pointwise(stage):
            lines += sized.lines
        prefix = f"{stage.word}: " if len(several) > 1 else ""
        notes += [prefix + note for note in sized.notes]
    lines += _empty(layer)
    if layer.output_shape is None:
        notes.append("what comes out is not known")
    return Part("output", "Output size", tuple(lines), tuple(notes))


def _empty(layer: LayerFacts) -> list[Line]:
    """The window that does not fit even once, if that is what is wrong."""
    fault = empty_fault(layer.node.lowered)
    if fault is None or fault.window is None:
        return []
    label = names_of_axes(fault.rank, [fault.axis])
    return [
        line._replace(label=label, axes=(fault.axis,) if line.axes else ())
        for line in windows_lines((fault.window,), None)
    ]


def _keeps(stage: Stage) -> bool:
    """Whether a primitive leaves the shape alone, and so needs no words beside others."""
    silent = p.Activation | p.ChannelScale | p.Dropout | p.Identity
    return isinstance(stage.primitive, silent)


def _is_pointwise(stage: Stage) -> bool:
    """Whether a window of one cell moves by one, which changes no size."""
    return bool(stage.windows) and not _slides(stage)


def _without_border(layer: LayerFacts, parts: list[Stage]) -> list[Stage]:
    """The stages with the window of the layer's facts, which know what a pad layer has added."""
    first = next((k for k, stage in enumerate(parts) if stage.windows), None)
    if first is None or layer.faults:
        return parts
    known = parts[first]._replace(windows=layer.windows)
    return [*parts[:first], known, *parts[first + 1 :]]


def _misfit(parts: Sequence[Stage]) -> Part | None:
    lines: list[Line] = []
    notes: list[str] = []
    pictures = []
    for stage in parts:
        if not _slides(stage):
            continue
        for axes in alike(stage.windows):
            window = stage.windows[axes[0]]
            label = names_of_axes(len(stage.windows), axes)
            if window.size is None:
                continue
            if window.ceil:
                notes.append(f"{label}: rounded up, so the last window takes what is left")
                continue
            lines.append(misfit_line(window, label))
            pictures.append(left_out(window, label))
            gap = gap_note(window)
            if gap is not None:
                notes.append(f"{label}: {gap}")
    if not lines and not notes:
        return None
    drawn = tuple(picture for picture in pictures if picture is not None)
    return Part("misfit", "Misfit", tuple(lines), tuple(notes), drawn)


def _slides(stage: Stage) -> bool:
    """Whether there are windows that could fail to fit."""
    return any(window.kernel * window.stride > 1 for window in stage.windows)


def _parameters(facts: NetworkFacts, layer: LayerFacts, parts: Sequence[Stage]) -> Part:
    lines = [line for stage in parts for line in parameter_lines(stage)]
    notes = []
    if layer.figures.n_params is None:
        lines = []
        notes.append("how many is not known")
    elif not lines:
        notes.append("none: there is nothing to learn")
    if layer.shares is not None:
        notes.append(f"they are those of {layer.shares}, where they are counted")
    elif layer.n_params and not layer.n_trainable_params:
        notes.append("they are frozen: training does not change them")
    notes += _share(facts, layer)
    return Part(
        "parameters", "Parameters", tuple(lines), tuple(notes), result=layer.figures.n_params
    )


def _share(facts: NetworkFacts, layer: LayerFacts) -> list[str]:
    """How much of the network's parameters are here."""
    every, own = facts.totals.n_params, layer.n_params
    if not own or len(facts.layers) < 2 or "n_params" in facts.totals.partial:
        return []
    return [f"{100 * own / every:.3g} % of the network's {every:,}"]


def _macs(layer: LayerFacts, parts: Sequence[Stage]) -> Part | None:
    if layer.n_macs is None:
        return Part("macs", "Multiply-accumulates", (), ("how many is not known",))
    lines = tuple(line for stage in parts for line in mac_lines(stage))
    if not lines:
        return None
    return Part("macs", "Multiply-accumulates", lines, result=layer.n_macs)


def _flops(layer: LayerFacts, parts: Sequence[Stage]) -> Part:
    lines = [] if not layer.n_macs else [twice(layer.n_macs)]
    lines += [line for stage in parts for line in flop_lines(stage)]
    if layer.n_flops is None:
        return Part("flops", "Operations", (), ("how many is not known",))
    notes = () if lines else ("none: it only moves data",)
    return Part("flops", "Operations", tuple(lines), notes, result=layer.n_flops)


def _field(facts: NetworkFacts, layer: LayerFacts) -> Part:
    field = layer.receptive_field
    if field is None:
        return Part("receptive_field", "Receptive field", (), ("it is not known",))
    steps = recurrences(facts, layer.node.index)
    notes = [_seen(field)]
    if is_branched(facts, layer.node.index):
        notes.insert(0, "where paths merge, the one that sees most is followed")
    return Part("receptive_field", "Receptive field", (), tuple(notes), recurrences=steps)


def _seen(field: ReceptiveField) -> str:
    if field.size is None:
        return "how large it is depends on the place"
    if field.whole_input and field.stride is None:
        return f"it sees the whole input, {format_shape(field.size)}".removesuffix(", ")
    text = f"an output sees {format_shape(field.size)} cells of the input"
    return f"{text}, and by a side path all of it" if field.whole_input else text


def _fully_connected(parts: Sequence[Stage]) -> Part | None:
    found = [(stage.word, lines) for stage in parts if (lines := connection_lines(stage))]
    if not found:
        return None
    title = "If it were fully connected (weights without biases)"
    equations = [
        line._replace(label=f"{word}: {line.label}") if len(found) > 1 else line
        for word, lines in found
        for line in lines
    ]
    return Part("fully_connected", title, tuple(equations))
