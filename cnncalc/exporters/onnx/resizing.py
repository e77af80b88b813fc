"""Resizing."""

from __future__ import annotations

from cnncalc.exporters.expressible import Inexpressible
from cnncalc.exporters.onnx.graph import Graph, Tensor
from cnncalc.ir import primitives as p
from cnncalc.ir.shapes import Sizes

MOST_CELLS = 10**6  # listed one by one in the file


def resize(graph: Graph, primitive: p.Resize, x: Tensor, size: Sizes) -> str:
    """Linear interpolation, or cell `floor(u·W/O)` for output cell u.

    Raises:
        Inexpressible: It would have to list more than a million cells.
    """
    if primitive.mode == "nearest":
        return _nearest(graph, x, size)
    place = "align_corners" if primitive.align_corners else "half_pixel"
    return _resize(graph, x, size, mode="linear", coordinate_transformation_mode=place)


def _nearest(graph: Graph, x: Tensor, size: Sizes) -> str:
    if all(after % before == 0 for before, after in zip(x.space, size, strict=True)):
        rounding = {"coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
        return _resize(graph, x, size, mode="nearest", **rounding)
    # ONNX divides in floating point, and where that is not exact it takes the neighbour
    name = x.name
    for axis, (before, after) in enumerate(zip(x.space, size, strict=True)):
        if before != after:
            if after > MOST_CELLS:
                raise Inexpressible(f"resizing to {after:,} cells has to list all of them")
            cells = graph.integers("cells", [u * before // after for u in range(after)])
            name = graph.node("Gather", name, cells, axis=axis + 2)
    return name


def _resize(graph: Graph, x: Tensor, size: Sizes, **how: str) -> str:
    axes = list(range(2, len(size) + 2))
    sizes = graph.integers("sizes", size)
    return graph.node("Resize", x.name, "", "", sizes, axes=axes, **how)
