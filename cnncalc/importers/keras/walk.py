"""Walks through a model, call by call, in an order in which everything is there when it is read."""

from __future__ import annotations

import heapq
from typing import Any, NamedTuple

from cnncalc.importers.keras.build import Builder, Tensor
from cnncalc.importers.keras.calls import Call, Cut, Ref, refs
from cnncalc.importers.keras.layers import make
from cnncalc.importers.keras.making import Making, Owners
from cnncalc.importers.keras.reading import Config
from cnncalc.importers.keras.structure import MOST_NESTED, Structure, is_model, structure_of
from cnncalc.ir.shapes import Shape
from cnncalc.source.printable import quoted

Key = tuple[str, int]


class Scope(NamedTuple):
    """Where in nested models a layer stands.

    Attributes:
        path: The models around it, outermost first.
        is_frozen: Whether one of them is not trained.
    """

    path: tuple[str, ...] = ()
    is_frozen: bool = False


class Walker:
    """Walks through a model and those inside it.

    Args:
        builder: Collects the layers of the spec.
    """

    def __init__(self, builder: Builder) -> None:
        self.builder = builder
        self._owners: dict[tuple[str, ...], Owners] = {}
        self._structures: dict[tuple[str, ...], Structure] = {}

    def model(self, structure: Structure, inputs: list[Tensor], scope: Scope) -> list[Tensor]:
        """What a model gives for these inputs.

        Raises:
            SpecError: Its layers read each other in a circle, or what is not there.
        """
        self.builder.count_model()
        if len(scope.path) > MOST_NESTED:
            structure.config.fail(f"models are nested over {MOST_NESTED} deep")
        if structure.is_sequence:
            return self._sequence(structure, inputs, scope)
        if len(inputs) != len(structure.inputs):
            wanted, given = len(structure.inputs), len(inputs)
            structure.config.fail(f"the model has {wanted} inputs, but {given} enter it")
        return _Graph(self, structure, inputs, scope).outputs()

    def _sequence(self, structure: Structure, inputs: list[Tensor], scope: Scope) -> list[Tensor]:
        tensors = inputs
        configs = list(structure.layers.values())
        for position, config in enumerate(configs):
            if config.kind == "InputLayer":
                continue
            declared: dict[int, Shape] = {}
            if position + 1 < len(configs):
                shape = _built(configs[position + 1])
                declared = {} if shape is None else {0: shape}
            if not _takes_padding(config):
                tensors = [self.builder.padded(tensor) for tensor in tensors]
            call = Call([tensors[0] if len(tensors) == 1 else list(tensors)], {})
            tensors = self.call(config, call, tensors, scope, declared, 1)
        return tensors

    def call(
        self,
        config: Config,
        call: Call,
        inputs: list[Tensor],
        scope: Scope,
        declared: dict[int, Shape],
        n_results: int,
    ) -> list[Tensor]:
        """What one call of a layer gives."""
        path = (*scope.path, config.name)
        frozen = scope.is_frozen or config.values.get("trainable") is False
        if is_model(config):
            if path not in self._structures:
                self._structures[path] = structure_of(config)
            return self.model(self._structures[path], inputs, Scope(path, frozen))
        if not inputs:
            config.fail("nothing enters it")
        owners = self._owners.setdefault(path, Owners())
        making = Making(
            self.builder,
            config,
            call,
            inputs,
            ".".join(path),
            path,
            owners,
            declared,
            n_results,
            frozen,
        )
        made = make(making)
        owners.n_calls += 1
        return made


def _takes_padding(config: Config) -> bool:
    return config.kind.startswith("MaxPooling") and not config.package


def _built(config: Config) -> Shape | None:
    built = config.data.get("build_config")
    shape = built.get("input_shape") if isinstance(built, dict) else None
    if isinstance(shape, list) and shape and all(n is None or type(n) is int for n in shape):
        return tuple(shape[1:])
    return None


