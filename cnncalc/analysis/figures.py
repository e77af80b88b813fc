"""What one layer costs: weights, operations and bytes of its primitives together."""

from __future__ import annotations

from cnncalc.analysis.facts import Figures
from cnncalc.analysis.operations import operations
from cnncalc.analysis.weights import Weight, weights
from cnncalc.ir.graph import Lowered
from cnncalc.ir.shapes import Shape, Size, n_elements
from cnncalc.ir.windows import Window


def figures(lowered: Lowered, *, trainable: bool, element_bytes: int, batch: int) -> Figures:
    """The figures of a layer for a batch of samples; what cannot be known is None."""
    arrays: tuple[Weight, ...] | None = None
    n_macs, flops = None, None
    if lowered.primitives and len(lowered.shapes) == len(lowered.primitives):
        inputs = _inputs(lowered)
        arrays = _weights(lowered, inputs)
        n_macs, flops = _operations(lowered, inputs)
    sizes = None if arrays is None else [(array.size, array.is_statistic) for array in arrays]
    n_params = None if sizes is None else sum(size for size, statistic in sizes if not statistic)
    n_statistics = None if sizes is None else sum(size for size, statistic in sizes if statistic)
    n_weights = None if sizes is None else sum(size for size, _ in sizes)
    if flops is not None:
        flops = {kind: count * batch for kind, count in flops.items()}
    return Figures(
        weights=arrays,
        n_params=n_params,
        n_trainable_params=n_params if trainable else _zero(n_params),
        n_statistics=n_statistics,
        n_macs=None if n_macs is None else n_macs * batch,
        flops=flops,
        n_flops=None if flops is None else sum(flops.values()),
        windows=_windows(lowered),
        weight_bytes=None if n_weights is None else n_weights * element_bytes,
        activation_bytes=_bytes(lowered.output, element_bytes * batch),
        input_bytes=_total([_bytes(shape, element_bytes * batch) for shape in lowered.inputs]),
    )


def _zero(count: Size) -> Size:
    return None if count is None else 0


def _bytes(shape: Shape | None, unit: int) -> Size:
    count = n_elements(shape)
    return None if count is None else count * unit


def _total(counts: list[Size]) -> Size:
    return None if None in counts else sum(count for count in counts if count is not None)


def _weights(lowered: Lowered, inputs: list[tuple[Shape, ...]]) -> tuple[Weight, ...] | None:
    found: list[Weight] = []
    for primitive, shapes in zip(lowered.primitives, inputs, strict=True):
        arrays = weights(primitive, shapes[0] if shapes else ())
        if arrays is None:
            return None
        found += arrays
    return tuple(found)


def _inputs(lowered: Lowered) -> list[tuple[Shape, ...]]:
    """Input shapes of every primitive: the layer's for the first, then the one before's output."""
    known = tuple(shape for shape in lowered.inputs if shape is not None)
    return [known, *((shape,) for shape in lowered.shapes[:-1])]


def _operations(
    lowered: Lowered, inputs: list[tuple[Shape, ...]]
) -> tuple[Size, dict[str, int] | None]:
    macs: Size = 0
    flops: dict[str, int] | None = {}
    for primitive, shapes, shape in zip(lowered.primitives, inputs, lowered.shapes, strict=True):
        cost = operations(primitive, shapes, shape)
        macs = None if macs is None or cost.macs is None else macs + cost.macs
        if flops is None or cost.flops is None:
            flops = None
            continue
        for kind, count in cost.flops.items():
            flops[kind] = flops.get(kind, 0) + count
    if macs and flops is not None:
        flops = {"macs": 2 * macs, **flops}
    return macs, flops if macs is not None else None


def _windows(lowered: Lowered) -> tuple[Window, ...]:
    """The windows of the primitive that slides one; a pointwise part does not count."""
    return next((windows for windows in lowered.windows if windows), ())
