"""The arguments of an ATen operator by name."""

from __future__ import annotations

from typing import Any

from cnncalc.ir.shapes import Sizes


class Call:
    """A call of an operator in a traced graph.

    Attributes:
        node: The node.
        op: Name of the operator, without its overload: `conv2d`.
        overload: Name of the overload: `padding`.
    """

    def __init__(self, node: Any) -> None:
        self.node = node
        schema = getattr(node.target, "_schema", None)
        self._values: dict[str, Any] = {}
        self.op, self.overload = getattr(node.target, "__name__", str(node.target)), ""
        if schema is not None:
            self.op = schema.name.partition("::")[2] or schema.name
            self.overload = schema.overload_name
            names = [argument.name for argument in schema.arguments]
            self._values = {
                argument.name: argument.default_value
                for argument in schema.arguments
                if argument.has_default_value()
            }
            self._values |= dict(zip(names, node.args, strict=False))
            self._values |= node.kwargs

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def get(self, name: str, default: Any = None) -> Any:
        """An argument that only some overloads have."""
        return self._values.get(name, default)

    def sizes(self, name: str, rank: int, default: int) -> list[int]:
        """An argument with a value per axis: one stands for all, none for the default."""
        given = self._values.get(name)
        values = [given] if isinstance(given, int) else list(given or [default])
        return values * rank if len(values) == 1 else values

    @property
    def shape(self) -> Sizes:
        """Shape of what it gives."""
        return shape_of(self.node)


def shape_of(node: Any) -> Sizes:
    """Shape of what a node gives."""
    return tuple(int(size) for size in node.meta["val"].shape)
