"""S117: paths that look at different places."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import ClassVar, NamedTuple, TypeVar

from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.ir import primitives as p
from cnncalc.linter.arithmetic import axes_in_words, decimal
from cnncalc.linter.finding import Severity
from cnncalc.linter.geometry import is_point
from cnncalc.linter.rule import Report, Rule

T = TypeVar("T")


class MisalignedMerge(Rule):
    """Paths that are merged look at different places of the input.

    What it does:
        Compares the receptive fields of the paths of a merge. A different effective stride is a
        warning: cells that are merged then drift apart across the map. A different centre is an
        information: they are apart by the same distance everywhere. It stays silent where a path
        was resized to a given size, and about centres where a path was upsampled, as these depend
        on the position there, and in causal networks.

    Why it matters:
        A merge of maps of one size assumes that equal places mean equal places. Where they do not,
        what is found at one place is added to what is found at another.

    Bad:
        ```yaml
        input: 32x32x3
        layers:
          - concat:
              - [conv: {filters: 8, kernel: 2, stride: 2, activation: relu}]
              - [conv: {filters: 8, kernel: 17, activation: relu}]
        ```

    Good:
        ```yaml
        input: 32x32x3
        layers:
          - concat:
              - [conv: {filters: 8, kernel: 2, stride: 2, activation: relu}]
              - [conv: {filters: 8, kernel: 4, stride: 2, padding: 1, activation: relu}]
        ```

    When to ignore it:
        When the paths are global by nature, so that places mean nothing to them.

    References:
        Araujo, Norris, Sim, Computing receptive fields of convolutional neural networks, 2019
        (distill.pub), section on alignment and arbitrary computation graphs.
    """

    code: ClassVar[str] = "S117"
    name: ClassVar[str] = "misaligned-merge"
    severity: ClassVar[Severity] = "warning"

    def check(self, facts: NetworkFacts) -> Iterator[Report]:
        """One report per merge."""
        if len(facts.inputs) > 1:
            return  # the fields of two paths may be on different inputs
        resampled: _Resampled | None = None
        for layer, _ in facts.having(p.Merge):
            field = layer.receptive_field
            if field is not None and field.aligned is False and _has_one_size(layer):
                resampled = resampled or _Resampled(facts)
                yield from _report(layer, facts, resampled)


def _has_one_size(layer: LayerFacts) -> bool:
    """Whether the sizes of all paths are known and go together: else there is more to say."""
    known = all(shape is not None and None not in shape for shape in layer.input_shapes)
    return known and not layer.faults


class _Resampled:
    """Which layers lie behind a resize to a given size, and which behind any upsampling."""

    def __init__(self, facts: NetworkFacts) -> None:
        self.to_a_size: set[str] = set()
        self.upsampled: set[str] = set()
        for layer in facts.layers:
            primitives = layer.node.lowered.primitives
            for names, what in ((self.to_a_size, _is_to_a_size), (self.upsampled, _is_upsampling)):
                if any(map(what, primitives)) or not names.isdisjoint(layer.inputs):
                    names.add(layer.name)


def _is_to_a_size(primitive: p.Primitive) -> bool:
    if isinstance(primitive, p.Resize):
        return not primitive.by_factor
    return isinstance(primitive, (p.AdaptivePooling, p.Opaque))


def _is_upsampling(primitive: p.Primitive) -> bool:
    return isinstance(primitive, (p.TransposedConvolution, p.DepthToSpace, p.Resize))


def _report(layer: LayerFacts, facts: NetworkFacts, resampled: _Resampled) -> Iterator[Report]:
    paths = _local_paths(layer, facts)
    if len(paths) < 2 or not resampled.to_a_size.isdisjoint(paths):
        return
    strides = {name: path.stride for name, path in paths.items()}
    drifting = _differing(strides)
    if drifting:
        along = axes_in_words(drifting, len(layer.output_shape or ()) - 1)
        told = " and ".join(
            f"{decimal(Fraction(stride[drifting[0]]))} ({name})" for name, stride in strides.items()
        )
        message = f"along the {along} the paths have effective strides {told}"
        yield Report(message, layer, help="equal strides keep equal places together")
        return
    centres = {name: path.centre for name, path in paths.items()}
    apart = _differing(centres)
    if apart and resampled.upsampled.isdisjoint(paths) and not _looks_back(facts):
        along = axes_in_words(apart, len(layer.output_shape or ()) - 1)
        values = [centre[apart[0]] for centre in centres.values()]
        distance = max(values) - min(values)
        cells = f"{decimal(distance)} {'cell' if distance == 1 else 'cells'}"
        message = f"along the {along} the paths look {cells} of the input apart"
        help_ = "windows agree with equal padding before: kernel 3 with padding 1, kernel 1 with 0"
        yield Report(message, layer, help=help_, severity="info")


def _looks_back(facts: NetworkFacts) -> bool:
    """Whether the network is causal, so that its windows lie beside their cells on purpose."""
    return any(
        len(conv.padding) == 1 and conv.padding[0][0] > 0 == conv.padding[0][1]
        for _, conv in facts.having(p.Convolution)
    )


class _Path(NamedTuple):
    """Where the cells of a path look, per axis."""

    stride: tuple[int | Fraction, ...]
    centre: tuple[Fraction, ...]


def _differing(values: dict[str, tuple[T, ...]]) -> list[int]:
    """The axes along which the paths differ."""
    return [axis for axis, of in enumerate(zip(*values.values(), strict=True)) if len(set(of)) > 1]


def _local_paths(layer: LayerFacts, facts: NetworkFacts) -> dict[str, _Path]:
    """The paths that see a place: not gates, nor those of which it is not known."""
    found: dict[str, _Path] = {}
    for name, shape in zip(layer.inputs, layer.input_shapes, strict=True):
        if shape is None or (is_point(shape[:-1]) and shape != layer.output_shape):
            continue
        if name in facts.inputs:
            rank = len(shape) - 1
            found[name] = _Path((1,) * rank, (Fraction(0),) * rank)
            continue
        field = facts.layer(name).receptive_field
        if field is not None and field.stride and field.size and field.start:
            ends = zip(field.start, field.size, strict=True)
            centre = tuple(start + Fraction(size - 1, 2) for start, size in ends)
            found[name] = _Path(field.stride, centre)
    return found
