"""Operations that no layer is, of which the shape and the cost are certain all the same.

Quantised and deformed convolutions, products of other forms, lookups and scatterings: they become
opaque layers, but what comes after them is known.
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import NoReturn

from cnncalc.importers.onnx.products import broadcast
from cnncalc.importers.onnx.proto import Node
from cnncalc.importers.onnx.run import Inexpressible, Run
from cnncalc.importers.onnx.sliding import Geometry
from cnncalc.importers.onnx.values import Constant, Feature
from cnncalc.ir.shapes import Sizes
from cnncalc.ir.windows import slide

NO_LAYER = "there is no such layer"
# where a convolution has what it slides over, its kernel and its bias
_CONVOLUTIONS = {"QLinearConv": (0, 3, 8), "ConvInteger": (0, 1), "DeformConv": (0, 1, 3)}
_PRODUCTS = {"QLinearMatMul": (0, 3), "MatMulInteger": (0, 1)}


def _dims(run: Run, node: Node, index: int) -> Sizes:
    value = run.value(node, index)
    if isinstance(value, Constant):
        return value.shape
    return run.lazy(node, index).dims


def _once(run: Run, node: Node, places: tuple[int, ...], n_macs: int) -> int:
    """The multiply-accumulates of one example, where the file fixes how many there are."""
    values = [run.value(node, index) for index in places]
    axes = [group for x in values if isinstance(x, Feature) for group in x.axes]
    if run.batch is not None and any(run.batch in group for group in axes):
        return n_macs // run.batch.size
    return n_macs


def convolution(run: Run, node: Node) -> NoReturn:
    """A convolution of integers, or one whose cells are moved.

    Raises:
        Inexpressible: Always, with what is known of it.
    """
    places = _CONVOLUTIONS[node.op]
    n, channels, *space = _dims(run, node, places[0])
    filters, within, *kernel = _dims(run, node, places[1])
    if node.attributes.get("group", 1) * within != channels:
        raise Inexpressible(f"its kernel is for other than {channels} channels")
    window = Geometry(node, tuple(kernel), (*space, channels))
    columns = zip(space, kernel, window.stride, window.dilation, window.padding, strict=True)
    sizes = [slide(*column).output or 0 for column in columns]
    dims = (n, filters, *sizes)
    n_macs = _once(run, node, places[:1], prod(dims) * within * prod(kernel))
    raise Inexpressible(NO_LAYER, dims, n_macs=n_macs, arrays=places[1:])


def product(run: Run, node: Node) -> NoReturn:
    """A matrix product of integers.

    Raises:
        Inexpressible: Always, with what is known of it.
    """
    places = _PRODUCTS[node.op]
    a, b = (_dims(run, node, index) for index in places)
    if len(a) < 2 or len(b) < 2 or a[-1] != b[-2]:
        raise Inexpressible("its factors do not fit")
    dims = (*broadcast(a[:-2], b[:-2]), a[-2], b[-1])
    n_macs = _once(run, node, places, prod(dims) * a[-1])
    raise Inexpressible(NO_LAYER, dims, n_macs=n_macs, arrays=places)


def einsum(run: Run, node: Node) -> NoReturn:
    """A sum of products over named axes: of two factors, one product per combination of these.

    Raises:
        Inexpressible: Always, with what is known of it.
    """
    given, _, result = str(node.attributes.get("equation", "")).replace(" ", "").partition("->")
    terms = given.split(",")
    if not result or "." in given or len(terms) != len(node.inputs):
        raise Inexpressible(NO_LAYER)
    sizes: dict[str, int] = {}
    for index, term in enumerate(terms):
        for letter, size in zip(term, _dims(run, node, index), strict=True):
            if sizes.setdefault(letter, size) != size:
                raise Inexpressible("the sizes of its axes do not fit")
    n_macs = prod(sizes.values()) if len(terms) == 2 else None
    if n_macs is not None:
        n_macs = _once(run, node, (0, 1), n_macs)
    raise Inexpressible(NO_LAYER, tuple(sizes[letter] for letter in result), n_macs=n_macs)


def moved(run: Run, node: Node) -> NoReturn:
    """What only moves or marks values.

    Raises:
        Inexpressible: Always, with the shape that comes out.
    """
    arrays = (0,) if node.op == "GatherElements" else ()
    raise Inexpressible(NO_LAYER, _MOVED[node.op](run, node), arrays=arrays)


def _tiled(run: Run, node: Node) -> Sizes:
    repeats = run.integers(node, 1) or []
    return tuple(n * size for n, size in zip(repeats, _dims(run, node, 0), strict=True))


def _one_hot(run: Run, node: Node) -> Sizes:
    dims, depth = _dims(run, node, 0), run.needed(node, 1).number()
    place = node.attributes.get("axis", -1) % (len(dims) + 1)
    if depth is None:
        raise Inexpressible("its depth is not in the file")
    return (*dims[:place], int(depth), *dims[place:])


def _regions(run: Run, node: Node) -> Sizes:
    size = (node.attributes.get(f"output_{side}", 1) for side in ("height", "width"))
    return (_dims(run, node, 1)[0], _dims(run, node, 0)[1], *size)


_MOVED: dict[str, Callable[[Run, Node], Sizes]] = {
    "GatherElements": lambda run, node: _dims(run, node, 1),
    "OneHot": _one_hot,
    "RoiAlign": _regions,
    "Tile": _tiled,
}


def best(run: Run, node: Node) -> NoReturn:
    """The largest values along an axis and their places.

    Raises:
        Inexpressible: Always, with the shapes that come out.
    """
    dims = list(_dims(run, node, 0))
    count = (run.integers(node, 1, "k") or [0])[0]
    dims[node.attributes.get("axis", -1)] = count
    raise Inexpressible(NO_LAYER, tuple(dims), others=(tuple(dims),))


def quantised(run: Run, node: Node) -> NoReturn:
    """Integers for real numbers, with the scale and the zero that were found for them.

    Raises:
        Inexpressible: Always, with the shapes that come out.
    """
    raise Inexpressible(NO_LAYER, _dims(run, node, 0), others=((), ()))


def of_integers(run: Run, node: Node) -> NoReturn:
    """What ONNX Runtime computes with integers in its own domain, where a model was quantised.

    Raises:
        Inexpressible: Always, with the shape that comes out where it is certain.
    """
    dims: Sizes | None = None
    first = _dims(run, node, 2 if node.op == "QLinearConcat" else 0)
    match node.op:
        case "QLinearAdd" | "QLinearMul":
            dims = broadcast(first, _dims(run, node, 3))
        case "QLinearLeakyRelu" | "QLinearSigmoid" | "QLinearSoftmax":
            dims = first
        case "QLinearGlobalAveragePool" if not node.attributes.get("channels_last"):
            dims = (*first[:2], *(1,) * (len(first) - 2))
        case "QLinearConcat":
            place = node.attributes["axis"] % len(first)
            parts = [_dims(run, node, index) for index in range(2, len(node.inputs), 3)]
            dims = (*first[:place], sum(part[place] for part in parts), *first[place + 1 :])
        case _:
            pass
    reason = f"an operation of {node.domain}"
    raise Inexpressible(reason, dims, n_macs=None if dims is None else 0, arrays=())


OF_MICROSOFT = frozenset(
    f"QLinear{what}"
    for what in ("Add", "Concat", "GlobalAveragePool", "LeakyRelu", "Mul", "Sigmoid", "Softmax")
)
HANDLERS: dict[str, Callable[[Run, Node], None]] = {
    **dict.fromkeys(_CONVOLUTIONS, convolution),
    **dict.fromkeys(_PRODUCTS, product),
    **dict.fromkeys(_MOVED, moved),
    "DynamicQuantizeLinear": quantised,
    "Einsum": einsum,
    "TopK": best,
}
