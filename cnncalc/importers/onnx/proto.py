"""The messages of an ONNX file that the importer needs.

Reference:
    ONNX, onnx.proto, https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
"""

from __future__ import annotations

from typing import Any, NamedTuple

from cnncalc.importers.onnx.wire import Malformed, Reader, Span

MAX_NODES = 100_000
NOTE = "cnncalc.layer"  # the key of what cnncalc's own files say of a layer
_MAX_RANK = 64
_MOST_LOOSE = 100_000


class Tensor:
    """An array of the file, of which only the place is known until it is asked for.

    Attributes:
        name: Its name.
        dims: Its shape.
        data_type: The number of its element type.
        reader: The file.
        raw: Where its bytes are, little-endian.
        lists: Where its values are as lists of a field: number of the field, start and stop.
        loose: Values that stand in fields of their own, by number of the field.
        external: Location, offset and length in another file, where they are there.
    """

    __slots__ = ("data_type", "dims", "external", "lists", "loose", "name", "raw", "reader")

    def __init__(self, reader: Reader) -> None:
        self.name = ""
        self.dims: tuple[int, ...] = ()
        self.data_type = 0
        self.reader = reader
        self.raw: Span | None = None
        self.lists: list[tuple[int, int, int]] = []
        self.loose: list[tuple[int, int, int]] = []
        self.external: dict[str, str] | None = None


class Subgraph(NamedTuple):
    """A graph within a node, not read yet."""

    span: Span


class Reference(NamedTuple):
    """An attribute of a function's node that stands for one of the function's own."""

    name: str


class Node(NamedTuple):
    """One operation; `note` is where its metadata says which layer it ends."""

    name: str
    op: str
    domain: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: dict[str, Any]
    note: Span | None = None

    @property
    def label(self) -> str:
        """What the node is called in messages and what its layer is called."""
        return self.name or next(filter(None, self.outputs), "") or self.op


class ValueInfo(NamedTuple):
    """What the file declares of a value; `dims` is None where not even the rank is known.

    A size is a number, the name of a symbol, or None.
    """

    name: str
    data_type: int
    dims: tuple[int | str | None, ...] | None


class Graph(NamedTuple):
    """A graph."""

    name: str
    nodes: list[Node]
    initializers: dict[str, Tensor]
    inputs: list[ValueInfo]
    outputs: list[ValueInfo]
    values: dict[str, ValueInfo]


class Function(NamedTuple):
    """An operation that the file defines itself."""

    name: str
    domain: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    defaults: dict[str, Any]
    nodes: list[Node]


class File(NamedTuple):
    """A whole model."""

    producer: str
    opsets: dict[str, int]
    graph: Graph
    functions: dict[tuple[str, str], Function]


def read_file(reader: Reader) -> File:
    """The model in a file.

    Raises:
        Malformed: There is none in it.
    """
    producer, graph = ["", ""], None
    opsets: dict[str, int] = {}
    functions = {}
    for field in reader.fields((0, len(reader.data))):
        match field.number:
            case 2 | 3:
                producer[field.number - 2] = reader.text(field)
            case 7:
                graph = field.span
            case 8:
                domain, version = _opset(reader, field.span)
                opsets[_domain(domain)] = version
            case 25:
                function = _function(reader, field.span)
                functions[function.domain, function.name] = function
            case _:
                continue
    if graph is None:
        raise Malformed("it has no graph")
    return File(" ".join(filter(None, producer)), opsets, read_graph(reader, graph), functions)


def _domain(domain: str) -> str:
    return "" if domain == "ai.onnx" else domain


def _opset(reader: Reader, span: Span) -> tuple[str, int]:
    domain, version = "", 0
    for field in reader.fields(span):
        if field.number == 1:
            domain = reader.text(field)
        elif field.number == 2:
            version = field.integer
    return domain, version


def read_graph(reader: Reader, span: Span) -> Graph:
    """The graph at this place.

    Raises:
        Malformed: There is none, or it exceeds a limit.
    """
    graph = Graph("", [], {}, [], [], {})
    name = ""
    for field in reader.fields(span):
        match field.number:
            case 1:
                _add_node(graph.nodes, reader, field.span)
            case 2:
                name = reader.text(field)
            case 5:
                tensor = read_tensor(reader, field.span)
                graph.initializers[tensor.name] = tensor
            case 11:
                graph.inputs.append(_value_info(reader, field.span))
            case 12:
                graph.outputs.append(_value_info(reader, field.span))
            case 13:
                info = _value_info(reader, field.span)
                graph.values[info.name] = info
            case 15:
                tensor = _sparse(reader, field.span)
                graph.initializers[tensor.name] = tensor
            case _:
                continue
    return graph._replace(name=name)


def _add_node(nodes: list[Node], reader: Reader, span: Span) -> None:
    if len(nodes) >= MAX_NODES:
        raise Malformed(f"it has more than the {MAX_NODES:,} nodes that are read")
    nodes.append(_node(reader, span))


def _node(reader: Reader, span: Span) -> Node:
    name = op = domain = ""
    note: Span | None = None
    inputs: list[str] = []
    outputs: list[str] = []
    attributes: dict[str, Any] = {}
    for field in reader.fields(span):
        match field.number:
            case 1:
                inputs.append(reader.text(field))
            case 2:
                outputs.append(reader.text(field))
            case 3:
                name = reader.text(field)
            case 4:
                op = reader.text(field)
            case 5:
                key, value = _attribute(reader, field.span)
                attributes[key] = value
            case 7:
                domain = reader.text(field)
            case 9:
                note = _note(reader, field.span) or note
            case _:
                continue
    return Node(name, op, _domain(domain), tuple(inputs), tuple(outputs), attributes, note)


