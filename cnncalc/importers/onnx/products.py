"""Matrix products: dense layers."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

from cnncalc.importers.onnx.builder import Weight
from cnncalc.importers.onnx.proto import Node
from cnncalc.importers.onnx.run import Inexpressible, Run
from cnncalc.importers.onnx.values import Array, Atom, Constant, Feature, Group, Value
from cnncalc.ir.shapes import Sizes


def gemm(run: Run, node: Node) -> None:
    """`alpha·A·B + beta·C` with constants B and C."""
    alpha = float(node.attributes.get("alpha", 1.0))
    beta = float(node.attributes.get("beta", 1.0))
    matrix, bias = run.constant(node, 1), run.constant(node, 2)
    if matrix is None or len(matrix.shape) != 2:
        raise Inexpressible("its second factor is no matrix")
    kernel = _transposed(matrix) if node.attributes.get("transB") else matrix
    x = run.written(run.lazy(node))
    if len(x.axes) != 2:
        raise Inexpressible("its first factor is no matrix")
    if node.attributes.get("transA"):
        x = x.seen(x.axes[::-1])
    weights = {"kernel": _plain(kernel)}
    if alpha != 1:
        weights["kernel"] = Weight(kernel, lambda array: array * alpha, f"{alpha} times")
    if bias is not None and beta != 0:
        units = kernel.shape[1]
        if bias.size not in (1, units) or (bias.shape and bias.shape[-1] != bias.size):
            raise Inexpressible("its bias has the shape of a matrix")
        weights["bias"] = Weight(bias, lambda array: _filled(array, beta, units), f"{beta} times")
    run.give(node, dense(run, node, x, weights))


def _transposed(matrix: Constant) -> Constant:
    shape = (*matrix.shape[:-2], matrix.shape[-1], matrix.shape[-2])
    return matrix.then(shape, lambda array: array.swapaxes(-1, -2), "transposed")


def _filled(array: Array, beta: float, units: int) -> Array:
    import numpy as np

    flat = array.reshape(-1)
    return np.broadcast_to(flat if beta == 1 else flat * beta, (units,))


def matmul(run: Run, node: Node) -> None:
    """A product with a constant matrix, on either side."""
    left, right = run.value(node, 0), run.value(node, 1)
    if isinstance(left, Feature) and isinstance(right, Feature):
        raise _product(run, left, right)
    if isinstance(right, Constant):
        x = run.written(run.lazy(node))
        run.give(node, dense(run, node, x, {"kernel": _plain(_matrix(right))}))
        return
    x = run.written(run.lazy(node, 1))
    if not isinstance(left, Constant) or len(x.axes) < 2:
        raise Inexpressible("its first factor is no matrix")
    swapped = x.seen((*x.axes[:-2], x.axes[-1], x.axes[-2]))
    result = dense(run, node, swapped, {"kernel": _plain(_transposed(_matrix(left)))})
    if isinstance(result, Feature):
        result = result.seen((*result.axes[:-2], result.axes[-1], result.axes[-2]))
    run.give(node, result)


def _plain(constant: Constant) -> Weight:
    return Weight(constant, lambda array: array)


def _matrix(constant: Constant) -> Constant:
    """A matrix, whose leading axes of size 1 mean nothing."""
    if len(constant.shape) < 2 or prod(constant.shape[:-2]) != 1:
        raise Inexpressible(f"its constant factor has the shape {list(constant.shape)}")
    shape = constant.shape[-2:]
    if len(constant.shape) == 2:
        return constant
    return constant.then(shape, lambda array: array.reshape(shape), str(shape))


def _product(run: Run, left: Feature, right: Feature) -> Inexpressible:
    """Why a product of two computed values is no layer, with what is known of it."""
    a, b = left.dims, right.dims
    if len(a) < 2 or len(b) < 2 or a[-1] != b[-2]:
        raise Inexpressible("its factors do not fit")
    leading = broadcast(a[:-2], b[:-2])
    dims = (*leading, a[-2], b[-1])
    n_macs = prod(dims) * a[-1]
    if run.batch is not None and any(run.batch in group for group in (*left.axes, *right.axes)):
        n_macs //= run.batch.size
    return Inexpressible("both of its factors are computed", dims, n_macs=n_macs)


def broadcast(*shapes: Sizes) -> Sizes:
    """The shape that several shapes are spread to.

    Raises:
        Inexpressible: They do not fit.
    """
    rank = max(map(len, shapes))
    padded = [(1,) * (rank - len(shape)) + shape for shape in shapes]
    result = []
    for column in zip(*padded, strict=True):
        wider = set(column) - {1}
        if len(wider) > 1:
            raise Inexpressible("the shapes of what it reads do not fit")
        result.append(wider.pop() if wider else 1)
    return tuple(result)


def dense(run: Run, node: Node, x: Feature, weights: dict[str, Weight]) -> Value:
    """A dense layer along the last ONNX axis.

    Where the layer's values have that axis in another order, as after flattening a map, the rows of
    the kernel are brought into it.
    """
    kernel = weights["kernel"]
    rows, units = kernel.constant.shape
    axis = x.axes[-1]
    if prod(atom.size for atom in axis) != rows:
        raise Inexpressible(f"its kernel has {rows} rows, and {x.dims[-1]} features arrive")
    if any(atom is run.batch for atom in axis):
        raise Inexpressible("it goes over the batch")
    own = tuple(atom for atom in x.order if atom in set(axis))
    others = [group for group in x.axes[:-1] if group and not run.is_batch(group)]
    x = run.arrange(x, [*run.in_order(x, others), own], node.label)
    if own != axis:
        rows_of = [axis.index(atom) for atom in own]
        arrange = _reordered(kernel, tuple(atom.size for atom in axis), rows_of)
        tag = f"{kernel.tag} rows {rows_of}"
        weights = {**weights, "kernel": Weight(kernel.constant, arrange, tag)}
    arguments: dict[str, Any] = {"units": units}
    if "bias" not in weights:
        arguments["bias"] = False
    name, shape = run.add("dense", node.label, [x], arguments, weights)
    if shape is None:
        raise Inexpressible("its kernel does not fit")
    made: Group = (Atom(units),) if units > 1 else ()
    order = (*x.order[: len(x.order) - len(own)], *made)
    return Feature(name, shape, order, (*x.axes[:-1], made))


def _reordered(kernel: Weight, before: Sizes, order: list[int]) -> Callable[[Array], Array]:
    """What puts the rows into the order in which the layer's values are."""

    def arrange(array: Array) -> Array:
        matrix = kernel.arrange(array)
        split = matrix.reshape(*before, matrix.shape[-1])
        return split.transpose(*order, len(before)).reshape(matrix.shape)

    return arrange