class _Graph:
    """One run through a graph of layers.

    A call is ready when the calls that it reads are done; of those that are, the first in the file
    is next.
    """

    def __init__(
        self, walker: Walker, structure: Structure, inputs: list[Tensor], scope: Scope
    ) -> None:
        self._walker = walker
        self._structure = structure
        self._scope = scope
        self._done: dict[Key, list[Tensor]] = {}
        self._declared: dict[Key, dict[int, Shape]] = {}
        for ref, tensor in zip(structure.inputs, inputs, strict=True):
            self._done[ref.layer, 0] = [tensor]
        self._read()
        self._run()

    def outputs(self) -> list[Tensor]:
        """What the model gives."""
        for ref in self._structure.outputs:
            self._pad(ref, is_end=True)
        return [self._find(ref, is_end=True) for ref in self._structure.outputs]

    def _pad(self, ref: Ref, *, is_end: bool = False) -> None:
        """Make cells of minus infinity a layer, for a reader that cannot take them for padding."""
        tensor = self._find(ref, is_end=is_end)
        if tensor.padding:
            padded = self._walker.builder.padded(tensor)
            self._done[self._key(ref, is_end=is_end)][ref.tensor] = padded

    def _key(self, ref: Ref, *, is_end: bool = False) -> Key:
        """The call that a tensor comes from.

        The calls of a nested graph count from 1 among the outputs of Keras 3 and everywhere in
        Keras 2, where that is so of nested sequences too: number 0 is its own making.
        """
        config = self._structure.layers.get(ref.layer)
        if config is None:
            self._structure.config.fail(
                f"there is no layer {quoted(ref.layer)}, which another reads"
            )
        count = len(self._structure.calls[ref.layer])
        if not is_model(config):
            return ref.layer, ref.node
        if count == 1:
            return ref.layer, 0
        is_graph = "output_layers" in config.values
        from_one = config.is_keras2 or (is_end and is_graph)
        return ref.layer, ref.node - from_one

    def _read(self) -> None:
        """What every call waits for, and who waits for it."""
        self._n_missing: dict[Key, int] = {}
        self._waiting: dict[Key, list[Key]] = {}
        self._n_results: dict[Key, int] = {}
        self._order: dict[Key, int] = {}
        for name, calls in self._structure.calls.items():
            for index, call in enumerate(calls):
                key = (name, index)
                if key in self._done:
                    continue
                self._order[key] = len(self._order)
                needed = set()
                for ref in refs([call.args, call.kwargs]):
                    source = self._key(ref)
                    needed.add(source)
                    self._note(source, ref)
                self._n_missing[key] = len(needed - self._done.keys())
                for source in needed:
                    self._waiting.setdefault(source, []).append(key)
        for ref in self._structure.outputs:
            self._note(self._key(ref, is_end=True), ref)

    def _note(self, source: Key, ref: Ref) -> None:
        self._n_results[source] = max(self._n_results.get(source, 1), ref.tensor + 1)
        if ref.shape:
            self._declared.setdefault(source, {})[ref.tensor] = ref.shape[1:]

    def _run(self) -> None:
        ready = [(self._order[key], key) for key, n in self._n_missing.items() if n == 0]
        heapq.heapify(ready)
        n_done = 0
        while ready:
            _, key = heapq.heappop(ready)
            self._done[key] = self._call(key)
            n_done += 1
            for waiting in self._waiting.get(key, ()):
                self._n_missing[waiting] -= 1
                if self._n_missing[waiting] == 0:
                    heapq.heappush(ready, (self._order[waiting], waiting))
        if n_done < len(self._order):
            stuck = next(key for key in self._order if key not in self._done)
            self._structure.layers[stuck[0]].fail(
                "it reads layers that read it, or calls that are not there"
            )

    def _call(self, key: Key) -> list[Tensor]:
        name, index = key
        config = self._structure.layers[name]
        call = self._structure.calls[name][index]
        if not _takes_padding(config):
            for ref in refs([call.args, call.kwargs]):
                self._pad(ref)
        args = [self._filled(arg) for arg in call.args]
        kwargs = {word: self._filled(value) for word, value in call.kwargs.items()}
        inputs = [self._find(ref) for ref in _inputs(config, call)]
        declared = self._declared.get(key, {})
        n_results = self._n_results.get(key, 1)
        return self._walker.call(
            config, Call(args, kwargs), inputs, self._scope, declared, n_results
        )

    def _filled(self, value: Any) -> Any:
        """Arguments with tensors in the place of their references."""
        match value:
            case Ref():
                return self._find(value)
            case Cut():
                return value
            case list():
                return [self._filled(item) for item in value]
            case dict():
                return {key: self._filled(item) for key, item in value.items()}
            case _:
                return value

    def _find(self, ref: Ref, *, is_end: bool = False) -> Tensor:
        tensors = self._done.get(self._key(ref, is_end=is_end))
        if tensors is None or ref.tensor >= len(tensors):
            which = f"call {ref.node} of layer {quoted(ref.layer)}"
            self._structure.config.fail(f"{which}, which something reads, is not there")
        return tensors[ref.tensor]


def _inputs(config: Config, call: Call) -> list[Ref]:
    """The tensors that enter a layer; those of masks are left out."""
    kwargs = {key: value for key, value in call.kwargs.items() if key != "mask"}
    return list(refs([call.args, kwargs]))
