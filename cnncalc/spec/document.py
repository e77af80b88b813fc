"""The document that a person writes: its sections, found and checked, nothing expanded yet."""

from __future__ import annotations

import re
from collections.abc import Mapping as MappingType
from typing import TYPE_CHECKING, NamedTuple

from cnncalc.errors import Diagnostic, SpecError, UsageError
from cnncalc.ir.shapes import LARGEST, Sizes
from cnncalc.source import Mapping, Node, Scalar, Sequence, Source
from cnncalc.source.printable import printable
from cnncalc.spec.problems import BAD_VALUE, UNKNOWN_KEY, Problems, show, suggestion
from cnncalc.spec.scope import BadSubstitution, Bound, Scope, Variables, evaluate, no_channels

if TYPE_CHECKING:
    from cnncalc.spec.declarations import Declarations

_LONGEST_NAME = 200
_MOST_INPUTS = 100
_MOST_OUTPUTS = 1000
KEYS = (
    "name", "input", "inputs", "outputs", "layers", "blocks", "vars", "variants", "defaults",
    "budget", "task", "target",
)  # fmt: skip
FLOW_WORDS = ("name", "from", "repeat", "first", "when", "share")
_BLOCK_NAME = re.compile(r"[A-Z][A-Za-z0-9_]{0,99}", re.ASCII)
_VALUE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}", re.ASCII)
_SHAPE = re.compile(r"[0-9]+(x[0-9]+)*", re.ASCII)
SHAPE_FORMS = "up to 4 sizes from 1 to 10^15, such as 32x32x3, 16000x1, 1024 or [32, 32, 3]"
_DECLARED = ("budget", "task", "target")


class Block(NamedTuple):
    """A named list of layers with parameters; a parameter without a default has a null node."""

    name: str
    params: dict[str, Node]
    layers: Sequence
    node: Node


