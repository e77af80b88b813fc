"""One entry of a list of layers, taken apart: what it is, its arguments, its flow words."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import chain, islice
from typing import NamedTuple

from cnncalc.layers import families, find
from cnncalc.layers.base import Layer
from cnncalc.source import Mapping, Node, Scalar
from cnncalc.spec.document import FLOW_WORDS, Block, Document
from cnncalc.spec.problems import BAD_VALUE, UNKNOWN_KEY, Problems, show

Arguments = dict[str, tuple[Node, Node]]  # our name of each → its key (or the op) and its value

_MOST_LISTED = 40  # words in a message; no layer has as many arguments

# Ops by the names that they have elsewhere, where those look nothing like ours.
_OTHER_WORDS = {
    "bn": "batch_norm",
    "deconv": "conv_transpose",
    "fc": "dense",
    "fully_connected": "dense",
    "linear": "dense",
    "lrn": "local_response_norm",
    "swish": "silu",
    "upsample": "resize",
    "upsampling2d": "resize",
    "zeropad2d": "pad",
    "zeropadding2d": "pad",
}


class Entry(NamedTuple):
    """A layer or a block call as written.

    Attributes:
        node: The whole entry.
        head: The scalar with the op or the block's name.
        op: The op, or the block's name.
        layer_type: The layer type of an op, None for a block or when unknown.
        block: The block of a call, None for an op or when unknown.
        own: Arguments given here.
        arguments: These over the defaults, each with its place.
        defaults: Identities of the values among them that are defaults.
        first: Arguments of the first copy.
        flow: The flow words and their nodes.
        sound: Whether all of it is understood.
    """

    node: Node
    head: Scalar
    op: str
    layer_type: type[Layer] | None
    block: Block | None
    own: Arguments
    arguments: Arguments
    defaults: frozenset[int]
    first: Arguments
    flow: dict[str, Node]
    sound: bool


class EntryReader:
    """Takes entries apart, each once however often its block is called."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._problems: Problems = document.problems
        self._entries: dict[int, Entry | None] = {}
        self._defaults: dict[str, Arguments] = {}
        self._read_defaults()

    def read(self, node: Node) -> Entry | None:
        """The entry at a node, or None when it is none at all; problems are noted."""
        key = id(node)  # nodes live as long as the document
        if key not in self._entries:
            self._entries[key] = self._read(node)
        return self._entries[key]

    def _read(self, node: Node) -> Entry | None:
        match node:
            case Scalar(str()) as head:
                value: Node | None = None
            case Mapping([(head, value)]):
                pass
            case Mapping(entries) if entries:
                self._several_keys([key for key, _ in entries])
                return None
            case _:
                message = "a layer is an op, such as relu, or a map such as conv: {filters: 8, …}"
                self._problems.add(BAD_VALUE, node, message)
                return None
        op = str(head.value)
        layer_type, block, sound = self._resolve(op, head)
        own, flow, own_sound = self._split(op, layer_type, block, head, value)
        first: Arguments = {}
        if "first" in flow:
            first, first_sound = self._read_first(op, layer_type, block, flow["first"])
            own_sound = own_sound and first_sound
        given = self._defaults.get(op, {})
        defaults = frozenset(id(node) for _, node in given.values())
        arguments = {**given, **own}
        sound = sound and own_sound
        return Entry(
            node, head, op, layer_type, block, own, arguments, defaults, first, flow, sound
        )

    def _several_keys(self, keys: list[Scalar]) -> None:
        """Say what to do with keys that stand beside the op and not in it."""
        if self._problems.is_full:
            return
        ops, blocks = families(), self._document.blocks
        op = next((key for key in keys if key.value in ops or key.value in blocks), keys[0])
        wrong = [key for key in keys if key is not op]
        others = ", ".join(f"{key.value}: …" for key in wrong[:3])
        message = "a layer is a map with one key, its op"
        why = f"put the others into it: - {op.value}: {{{others}}}"
        self._problems.add(BAD_VALUE, wrong[0], message, help=why)

    def _resolve(self, op: str, head: Scalar) -> tuple[type[Layer] | None, Block | None, bool]:
        if op[:1].isupper():
            block = self._document.blocks.get(op)
            if block is None:
                self._unknown("block", op, head, chain(self._document.blocks, families()))
            return None, block, block is not None
        layer_type = find(op)
        if layer_type is None:
            self._unknown("op", op, head, chain(families(), self._document.blocks))
        return layer_type, None, layer_type is not None

    def _unknown(self, kind: str, op: str, head: Scalar, known: Iterable[str]) -> None:
        message = f"unknown {kind} {show(op)}"
        right = _OTHER_WORDS.get(op.lower())
        if right is not None:
            self._problems.add(UNKNOWN_KEY, head, message, help=f"it is called {right} here")
        else:
            self._problems.add(UNKNOWN_KEY, head, message, near=(op, known))

    def _split(
        self,
        op: str,
        layer_type: type[Layer] | None,
        block: Block | None,
        head: Scalar,
        value: Node | None,
    ) -> tuple[Arguments, dict[str, Node], bool]:
        """Arguments, flow words, and whether all of them are known."""
        if value is None or (isinstance(value, Scalar) and value.value is None):
            return {}, {}, True
        if not isinstance(value, Mapping):
            return self._main(op, layer_type, block, head, value)
        flow = {}
        rest = []
        for key, node in value.entries:
            word = str(key.value)
            if word in FLOW_WORDS:
                flow[word] = node
            else:
                rest.append((key, node))
        arguments, sound = self._name_arguments(op, layer_type, block, rest)
        return arguments, flow, sound

    def _main(
        self,
        op: str,
        layer_type: type[Layer] | None,
        block: Block | None,
        head: Scalar,
        value: Node,
    ) -> tuple[Arguments, dict[str, Node], bool]:
        main = None
        if layer_type is not None:
            main = layer_type.main
        elif block is not None:
            main = next(iter(block.params), None)
        if main is not None:
            return {main: (head, value)}, {}, True
        if layer_type is not None or block is not None:
            what = show(value.value) if isinstance(value, Scalar) else "a list"
            message = f"{op} takes no argument without a name, but {what} is given"
            known = _listed(_known_words(layer_type, block))
            hint = f"write - {op}, or name its arguments: {known}" if known else None
            self._problems.add(BAD_VALUE, value, message, help=hint or f"write - {op}")
        return {}, {}, False

    def _name_arguments(
        self,
        op: str,
        layer_type: type[Layer] | None,
        block: Block | None,
        entries: Iterable[tuple[Scalar, Node]],
    ) -> tuple[Arguments, bool]:
        arguments: Arguments = {}
        sound = True
        for key, node in entries:
            word = str(key.value)
            if layer_type is not None:
                name = layer_type.canonical(word)
            elif block is not None:
                name = word if word in block.params else None
            else:
                continue
            if name is None:
                self._no_argument(op, key, layer_type, block)
                sound = False
            elif name in arguments:
                message = f"{op}: {arguments[name][0].value} and {word} are one argument"  # type: ignore[union-attr]
                self._problems.add(BAD_VALUE, key, message, help="keep one of the two spellings")
                sound = False
            else:
                arguments[name] = (key, node)
        return arguments, sound

    def _no_argument(
        self, op: str, key: Scalar, layer_type: type[Layer] | None, block: Block | None
    ) -> None:
        if self._problems.is_full:
            return
        word = str(key.value)
        known = _known_words(layer_type, block)
        message = f"{op} has no argument {show(word)}"
        hint = f"it has {_listed(known) or 'none'}"
        if word.endswith(")"):
            hint = "put the expression before in quotes: inside {…} a comma ends it"
        self._problems.add(UNKNOWN_KEY, key, message, help=hint, near=(word, known))

    def _read_first(
        self, op: str, layer_type: type[Layer] | None, block: Block | None, node: Node
    ) -> tuple[Arguments, bool]:
        if not isinstance(node, Mapping):
            self._problems.add(BAD_VALUE, node, "first must be a map of arguments")
            return {}, False
        for key, _ in node.entries:
            if key.value in FLOW_WORDS:
                message = f"first overrides arguments, not the flow word {key.value}"
                self._problems.add(BAD_VALUE, key, message, help="give it beside first")
                return {}, False
        return self._name_arguments(op, layer_type, block, node.entries)

    def _read_defaults(self) -> None:
        for op, (key, node) in self._document.defaults.items():
            layer_type = find(op)
            if layer_type is None:
                message = f"defaults: unknown op {show(op)}"
                self._problems.add(UNKNOWN_KEY, key, message, near=(op, families()))
            elif not isinstance(node, Mapping):
                message = f"defaults: {op} must be a map of arguments"
                self._problems.add(BAD_VALUE, node, message)
            else:
                self._defaults[op] = self._name_arguments(op, layer_type, None, node.entries)[0]


def _known_words(layer_type: type[Layer] | None, block: Block | None) -> Collection[str]:
    if layer_type is not None:
        known = [name for name in layer_type.model_fields if name not in layer_type.flow_words]
        return sorted(known, key=lambda name: (name in Layer.model_fields, name))
    return block.params if block else ()


def _listed(words: Collection[str]) -> str:
    """Words for a message, not all of them where a stranger wrote thousands."""
    few = ", ".join(islice(words, _MOST_LISTED))
    return few if len(words) <= _MOST_LISTED else f"{few}, …"
