"""Reshapes and transpositions of views, and the layers that bring values into an order."""

from __future__ import annotations

from itertools import chain
from math import prod

from cnncalc.importers.onnx.values import Atom, Feature, Group, size_of
from cnncalc.ir.shapes import Sizes

Step = tuple[str, dict[str, object]]
_MOST_AXES = 8


class Unarrangeable(Exception):
    """Values that no layers of a spec bring into the wanted order."""


def shape_of(groups: tuple[Group, ...]) -> Sizes:
    """The sizes of some axes."""
    return tuple(map(size_of, groups))


def transposed(feature: Feature, order: tuple[int, ...]) -> Feature:
    """The axes in another order."""
    return feature.seen(tuple(feature.axes[axis] for axis in order))


def reshaped(feature: Feature, dims: Sizes) -> Feature | None:
    """The same values in ONNX's order as another shape; None if that cuts across the atoms."""
    axes = feature.axes
    flat = list(chain(*axes))
    replaced: dict[Atom, Group] = {}
    result: list[Group] = []
    for size in dims:
        group: list[Atom] = []
        rest = size
        while rest > 1:
            if not flat:
                return None
            atom = flat.pop(0)
            if atom.size == 1:
                continue
            if rest % atom.size == 0:
                group.append(atom)
                rest //= atom.size
            elif atom.size % rest == 0:
                first, second = Atom(rest), Atom(atom.size // rest)
                replaced[atom] = (first, second)
                flat.insert(0, second)
                group.append(first)
                rest = 1
            else:
                return None
        result.append(tuple(group))
    seen = Feature(feature.layer, feature.shape, feature.order, tuple(result), feature.expression)
    return seen if not replaced else _split(seen, replaced)


def _split(feature: Feature, replaced: dict[Atom, Group]) -> Feature:
    """The view in which some atoms have become two, and these perhaps again."""

    def parts(atom: Atom) -> list[Atom]:
        found: list[Atom] = []
        pending = [atom]
        while pending:
            part = pending.pop()
            if part in replaced:
                pending += reversed(replaced[part])
            else:
                found.append(part)
        return found

    order = tuple(chain(*map(parts, feature.order)))
    axes = tuple(tuple(chain(*map(parts, group))) for group in feature.axes)
    return Feature(feature.layer, feature.shape, order, axes, feature.expression)


def concrete_axes(feature: Feature) -> tuple[Group, ...] | None:
    """The atoms of every axis of the layer's shape; None if an atom lies across two axes."""
    atoms = list(feature.order)
    groups = []
    for size in feature.shape:
        group: list[Atom] = []
        rest = size
        while rest > 1:
            if not atoms or rest % atoms[0].size:
                return None
            rest //= atoms[0].size
            group.append(atoms.pop(0))
        groups.append(tuple(group))
    return tuple(groups)


def last_axis(feature: Feature) -> Group | None:
    """The atoms of the last axis of the layer's shape."""
    axes = concrete_axes(feature)
    return None if axes is None else axes[-1]


def steps(feature: Feature, wanted: tuple[Group, ...]) -> list[Step]:
    """The layers that give the values as axes of these atoms.

    Raises:
        Unarrangeable: It takes more axes than a shape has.
    """
    flat = tuple(chain(*wanted))
    target = shape_of(wanted)
    if len(flat) != len(feature.order) or not target or len(target) > _MOST_AXES:
        raise Unarrangeable
    if flat == feature.order:
        return _to_shape(feature.shape, target)
    known = _pattern(feature, wanted)
    if known is not None:
        return known
    units = _units(feature, wanted)
    order = sorted(units, key=lambda unit: feature.order.index(unit[0]))
    before = shape_of(tuple(order))
    if len(before) > _MOST_AXES:
        raise Unarrangeable
    permutation = [order.index(unit) for unit in units]
    after = tuple(before[axis] for axis in permutation)
    return [
        *_to_shape(feature.shape, before),
        ("permute", {"order": permutation}),
        *_to_shape(after, target),
    ]


def _to_shape(before: Sizes, after: Sizes) -> list[Step]:
    if before == after:
        return []
    if len(after) == 1:
        return [("flatten", {})]
    return [("reshape", {"shape": list(after)})]


def _units(feature: Feature, wanted: tuple[Group, ...]) -> list[Group]:
    """Runs of atoms that stay together, cut where an axis ends before or after."""
    place = {atom: index for index, atom in enumerate(feature.order)}
    ends = {group[-1] for group in concrete_axes(feature) or () if group}
    units: list[Group] = []
    for group in wanted:
        run: list[Atom] = []
        for atom in group:
            if run and (place[atom] != place[run[-1]] + 1 or run[-1] in ends):
                units.append(tuple(run))
                run = []
            run.append(atom)
        if run:
            units.append(tuple(run))
    return units


def _pattern(feature: Feature, wanted: tuple[Group, ...]) -> list[Step] | None:
    """A shuffle of channels, or blocks of channels that become cells or the other way round."""
    axes = concrete_axes(feature)
    if axes is None or len(axes) != len(wanted) or len(axes) < 1:
        return None
    *space, channels = axes
    *wanted_space, wanted_channels = wanted
    if space == wanted_space and len(channels) == 2 and wanted_channels == channels[::-1]:
        return [("channel_shuffle", {"groups": channels[0].size})]
    rank = len(space)
    if rank == 0:
        return None
    blocks = channels[-rank:]
    inner = list(zip(space, blocks, strict=False))
    if (
        len(blocks) == rank
        and len({block.size for block in blocks}) == 1
        and wanted_channels == channels[:-rank]
        and wanted_space == [(*group, block) for group, block in inner]
    ):
        return [("pixel_shuffle", {"factor": blocks[0].size})]
    ends = tuple(group[-1] for group in space if group)
    if (
        len(ends) == rank
        and len({atom.size for atom in ends}) == 1
        and wanted_channels == (*ends, *channels)
        and wanted_space == [group[:-1] for group in space]
    ):
        return [("space_to_depth", {"factor": ends[0].size})]
    return None


def n_values(feature: Feature) -> int:
    """Number of values that the layer gives."""
    return prod(feature.shape)
