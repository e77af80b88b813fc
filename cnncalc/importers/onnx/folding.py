"""Operations on constants: shapes that a graph computes, and weights that it prepares.

Small integers are computed at once, since shapes depend on them. Weights are computed when they are
asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

from cnncalc.errors import UsageError
from cnncalc.importers.onnx.products import broadcast
from cnncalc.importers.onnx.proto import Node, Tensor
from cnncalc.importers.onnx.run import Inexpressible, Run
from cnncalc.importers.onnx.tensors import dtype_name
from cnncalc.importers.onnx.values import MOST_FOLDED, Array, Constant
from cnncalc.importers.onnx.wire import Malformed

# what arrays and attributes of another kind than the operation's end in
_WRONG = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
_MOST_STAND_INS = 50_000_000
_MOST_VALUES = 2**31
_AT_ONCE = 4096
_BINARY = {
    "Add": "add",
    "Div": "divide",
    "Mul": "multiply",
    "Sub": "subtract",
    "Pow": "power",
    "Mod": "mod",
    "Max": "maximum",
    "Min": "minimum",
    "Equal": "equal",
    "Less": "less",
    "Greater": "greater",
    "LessOrEqual": "less_equal",
    "GreaterOrEqual": "greater_equal",
    "And": "logical_and",
    "Or": "logical_or",
}
_UNARY = {
    "Abs": "absolute",
    "Ceil": "ceil",
    "Exp": "exp",
    "Floor": "floor",
    "Neg": "negative",
    "Not": "logical_not",
    "Reciprocal": "reciprocal",
    "Round": "rint",
    "Sigmoid": "",
    "Sign": "sign",
    "Sqrt": "sqrt",
    "Tanh": "tanh",
}
_REDUCTIONS = {
    "ReduceMax": "max",
    "ReduceMean": "mean",
    "ReduceMin": "min",
    "ReduceProd": "prod",
    "ReduceSum": "sum",
}


class Folder:
    """Computes operations on constants, and counts their values.

    Args:
        run: The import.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self._left = MOST_FOLDED
        self._left_to_shape = _MOST_STAND_INS

    def fold(self, node: Node) -> bool:
        """Whether a node that reads constants only gives constants, which then are known."""
        constants = [
            value
            for index, name in enumerate(node.inputs)
            if name and isinstance(value := self._run.value(node, index), Constant)
        ]
        if all(constant.make is not None for constant in constants):
            try:
                results = self._results(node)
            except (Inexpressible, UsageError, *_WRONG):
                return False
            if results is not None:
                for index, result in enumerate(results):
                    self._run.give(node, result, index)
                return True
        return self._moved(node)

    def _results(self, node: Node) -> list[Constant] | None:
        match node.op:
            case "Constant":
                return [_literal(self._run, node)]
            case "ConstantOfShape":
                return [_of_shape(self._run, node)]
            case _:
                pass
        function = _function(node, self._run)
        if function is None:
            return None
        inputs = [self._run.constant(node, index) for index in range(len(node.inputs))]
        n_read = sum(constant.size for constant in inputs if constant is not None)
        if n_read <= _AT_ONCE:
            return [self._at_once(function, inputs)]
        return self._later(node, function, inputs)

    def _at_once(self, function: Callable[..., Array], inputs: list[Constant | None]) -> Constant:
        import numpy as np

        arrays = [None if constant is None else constant.array() for constant in inputs]
        with np.errstate(all="ignore"):
            result = np.asarray(function(*arrays))
        self._left -= result.size
        if self._left < 0:
            raise Malformed(f"it computes more than {MOST_FOLDED:,} constants")
        constant = Constant.of(result)
        constant.is_parameter = any(
            given is not None and given.is_parameter and given.is_float for given in inputs
        )
        return constant

    def _later(
        self, node: Node, function: Callable[..., Array], inputs: list[Constant | None]
    ) -> list[Constant] | None:
        """Weights that are prepared: computed when they are asked for."""
        large = [constant for constant in inputs if constant is not None]
        shape = _moved_shape(self._run, node, large[0])
        if shape is None and node.op in (*_BINARY, *_UNARY, "Where"):
            shape = broadcast(*(constant.shape for constant in large))
        elif node.op == "DequantizeLinear":
            shape = large[0].shape
        if shape is None:
            shape = self._shape_of(function, inputs)
        if shape is None or prod(shape) > 2 * max(constant.size for constant in large):
            return None

        def make() -> Array:
            import numpy as np

            arrays = [None if constant is None else constant.array() for constant in inputs]
            with np.errstate(all="ignore"):
                return np.asarray(function(*arrays))

        main = max(large, key=lambda constant: constant.size)
        dtype = main.dtype
        if node.op == "DequantizeLinear":
            dtype = "float32"
        elif node.op == "Cast":
            dtype = dtype_name(node.attributes["to"])
        attributes = sorted((key, str(value)) for key, value in node.attributes.items())
        others = [constant.identity for constant in large if constant is not main]
        identity = (*main.identity, node.op, str(attributes), *others)
        if node.op == "Identity":  # another parameter that happens to hold the same values
            identity = ()
        return [Constant(shape, dtype, make, is_parameter=main.is_parameter, identity=identity)]

    def _shape_of(
        self, function: Callable[..., Array], inputs: list[Constant | None]
    ) -> tuple[int, ...] | None:
        """The shape that comes out, computed with arrays of which every value is the same one."""
        import numpy as np

        stand_ins: list[Array | None] = []
        for constant in inputs:
            if constant is None or constant.size <= _AT_ONCE:
                stand_ins.append(None if constant is None else constant.array())
            elif constant.dtype == "other":
                return None
            else:
                one = np.ones((), np.dtype(constant.dtype))
                stand_ins.append(np.broadcast_to(one, constant.shape))
        self._left_to_shape -= sum(0 if array is None else array.size for array in stand_ins)
        if self._left_to_shape < 0:
            return None
        with np.errstate(all="ignore"):
            return tuple(np.asarray(function(*stand_ins)).shape)

    def _moved(self, node: Node) -> bool:
        """Whether a node moves the values of a weight that the file does not hold."""
        first = self._run.value(node, 0) if node.inputs else None
        if not isinstance(first, Constant):
            return False
        if node.op == "ScatterND":
            scattered = Constant(first.shape, first.dtype, None, is_parameter=True)
            self._run.give(node, scattered)
            return True
        shape = _moved_shape(self._run, node, first)
        if shape is None or prod(shape) != first.size:
            return False
        tag = f"{node.op} {sorted((k, str(v)) for k, v in node.attributes.items())}"
        self._run.give(node, first.then(shape, _never, tag))
        return True