class Document:
    """The sections of a spec.

    Attributes:
        source: The text, or None for a network built in Python.
        settings: What was set from outside.
        root: The whole tree.
        name: Name of the network.
        inputs: Shape of every input by name; None for one that is wrong.
        outputs: Names of the outputs with their places, empty when the last layer is the output.
        layers: The list of layers.
        blocks: Block definitions by name.
        defaults: Default arguments by op.
        scope: The variables.
        variants: The presets by name.
        problems: What is wrong so far.
    """

    def __init__(self, root: Node, source: Source | None, settings: Settings) -> None:
        self.source = source
        self.settings = settings
        self.problems = Problems()
        self.root = self._root(root)
        self._sections = {str(key.value): node for key, node in self.root.entries}
        self._check_keys()
        self.name = self._name()
        self.variants = self._mapping("variants")
        self.scope = Scope(Variables(self.error))
        self._bind_variables(settings)
        self.defaults = self._mapping("defaults")
        self.blocks = self._blocks()
        self.layers = self._layers()
        self.inputs = self._inputs(settings)
        self.outputs = self._outputs()
        self._declarations: Declarations | None = None
        if any(map(self.section, _DECLARED)):
            self.declarations()  # notes what is wrong with them

    def section(self, key: str) -> Node | None:
        """The node of a top-level key."""
        return self._sections.get(key)

    def declarations(self) -> Declarations:
        """Budget, task and target, validated."""
        if self._declarations is None:
            from cnncalc.spec.declarations import parse_declarations  # rare, and models take time

            self._declarations = parse_declarations(self)
        return self._declarations

    def error(self, node: Node, message: str) -> SpecError:
        """An exception, to be raised, for a document that cannot be used at all."""
        message = printable(message)
        if self.source is None:
            return SpecError(Diagnostic(message))
        return self.source.error(node.start, message)

    def _root(self, root: Node) -> Mapping:
        if not isinstance(root, Mapping):
            raise self.error(root, "a spec is a map with the keys input and layers")
        return root

    def _check_keys(self) -> None:
        hint = f"there are {', '.join(KEYS)}, and x-… for keys of your own"
        for key, _ in self.root.entries:
            if self.problems.is_full:
                return
            word = str(key.value)
            if word not in KEYS and not word.startswith("x-"):
                message = f"unknown key {show(word)}"
                self.problems.add(UNKNOWN_KEY, key, message, help=hint, near=(word, KEYS))

    def _name(self) -> str | None:
        match self.section("name"):
            case None:
                return None
            case Scalar(str() as name) if name:
                return name
            case node:
                self.problems.add(BAD_VALUE, node, "name must be a text, such as lenet5 or '5'")
                return None

    def _mapping(self, key: str) -> dict[str, tuple[Scalar, Node]]:
        match self.section(key):
            case None | Scalar(None):
                return {}
            case Mapping(entries):
                return {str(name.value): (name, node) for name, node in entries}
            case node:
                self.problems.add(BAD_VALUE, node, f"{key} must be a map")
                return {}

    def _bind_variables(self, settings: Settings) -> None:
        nodes = {name: node for name, (_, node) in self._mapping("vars").items()}
        self._check_value_names("vars")
        preset = self._preset(settings.variant)
        values = preset.get("vars") if preset is not None else None
        if isinstance(values, Mapping):
            for key, node in values.entries:
                self._override(nodes, str(key.value), node, key)
        elif values is not None:
            self.problems.add(BAD_VALUE, values, "vars of a variant must be a map")
        for name, node in settings.defines.items():
            if name not in nodes:
                hint = suggestion(name, nodes) or f"it has {', '.join(nodes) or 'none'}"
                raise UsageError(f"-D {show(name)}: the spec has no such variable; {hint}")
            nodes[name] = node
        for name, node in nodes.items():
            self.scope.variables[name] = Bound(node, self.scope, no_channels)
        for name in settings.defines:
            try:
                self.scope.variables[name].value(static=True)
            except BadSubstitution as error:  # it has no place in the document
                raise UsageError(f"-D {show(name)}: {error.message}") from None

    def _override(self, nodes: dict[str, Node], name: str, node: Node, key: Scalar) -> None:
        if name in nodes:
            nodes[name] = node
        else:
            message = f"a variant sets {show(name)}, which is no variable"
            self.problems.add(UNKNOWN_KEY, key, message, near=(name, nodes))

    def _check_value_names(self, section: str) -> None:
        for name, (key, _) in self._mapping(section).items():
            if not _VALUE_NAME.fullmatch(name) or name == "in_channels":
                message = f"{show(name)} cannot name a value: letters, digits and _ can"
                self.problems.add(BAD_VALUE, key, message)

    def _preset(self, variant: str | None) -> Mapping | None:
        """The chosen variant; all of them are checked, whichever it is."""
        for name, (_, node) in self.variants.items():
            if not isinstance(node, Mapping):
                self.problems.add(BAD_VALUE, node, f"variant {show(name)} must be a map")
                continue
            for key, _ in node.entries:
                if key.value not in ("vars", "input"):
                    message = f"a variant sets vars and input only, not {show(key.value)}"
                    self.problems.add(UNKNOWN_KEY, key, message)
        if variant is None:
            return None
        if variant not in self.variants:
            hint = suggestion(variant, self.variants) or (
                f"it has {', '.join(self.variants)}" if self.variants else "it has none"
            )
            raise UsageError(f"the spec has no variant {show(variant)}; {hint}")
        node = self.variants[variant][1]
        return node if isinstance(node, Mapping) else None

    def _blocks(self) -> dict[str, Block]:
        blocks = {}
        for name, (key, node) in self._mapping("blocks").items():
            if not _BLOCK_NAME.fullmatch(name):
                message = f"block names are upper camel case, such as ConvBN, not {show(name)}"
                self.problems.add(BAD_VALUE, key, message)
                continue
            layers = node.get("layers") if isinstance(node, Mapping) else None
            if not isinstance(node, Mapping) or not isinstance(layers, Sequence):
                message = f"block {show(name)} needs layers, a list"
                self.problems.add(BAD_VALUE, key, message)
                continue
            blocks[name] = Block(name, self._params(name, node), layers, node)
        return blocks

    def _params(self, block: str, node: Mapping) -> dict[str, Node]:
        for key, _ in node.entries:
            if key.value not in ("params", "layers"):
                message = f"a block has params and layers, not {show(key.value)}"
                self.problems.add(UNKNOWN_KEY, key, message)
        match node.get("params"):
            case None | Scalar(None):
                return {}
            case Mapping(entries):
                for key, _ in entries:
                    name = str(key.value)
                    if name in FLOW_WORDS or not _VALUE_NAME.fullmatch(name):
                        message = f"{show(name)} cannot be a parameter of block {show(block)}"
                        why = f"use letters, digits and _; {', '.join(FLOW_WORDS)} are taken"
                        self.problems.add(BAD_VALUE, key, message, help=why)
                params = {str(key.value): default for key, default in entries}
                return {name: node for name, node in params.items() if _VALUE_NAME.fullmatch(name)}
            case other:
                self.problems.add(BAD_VALUE, other, "params must be a map of names and defaults")
                return {}

    def _layers(self) -> Sequence:
        match self.section("layers"):
            case None | Scalar(None):
                raise self.error(self.root, "the spec has no layers: add layers: and a list")
            case Sequence([]) as layers:
                raise self.error(layers, "layers is empty: add at least one - op")
            case Sequence() as layers:
                return layers
            case node:
                raise self.error(node, "layers must be a list: one '- op: …' per layer")

    def _inputs(self, settings: Settings) -> dict[str, tuple[Sizes | None, Node]]:
        inputs, single = self.section("inputs"), self.section("input")
        if single is None and inputs is None:
            raise self.error(self.root, "the spec has no input: add, say, input: 32x32x3")
        if single is not None and inputs is not None:
            self.problems.add(BAD_VALUE, inputs, "give input or inputs, not both")
        if single is not None or inputs is None:
            preset = self._preset(settings.variant)
            nodes = {"input": (preset and preset.get("input")) or single or self.root}
        elif isinstance(inputs, Mapping) and inputs.entries:
            if len(inputs.entries) > _MOST_INPUTS:
                raise self.error(inputs, f"a network has at most {_MOST_INPUTS} inputs")
            for key, _ in inputs.entries:
                self._check_input_name(key)
            nodes = {str(key.value): node for key, node in inputs.entries}
        else:
            self.problems.add(BAD_VALUE, inputs, "inputs must be a map of names and shapes")
            return {"input": (None, inputs)}
        given = settings.inputs
        if given.keys() == {"input"} and len(nodes) == 1:
            given = dict.fromkeys(nodes, given["input"])
        for name in given:
            if name not in nodes:
                names = show(list(nodes))
                raise UsageError(f"the spec has no input {show(name)}; its inputs are {names}")
        return {name: (given.get(name) or self._shape(node), node) for name, node in nodes.items()}

    def _check_input_name(self, key: Scalar) -> None:
        name = str(key.value)
        if not name or name == "prev" or name.startswith("$") or len(name) > _LONGEST_NAME:
            message = f"{show(name)} cannot name an input"
            why = f"a name has 1 to {_LONGEST_NAME} characters, is not prev and has no $ in front"
            self.problems.add(BAD_VALUE, key, message, help=why)

    def _shape(self, node: Node) -> Sizes | None:
        try:
            value = evaluate(node, self.scope, no_channels)
        except BadSubstitution as error:
            self.problems.substitution(error, "input")
            return None
        shape = parse_shape(value)
        if shape is None:
            self.problems.add(BAD_VALUE, node, f"input must be {SHAPE_FORMS}, not {show(value)}")
        return shape

    def _outputs(self) -> list[tuple[str, Scalar]]:
        match self.section("outputs"):
            case None:
                return []
            case Scalar(str() as name) as node:
                return [(name, node)]
            case Sequence(items) as node if len(items) > _MOST_OUTPUTS:
                raise self.error(node, f"a network has at most {_MOST_OUTPUTS} outputs")
            case Sequence(items) if items and all(_is_text(item) for item in items):
                return [(str(item.value), item) for item in items if isinstance(item, Scalar)]
            case node:
                message = "outputs must be the name of a layer or input, or a list of such names"
                self.problems.add(BAD_VALUE, node, message)
                return []


def _is_text(node: Node) -> bool:
    return isinstance(node, Scalar) and isinstance(node.value, str)


def parse_shape(value: object) -> Sizes | None:
    """Sizes from `32x32x3`, a list or a single number; None where it is no shape."""
    if isinstance(value, str):
        if not _SHAPE.fullmatch(value) or len(value) > 70:
            return None
        value = [int(part) for part in value.split("x")]
    elif type(value) is int:
        value = [value]
    if not isinstance(value, (list, tuple)) or not 1 <= len(value) <= 4:
        return None
    if not all(type(size) is int and 1 <= size <= LARGEST for size in value):
        return None
    return tuple(value)


class Settings(NamedTuple):
    """What a caller sets from outside: a variant, variables, and input shapes by name."""

    variant: str | None = None
    defines: MappingType[str, Node] = {}
    inputs: MappingType[str, Sizes] = {}