def _note(reader: Reader, span: Span) -> Span | None:
    """Where the value of an entry is, if its key is that of a note."""
    key, value = "", None
    for field in reader.fields(span):
        if field.number == 1 and field.stop - field.start == len(NOTE):
            key = reader.text(field)
        elif field.number == 2:
            value = field.span
    return value if key == NOTE else None


def _attribute(reader: Reader, span: Span) -> tuple[str, Any]:
    """Name and value: a number, text, a tensor, a subgraph, or a list."""
    name = ""
    value: Any = None
    values: list[Any] = []
    kind = 0
    for field in reader.fields(span):
        match field.number:
            case 1:
                name = reader.text(field)
            case 2:
                (value,) = reader.floats(field)[:1] or (0.0,)
            case 3:
                value = field.integer
            case 4:
                value = reader.text(field)
            case 5:
                value = read_tensor(reader, field.span)
            case 6:
                value = Subgraph(field.span)
            case 7:
                values += reader.floats(field)
            case 8:
                values += reader.integers(field)
            case 9:
                values.append(reader.text(field))
            case 11:
                values.append(Subgraph(field.span))
            case 20:
                kind = field.integer
            case 21:
                value = Reference(reader.text(field))
            case _:
                continue
    if value is None:
        value = _empty(kind, values)
    return name, value


def _empty(kind: int, values: list[Any]) -> Any:
    """A list; or a number or text whose value, the neutral one, was not written."""
    neutral: dict[int, Any] = {1: 0.0, 2: 0, 3: ""}
    return neutral[kind] if kind in neutral and not values else values


def read_tensor(reader: Reader, span: Span) -> Tensor:
    """The array at this place.

    Raises:
        Malformed: There is none.
    """
    tensor = Tensor(reader)
    dims: list[int] = []
    entries: dict[str, str] = {}
    is_external = False
    for field in reader.fields(span):
        match field.number:
            case 1:
                dims += reader.integers(field)
            case 2:
                tensor.data_type = field.integer
            case 4 | 5 | 7 | 10 | 11 if field.kind == 2:
                tensor.lists.append((field.number, field.start, field.stop))
            case 4 | 5 | 7 | 10 | 11:
                if len(tensor.loose) >= _MOST_LOOSE:
                    raise Malformed(f"an array has more than {_MOST_LOOSE:,} fields")
                tensor.loose.append((field.number, field.start, field.stop))
            case 8:
                tensor.name = reader.text(field)
            case 9:
                tensor.raw = field.span
            case 13:
                key, value = _entry(reader, field.span)
                entries[key] = value
            case 14:
                is_external = field.integer == 1
            case _:
                continue
    if len(dims) > _MAX_RANK or any(size < 0 for size in dims):
        raise Malformed(f"the array {tensor.name[:80]!r} has an impossible shape")
    tensor.dims = tuple(dims)
    tensor.external = entries if is_external else None
    return tensor


def _entry(reader: Reader, span: Span) -> tuple[str, str]:
    pair = {1: "", 2: ""}
    for field in reader.fields(span):
        if field.number in pair:
            pair[field.number] = reader.text(field)
    return pair[1], pair[2]


def _sparse(reader: Reader, span: Span) -> Tensor:
    """A sparse array: its name and shape; its values are not read."""
    tensor = Tensor(reader)
    dims: list[int] = []
    for field in reader.fields(span):
        if field.number == 1:
            values = read_tensor(reader, field.span)
            tensor.name, tensor.data_type = values.name, values.data_type
        elif field.number == 3:
            dims += reader.integers(field)
    if len(dims) > _MAX_RANK or any(size < 0 for size in dims):
        raise Malformed(f"the array {tensor.name[:80]!r} has an impossible shape")
    tensor.dims = tuple(dims)
    return tensor


def _value_info(reader: Reader, span: Span) -> ValueInfo:
    info = ValueInfo("", 0, None)
    for field in reader.fields(span):
        if field.number == 1:
            info = info._replace(name=reader.text(field))
        elif field.number == 2:
            for kind in reader.fields(field.span):
                if kind.number == 1:
                    data_type, dims = _tensor_type(reader, kind.span)
                    info = info._replace(data_type=data_type, dims=dims)
    return info


def _tensor_type(reader: Reader, span: Span) -> tuple[int, tuple[int | str | None, ...] | None]:
    data_type = 0
    dims: list[int | str | None] | None = None
    for field in reader.fields(span):
        if field.number == 1:
            data_type = field.integer
        elif field.number == 2:
            dims = [
                _dimension(reader, dim.span) for dim in reader.fields(field.span) if dim.number == 1
            ]
    return data_type, None if dims is None or len(dims) > _MAX_RANK else tuple(dims)


def _dimension(reader: Reader, span: Span) -> int | str | None:
    size: int | str | None = None
    for field in reader.fields(span):
        if field.number == 1:
            size = field.integer
        elif field.number == 2:
            size = reader.text(field) or None
    return None if isinstance(size, int) and size < 0 else size


def _function(reader: Reader, span: Span) -> Function:
    function = Function("", "", (), (), {}, [])
    names: dict[int, list[str]] = {4: [], 5: []}
    for field in reader.fields(span):
        match field.number:
            case 1:
                function = function._replace(name=reader.text(field))
            case 4 | 5:
                names[field.number].append(reader.text(field))
            case 7:
                _add_node(function.nodes, reader, field.span)
            case 10:
                function = function._replace(domain=_domain(reader.text(field)))
            case 11:
                key, value = _attribute(reader, field.span)
                function.defaults[key] = value
            case _:
                continue
    return function._replace(inputs=tuple(names[4]), outputs=tuple(names[5]))