def _never(array: Array) -> Array:
    raise UsageError("the model's file does not hold these weights")


def _literal(run: Run, node: Node) -> Constant:
    """The value of a `Constant`."""
    import numpy as np

    for name, value in node.attributes.items():
        if name == "value" and isinstance(value, Tensor):
            return run.stored(value)
        if name in ("value_float", "value_floats"):
            return Constant.of(np.array(value, np.float32))
        if name == "value_int":
            return Constant.of(np.array(value, np.int64))
        if name == "value_ints":
            return Constant.sizes(list(value))
    raise Inexpressible("its value is no array of numbers")


def _of_shape(run: Run, node: Node) -> Constant:
    """An array of one number; its shape may be a weight's."""
    sizes = run.integers(node, 0)
    if sizes is None or any(size < 0 for size in sizes) or prod(sizes) > _MOST_VALUES:
        raise Inexpressible("its shape is none")
    shape = tuple(sizes)
    value = node.attributes.get("value")
    dtype = dtype_name(value.data_type) if isinstance(value, Tensor) else "float32"

    def make() -> Array:
        import numpy as np

        number: Any = 0.0
        if isinstance(value, Tensor):
            number = run.stored(value).array().reshape(-1)[0]
        return np.full(shape, number, np.dtype(dtype))

    return Constant(shape, dtype, make, is_parameter=True)


def _moved_shape(run: Run, node: Node, first: Constant) -> tuple[int, ...] | None:
    """The shape that an operation gives which moves values only."""
    shape = first.shape
    rank = len(shape)
    try:
        match node.op:
            case "Identity" | "Cast":
                return shape
            case "Transpose":
                order = node.attributes.get("perm") or range(rank)[::-1]
                return tuple(shape[axis] for axis in order)
            case "Reshape":
                wanted = run.integers(node, 1, "shape") or []
                sizes = [shape[k] if size == 0 else size for k, size in enumerate(wanted)]
                rest = first.size // max(prod(size for size in sizes if size > 0), 1)
                return tuple(rest if size == -1 else size for size in sizes)
            case "Flatten":
                axis = node.attributes.get("axis", 1)
                return prod(shape[:axis]), prod(shape[axis:])
            case "Squeeze":
                axes = run.integers(node, 1, "axes")
                gone = (
                    {a % rank for a in axes} if axes else {k for k in range(rank) if shape[k] == 1}
                )
                return tuple(size for k, size in enumerate(shape) if k not in gone)
            case "Unsqueeze":
                new = run.integers(node, 1, "axes") or []
                places = {axis % (rank + len(new)) for axis in new}
                sizes_left = iter(shape)
                return tuple(1 if k in places else next(sizes_left) for k in range(rank + len(new)))
            case _:
                return None
    except (Inexpressible, IndexError, StopIteration, TypeError):
        return None


def _function(node: Node, run: Run) -> Callable[..., Array] | None:
    """What computes a node, with NumPy."""
    import numpy as np

    from cnncalc.importers.onnx import folded

    attributes = node.attributes
    op = node.op
    if op == "Div":
        return folded.divide
    if op in _BINARY and (op not in ("Max", "Min") or len(node.inputs) == 2):
        function: Callable[..., Array] = getattr(np, _BINARY[op])
        return function
    if op == "Sigmoid":
        return lambda x: 1 / (1 + np.exp(-x))
    if op in _UNARY:
        function = getattr(np, _UNARY[op])
        return function
    if op in _REDUCTIONS:
        return folded.reduction(_REDUCTIONS[op], attributes)
    return folded.moving(op, attributes, run.opset)
