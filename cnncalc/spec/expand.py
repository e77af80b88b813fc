"""Expansion: from the document to the layer graph.

Blocks are called, repeats unrolled and names resolved in one pass in the order of the document.
Shapes are inferred on the way, because `$in_channels` needs them.
"""

from __future__ import annotations

from functools import partial
from itertools import islice

from cnncalc.ir.graph import Graph
from cnncalc.ir.shapes import Shape
from cnncalc.layers.base import Layer
from cnncalc.source import Mapping, Node, Scalar, Sequence
from cnncalc.source.printable import printable
from cnncalc.spec.arguments import ArgumentReader
from cnncalc.spec.counting import (
    MAX_LAYERS,
    MAX_STEPS,
    TOO_MANY_LAYERS,
    TOO_MANY_STEPS,
    check_count,
)
from cnncalc.spec.document import Document
from cnncalc.spec.entry import Arguments, Entry, EntryReader
from cnncalc.spec.frame import PREVIOUS, Call, Frame
from cnncalc.spec.naming import Naming
from cnncalc.spec.problems import BAD_VALUE, NAME, show
from cnncalc.spec.scope import (
    BadSubstitution,
    Bound,
    ChannelsUnknown,
    Scope,
    dereference,
    evaluate,
    is_substitution,
    no_channels,
)


def expand(document: Document) -> Graph:
    """The layer graph of a document; what is wrong ends up in `document.problems`.

    Raises:
        SpecError: It has too many layers, or blocks that contain themselves.
    """
    reader = EntryReader(document)
    check_count(document, reader)
    return _Expander(document, reader).run()


