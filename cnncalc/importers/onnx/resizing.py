"""Maps sampled at another size."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor
from typing import Any

from cnncalc.importers.onnx.padding import grown
from cnncalc.importers.onnx.proto import Node
from cnncalc.importers.onnx.run import Inexpressible, Run
from cnncalc.importers.onnx.values import Constant, Feature

_MOST_CELLS = 1_000_000
_PLAIN = {"exclude_outside": 0, "antialias": 0, "keep_aspect_ratio_policy": "stretch"}


def resize(run: Run, node: Node) -> None:
    """Resize and Upsample: by factors or to sizes, along the axes of the map."""
    x = run.written(run.lazy(node))
    rank = len(x.axes)
    scales, sizes = _wanted(run, node)
    axes = node.attributes.get("axes") or list(range(rank))
    if len(scales or sizes or ()) != len(axes) or not all(-rank <= a < rank for a in axes):
        raise Inexpressible("its factors or sizes are not one per axis")
    after = list(x.dims)
    factors = {}
    for index, axis in enumerate(axes):
        before = x.dims[axis]
        if scales is None:
            after[axis] = (sizes or [])[index]
            factors[axis % rank] = Fraction(after[axis], before)
        else:
            factor = Fraction(repr(scales[index])).limit_denominator(10**6)
            after[axis] = floor(before * factor)
            factors[axis % rank] = factor
    dims = tuple(after)
    changed = [k for k in range(rank) if dims[k] != x.dims[k]]
    if not changed:
        run.give(node, x)
        return
    if any(run.batch is not None and run.batch in x.axes[k] for k in changed):
        raise Inexpressible("it resizes the batch", dims)
    mode, corners = _mode(node, x, dims, changed, factors)
    run.give(node, _resized(run, node, x, dims, changed, mode, corners))


def _wanted(run: Run, node: Node) -> tuple[list[float] | None, list[int] | None]:
    """Factors, or sizes."""
    if "scales" in node.attributes:
        return [float(scale) for scale in node.attributes["scales"]], None
    if "height_scale" in node.attributes:
        height, width = node.attributes["height_scale"], node.attributes.get("width_scale", 1)
        return [1.0, 1.0, height, width], None
    place = 1 if run.opset < 11 else 2
    scales: Constant | None = run.constant(node, place)
    if scales is not None and scales.size and scales.make is not None:
        return [float(scale) for scale in scales.array().reshape(-1).tolist()], None
    return None, run.integers(node, 3)


def _mode(
    node: Node,
    x: Feature,
    dims: tuple[int, ...],
    changed: list[int],
    factors: dict[int, Fraction],
) -> tuple[str, bool]:
    """The mode of a layer that samples the same cells, and whether it aligns the corners."""
    mode = node.attributes.get("mode", "nearest")
    default = "asymmetric" if node.op == "Upsample" else "half_pixel"
    place = node.attributes.get("coordinate_transformation_mode", default)
    if "coordinate_transformation_mode" not in node.attributes and node.op == "Resize":
        place = "half_pixel"
    if any(node.attributes.get(name, value) != value for name, value in _PLAIN.items()):
        raise Inexpressible("it has weights of its own for the cells", dims)
    exact = all(factors[k] * x.dims[k] == dims[k] for k in changed)
    if mode == "nearest" or all(x.dims[k] == 1 for k in changed):
        if all(_is_floor(node, place, x.dims[k], dims[k], factors[k]) for k in changed):
            return "nearest", False
        raise Inexpressible("it takes other cells than floor(u·W/O)", dims)
    if mode == "linear" and place == "align_corners":
        return "bilinear", True
    if mode == "linear" and exact and place in ("half_pixel", "pytorch_half_pixel"):
        if place == "half_pixel" or all(dims[k] > 1 for k in changed):
            return "bilinear", False
    raise Inexpressible(f"cnncalc has no mode {mode} with {place}", dims)


def _is_floor(node: Node, place: str, before: int, after: int, factor: Fraction) -> bool:
    """Whether output cell u is input cell `floor(u·before/after)`, for all u."""
    if before == 1:
        return True
    if after > _MOST_CELLS:
        raise Inexpressible(f"it gives {after:,} cells")
    rounding = node.attributes.get("nearest_mode", "round_prefer_floor")
    if node.op == "Upsample":
        rounding = "floor"
    for cell in range(after):
        match place:
            case "asymmetric":
                at = cell / factor
            case "half_pixel" | "pytorch_half_pixel":
                at = (cell + Fraction(1, 2)) / factor - Fraction(1, 2)
                if place == "pytorch_half_pixel" and after == 1:
                    at = Fraction(0)
            case "align_corners":
                at = Fraction(cell * (before - 1), max(after - 1, 1))
            case _:
                return False
        if min(max(_round(at, rounding), 0), before - 1) != cell * before // after:
            return False
    return True


def _round(at: Fraction, mode: str) -> int:
    match mode:
        case "floor":
            return floor(at)
        case "ceil":
            return ceil(at)
        case "round_prefer_ceil":
            return floor(at + Fraction(1, 2))
        case _:
            return ceil(at - Fraction(1, 2))


def _resized(
    run: Run,
    node: Node,
    x: Feature,
    dims: tuple[int, ...],
    changed: list[int],
    mode: str,
    corners: bool,
) -> Feature:
    """One layer; the channels are an axis that keeps its size."""
    places = [k for k in range(len(dims)) if k in changed or x.axes[k]]
    places = [k for k in places if not run.is_batch(x.axes[k]) or k in changed]
    free = [k for k in places if k not in changed]
    last = free[-1] if free else None
    if 1 in free and len(dims) > 2:
        last = 1
    space = [k for k in places if k != last]
    if len(space) > 3:
        raise Inexpressible(f"it resizes a map of {len(space)} axes", dims)
    tail = () if last is None else x.axes[last]
    x = run.arrange(x, [*(x.axes[k] for k in space), tail], node.label)
    arguments: dict[str, Any] = {"size": [dims[k] for k in space]}
    ratios = {Fraction(dims[k], x.dims[k]) for k in space}
    if len(ratios) == 1 and (factor := ratios.pop()).denominator == 1:
        arguments = {"factor": int(factor)}
    if mode != "nearest":
        arguments["mode"] = mode
    if corners:
        arguments["align_corners"] = True
    return grown(run, "resize", node.label, x, arguments, [*space, last])


def expand(run: Run, node: Node) -> None:
    """Values spread over axes of size 1, which is taking the nearest cell."""
    from cnncalc.importers.onnx.products import broadcast

    x = run.lazy(node)
    wanted = run.integers(node, 1)
    if wanted is None:
        raise Inexpressible("it has no shape")
    if any(size < 1 for size in wanted):
        raise Inexpressible("its shape is empty")
    dims = broadcast(x.dims, tuple(wanted))
    x = x.seen((*((),) * (len(dims) - len(x.axes)), *x.axes))
    changed = [k for k in range(len(dims)) if dims[k] != x.dims[k]]
    if not changed:
        run.give(node, x)
        return
    x = run.written(x)
    if 0 in changed and run.batch is None and len(dims) > 2:
        raise Inexpressible("it makes a batch of one example", dims)
    run.give(node, _resized(run, node, x, dims, changed, "nearest", corners=False))