class _Expander:
    def __init__(self, document: Document, reader: EntryReader) -> None:
        self._document = document
        self._problems = document.problems
        self._reader = reader
        self._graph = Graph()
        self._arguments = ArgumentReader(document)
        self._names = Naming(document, reader, self._graph)
        self._steps = 0

    def run(self) -> Graph:
        graph, document = self._graph, self._document
        frame = Frame(document.scope, (), None)
        for name, (shape, _) in document.inputs.items():
            frame.names[name] = graph.add_input(name, shape)
        entering = 0 if graph.n_inputs == 1 else None
        last = self._items(document.layers, frame, entering)
        outputs = [self._names.refer(name, node, frame) for name, node in document.outputs]
        self._names.check_full_names(frame)
        known = tuple(index for index in outputs if index >= 0)
        graph.outputs = known or (() if last is None or last < 0 else (last,))
        return graph

    def _items(self, layers: Sequence, frame: Frame, entering: int | None) -> int | None:
        current = entering
        self._steps += 1 + len(layers.items)
        if self._steps > 2 * MAX_STEPS:  # by sharing blocks, which cannot be counted before
            raise self._document.error(layers, TOO_MANY_STEPS)
        for item in layers.items:
            entry = self._reader.read(item)
            if entry is None:
                current = self._broken(frame, item, "?", "layer", current)
            else:
                current = self._entry(entry, frame, current)
        return current

    # -- one entry -------------------------------------------------------------------------------

    def _entry(self, entry: Entry, frame: Frame, current: int | None) -> int | None:
        flow = entry.flow
        if not flow:
            return self._copy(entry, frame, current, frame.auto_name(entry.op), True)
        name = self._arguments.name(entry, "name", frame.values)
        when = self._arguments.flow(entry, "when", frame.values, bool, "true or false")
        count = 0 if when is False else self._arguments.count(entry, frame.values)
        if count == 0:
            if name is not None:
                frame.dropped.add(name)
            return current
        if "from" in flow:
            source = self._arguments.name(entry, "from", frame.values)
            current = self._names.refer(source, flow["from"], frame, current) if source else -1
        if "repeat" not in flow:
            return self._copy(entry, frame, current, name or frame.auto_name(entry.op), True)
        if count is None:
            return self._broken(frame, entry.node, name, entry.op, current)
        for number in range(1, count + 1):
            own = f"{name}_{number}" if name else frame.auto_name(entry.op)
            current = self._copy(entry, frame, current, own, number == 1)
            if name and number == count:
                self._names.alias(name, own, current, frame, entry)
        return current

    def _copy(
        self, entry: Entry, frame: Frame, current: int | None, name: str, is_first: bool
    ) -> int | None:
        """One copy of an entry; returns the node that it ends in."""
        if entry.block is None and not _merges(entry):
            current = self._entering(current, entry.head, entry.op)
        if not entry.sound:
            return self._broken(frame, entry.node, name, entry.op, current)
        arguments = {**entry.arguments, **entry.first} if is_first else entry.arguments
        if "share" in entry.flow:
            return self._shared(entry, frame, current, name)
        if entry.block is not None:
            params = self._params(entry, arguments, frame, current)
            return self._call(entry, params, frame, current, name)
        assert entry.layer_type is not None  # a sound entry has one of the two
        if _merges(entry):
            return self._merge(entry, arguments, frame, current, name, is_first=is_first)
        arrives = -1 if current is None else current
        layer = self._layer(entry, arguments, frame, arrives, name, is_first=is_first)
        return self._add(frame, name, entry.op, layer, (arrives,), entry.node)

    def _entering(self, current: int | None, place: Node, what: str) -> int:
        """What arrives; where nothing does, a problem and -1, from which a broken layer follows."""
        if current is None:
            names = ", ".join(map(printable, islice(self._document.inputs, 8)))
            message = f"the network has several inputs: say which one enters {what}"
            self._problems.add(NAME, place, message, help=f"give from: one of {names}")
            return -1
        return current

    def _add(
        self,
        frame: Frame,
        name: str,
        op: str,
        layer: Layer | None,
        inputs: tuple[int, ...],
        place: Node,
        shares: int | None = None,
    ) -> int:
        """Add a layer to the graph; an input of -1 is one that does not exist."""
        if -1 in inputs:
            layer, inputs = None, tuple(index for index in inputs if index >= 0)
        name = self._names.free_name(name, op, frame, place)
        index = self._graph.add(
            self._names.full_name(frame, name, place),
            op,
            layer,
            inputs,
            place=place,
            shares=shares,
            scope=frame.path,
            outline=self._outline(place, frame, inputs) if layer is None else None,
        )
        frame.names[name] = index
        return index

    def _outline(self, place: Node, frame: Frame, inputs: tuple[int, ...]) -> Shape | None:
        """What is certain of a broken layer's output, so that it does not hide the rest."""
        entry = self._reader.read(place)
        shape = self._graph.shape_of(inputs[0]) if inputs else None
        if entry is None or entry.layer_type is None or shape is None:
            return None
        known = self._arguments.evaluable(entry, entry.arguments, frame.values)
        return entry.layer_type.outline(shape, known)

    def _broken(
        self, frame: Frame, place: Node, name: str | None, op: str, current: int | None
    ) -> int:
        own = name if name and name != "?" else frame.auto_name(op)
        inputs = () if current is None else (current,)
        return self._add(frame, own, op, None, inputs, place)

    def _layer(
        self,
        entry: Entry,
        arguments: Arguments,
        frame: Frame,
        current: int | None,
        name: str,
        *,
        is_first: bool = False,
    ) -> Layer | None:
        channels = partial(self._channels, current)
        full = ".".join((*frame.path, name))
        return self._arguments.layer(
            entry, arguments, frame.values, channels, full, is_first=is_first
        )

    def _channels(self, current: int | None) -> int | None:
        """`$in_channels`; None after a broken layer."""
        shape = self._graph.shape_of(current) if current is not None and current >= 0 else None
        return shape[-1] if shape else None

    # -- merges ----------------------------------------------------------------------------------

    def _merge(
        self,
        entry: Entry,
        arguments: Arguments,
        frame: Frame,
        current: int | None,
        name: str,
        *,
        is_first: bool,
    ) -> int | None:
        assert entry.layer_type is not None
        paths: Arguments = {}
        own: Arguments = {}
        for field, argument in arguments.items():
            target = paths if field in entry.layer_type.path_fields else own
            target[field] = argument
        if entry.op == "residual":
            inputs = self._residual(entry, paths, frame, current)
        else:
            inputs = self._paths(entry, paths, frame, current)
        if inputs is None:
            return self._broken(frame, entry.node, name, entry.op, current)
        layer = self._layer(entry, own, frame, current, name, is_first=is_first)
        op = "add" if entry.op == "residual" else entry.op
        return self._add(frame, name, op, layer, inputs, entry.node)

    def _residual(
        self, entry: Entry, paths: Arguments, frame: Frame, current: int | None
    ) -> tuple[int, ...] | None:
        if "body" not in paths:
            self._problems.add(BAD_VALUE, entry.head, "residual needs body, a list of layers")
            return None
        inputs = [self._path(paths["body"][1], frame, current)]
        if "shortcut" in paths:
            inputs.append(self._path(paths["shortcut"][1], frame, current))
        else:
            inputs.append(self._entering(current, entry.head, "the shortcut"))
        return tuple(inputs)

    def _paths(
        self, entry: Entry, paths: Arguments, frame: Frame, current: int | None
    ) -> tuple[int, ...] | None:
        node = paths["paths"][1] if "paths" in paths else None
        if node is not None:
            node, values = dereference(node, frame.values)
            frame = frame.with_values(values)
        if not isinstance(node, Sequence) or len(node.items) < 2:
            message = f"{entry.op} needs a list of at least two paths"
            example = f"{entry.op}: [prev, [relu]], or {entry.op}: [name_a, name_b]"
            self._problems.add(BAD_VALUE, node or entry.head, message, help=f"such as {example}")
            return None
        return tuple([self._path(item, frame, current) for item in node.items])

    def _path(self, node: Node, frame: Frame, current: int | None) -> int:
        """Expand one path of a merge; -1 when it leads nowhere."""
        node, values = dereference(node, frame.values)
        frame = frame.with_values(values)
        match node:
            case Scalar(str() as name) if is_substitution(node):
                return self._path_value(node, frame, current)
            case Scalar(str() as name):
                return self._path_name(name, node, frame, current)
            case Scalar(None):
                return self._entering(current, node, "this path")
            case Sequence():
                return self._entering(self._items(node, frame, current), node, "this path")
            case Mapping([(head, _)]):
                message = f"a path is a list of layers: put brackets around {show(head.value)}"
            case _:
                message = "a path is a list of layers, a name, or prev"
        self._problems.add(BAD_VALUE, node, message)
        return -1

    def _path_name(self, name: str, node: Node, frame: Frame, current: int | None) -> int:
        if name == PREVIOUS:
            return self._entering(current, node, "this path")
        return self._names.refer(name, node, frame)

    def _path_value(self, node: Node, frame: Frame, current: int | None) -> int:
        """A path given by an expression: it can only be a name."""
        try:
            value = evaluate(node, frame.values, no_channels)
        except BadSubstitution as error:
            self._problems.substitution(error, "a path")
            return -1
        if not isinstance(value, str):
            message = f"a path is a list of layers, a name, or prev, not {show(value)}"
            self._problems.add(BAD_VALUE, node, message)
            return -1
        return self._path_name(value, node, frame, current)

    # -- blocks ----------------------------------------------------------------------------------

    def _params(
        self, entry: Entry, arguments: Arguments, frame: Frame, current: int | None
    ) -> dict[str, Bound] | None:
        """What the parameters of a call are bound to; None when a required one is missing."""
        assert entry.block is not None
        channels = partial(self._channels, current)
        params: dict[str, Bound] = {}
        variables = self._document.scope.variables
        variables.spend_parameters(len(entry.block.params), entry.node)
        inside = Scope(variables, params)
        missing = []
        for name, default in entry.block.params.items():
            if name in arguments:
                params[name] = Bound(arguments[name][1], frame.values, channels)
            elif isinstance(default, Scalar) and default.value is None:
                missing.append(name)
            else:
                params[name] = Bound(default, inside, channels)
        if missing:
            message = f"block {entry.op} needs {', '.join(missing)}"
            self._problems.add(BAD_VALUE, entry.head, message)
            return None
        return params

    def _call(
        self,
        entry: Entry,
        params: dict[str, Bound] | None,
        frame: Frame,
        current: int | None,
        name: str,
    ) -> int | None:
        if params is None or not self._settle(params, entry):
            return self._broken(frame, entry.node, name, entry.op, current)
        assert entry.block is not None
        values = Scope(self._document.scope.variables, params)
        name = self._names.free_name(name, entry.op, frame, entry.node)
        self._names.full_name(frame, name, entry.node)
        inner = Frame(values, (*frame.path, name), frame)
        start = len(self._graph.nodes)
        end = self._items(entry.block.layers, inner, current)
        if end is not None and end >= 0:
            frame.names[name] = end
        frame.calls[name] = Call(entry, params, start, len(self._graph.nodes))
        return end

    def _settle(self, params: dict[str, Bound], entry: Entry) -> bool:
        """Evaluate scalars now, so that chains of calls do not pile up substitutions."""
        sound = True
        for name, bound in params.items():
            node, _ = dereference(bound.node, bound.scope)
            if not isinstance(node, Scalar):
                continue  # perhaps a list of layers, which is no value
            try:
                bound.value()
            except ChannelsUnknown:
                continue
            except BadSubstitution as error:
                self._problems.substitution(error, f"{entry.op}: {name}")
                sound = False
        return sound

    # -- shared weights --------------------------------------------------------------------------

    def _shared(self, entry: Entry, frame: Frame, current: int | None, name: str) -> int | None:
        owner = self._arguments.name(entry, "share", frame.values)
        if owner is None:
            return self._broken(frame, entry.node, name, entry.op, current)
        if entry.block is not None:
            return self._shared_call(entry, frame, current, name, owner)
        index = self._owner(entry, frame, owner)
        if index < 0 or current is None:
            return self._broken(frame, entry.node, name, entry.op, current)
        node = self._graph.nodes[index]
        root = index if node.shares is None else node.shares
        layer = node.layer if isinstance(node.layer, Layer) else None
        given = {**entry.own, **entry.first}
        if given and layer is not None:
            if not self._arguments.match(entry, given, frame.values, layer):
                self._own_arguments(entry, owner)
                layer = None
        return self._add(frame, name, entry.op, layer, (current,), entry.node, root)

    def _own_arguments(self, entry: Entry, owner: str) -> None:
        message = f"share takes the arguments of {show(owner)} as well as its weights"
        given = ", ".join(printable(key) for key in {**entry.own, **entry.first})
        self._problems.add(BAD_VALUE, entry.flow["share"], message, help=f"remove {given}")

    def _owner(self, entry: Entry, frame: Frame, owner: str) -> int:
        """The node whose weights a layer uses; -1, with a problem noted, when it cannot."""
        place = entry.flow["share"]
        if _merges(entry):
            self._problems.add(BAD_VALUE, place, f"{entry.op} has no weights to share")
            return -1
        index = self._names.refer(owner, place, frame)
        op = self._graph.nodes[index].op
        if index >= 0 and op != entry.op:
            message = f"{show(owner)} is a layer {op}: {entry.op} cannot share its weights"
            self._problems.add(BAD_VALUE, place, message)
            return -1
        return index

    def _shared_call(
        self, entry: Entry, frame: Frame, current: int | None, name: str, owner: str
    ) -> int | None:
        call = frame.find_call(owner)
        if call is None or call.entry.op != entry.op:
            what = "no block call before this one" if call is None else f"a {call.entry.op}"
            message = f"{show(owner)} is {what}: {entry.op} cannot share its weights"
            self._problems.add(NAME if call is None else BAD_VALUE, entry.flow["share"], message)
            return self._broken(frame, entry.node, name, entry.op, current)
        if entry.own or entry.first:
            self._own_arguments(entry, owner)
            return self._broken(frame, entry.node, name, entry.op, current)
        nodes = self._graph.nodes
        start = len(nodes)
        if start + call.stop - call.start > MAX_LAYERS + self._graph.n_inputs:
            raise self._document.error(entry.node, TOO_MANY_LAYERS)
        end = self._call(call.entry, call.params, frame, current, name)
        for copy, original in zip(nodes[start:], nodes[call.start : call.stop], strict=False):
            if isinstance(copy.layer, Layer) and not copy.layer.path_fields:  # merges have none
                copy.shares = original.index if original.shares is None else original.shares
        return end


def _merges(entry: Entry) -> bool:
    """Whether an entry is a merge, which may go without anything that arrives."""
    layer_type = entry.layer_type
    if layer_type is None or not layer_type.path_fields:
        return False
    return layer_type.needs_paths or not entry.arguments.keys().isdisjoint(layer_type.path_fields)
