"""Predictions put to the test: a network is run, and what comes out is compared with its facts.

Shapes, numbers of weights and bytes are those of the arrays. Receptive fields are found by setting
all channels of one input cell to NaN, not a number, and looking where the outputs are NaN: it
passes through products, sums, maxima and activations whatever the weights are, so no influence is
too faint to be seen, and nothing else becomes NaN.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from cnncalc.analysis.analyze import analyze
from cnncalc.analysis.facts import LayerFacts, NetworkFacts
from cnncalc.ir.shapes import Sizes
from cnncalc.layers.base import Layer
from cnncalc.numeric.field_checks import FieldCheck, FieldChecks
from cnncalc.numeric.kernels.kernel import Array
from cnncalc.numeric.memory import check_memory
from cnncalc.numeric.perturbed import samples, schedule
from cnncalc.numeric.predicted_fields import sizes
from cnncalc.numeric.program import Plan, Program
from cnncalc.numeric.threads import crew, usable_cores
from cnncalc.numeric.weights import scrambled
from cnncalc.spec.network import Network

_STATISTICS = ("moving_mean", "moving_variance", "mean", "variance", "count")


class Figure(NamedTuple):
    """A figure of one sample.

    Attributes:
        predicted: What the facts say; None where they do not.
        found: What the arrays say; None where they cannot.
    """

    predicted: int | Sizes | None
    found: int | Sizes | None

    @property
    def agrees(self) -> bool:
        """Whether both are the same, or cannot be compared."""
        return self.found is None or self.predicted == self.found


class LayerCheck(NamedTuple):
    """What was predicted of a layer, and what was found.

    Attributes:
        name: Its name.
        op: What it is.
        shape: Output shape, channels last, without the batch.
        n_params: Parameters.
        n_statistics: Running statistics.
        activation_bytes: Bytes of the output.
        field: Receptive field.
        notes: What could not be compared, and why.
    """

    name: str
    op: str
    shape: Figure
    n_params: Figure
    n_statistics: Figure
    activation_bytes: Figure
    field: FieldCheck
    notes: tuple[str, ...]

    @property
    def agrees(self) -> bool:
        """Whether nothing differs."""
        figures = (self.shape, self.n_params, self.n_statistics, self.activation_bytes)
        return all(figure.agrees for figure in figures) and self.field.status != "differs"


class Verification(NamedTuple):
    """The outcome of `verify`.

    Attributes:
        facts: The facts that were put to the test.
        layers: The layers in order.
        n_cells: How many input cells were perturbed, one at a time.
        chosen: `lines` if these are all cells on the lines along the axes through the middle of the
            input, `deciding` if only those that decide where the fields end, `some` if there were
            too many of those, too.
    """

    facts: NetworkFacts
    layers: list[LayerCheck]
    n_cells: int
    chosen: str

    @property
    def agrees(self) -> bool:
        """Whether nothing differs in any layer."""
        return all(layer.agrees for layer in self.layers)


class _Recorded(Mapping[str, Array]):
    """Weights that remember the sizes of those that were read."""

    def __init__(self, weights: Mapping[str, Array]) -> None:
        self._weights = weights
        self.sizes: dict[str, int] = {}

    def __getitem__(self, name: str) -> Array:
        array = self._weights[name]
        self.sizes[name] = array.size
        return array

    def __iter__(self) -> Iterator[str]:
        return iter(self._weights)

    def __len__(self) -> int:
        return len(self._weights)

    def by_layer(self) -> dict[str, dict[str, int]]:
        """The sizes of the arrays of each layer."""
        found: dict[str, dict[str, int]] = {}
        for name, size in self.sizes.items():
            layer, _, weight = name.rpartition(".")
            found.setdefault(layer, {})[weight] = size
        return found


def verify(
    network: Network,
    *,
    seed: int = 0,
    threads: int | None = None,
    max_memory: int | None = None,
    progress: Callable[[int, int], object] | None = None,
) -> Verification:
    """Run a network on random numbers, and compare every layer with its facts.

    Args:
        network: The network.
        seed: What weights and inputs are drawn from.
        threads: How many to use; as many as there are cores if not given.
        max_memory: Bytes that it may take; what the machine has free if not given.
        progress: Called with how many samples have been run and how many there are.

    Raises:
        UsageError: The network cannot be run, or needs more memory than there is.

    Example:
        >>> import cnncalc
        >>> outcome = verify(cnncalc.load("lenet5"))
        >>> outcome.agrees, outcome.layers[0].field.found
        (True, (5, 5))
    """
    facts = analyze(network)
    threads = usable_cores() if threads is None else threads
    Plan(facts)  # what cannot be run is told before cells are chosen
    checks = FieldChecks(facts)
    order = schedule(facts, len(checks.probes), threads, max_memory)
    check_memory(order.memory, max_memory)
    weights = _Recorded(scrambled(order.facts, seed))
    arrays: dict[str, _Output] = {}
    n_samples, done = len(checks.probes) * len(order.groups), 0
    with crew(threads) as hands:
        for plan, kept in zip(order.plans(), order.groups, strict=True):
            program = Program(plan, weights, hands)
            for numbers in order.batches:
                outputs = program(samples(order.facts, checks.probes, numbers, seed))
                for name in kept:
                    checks.add(name, numbers, outputs[name])
                    size = outputs[name].nbytes // order.facts.batch
                    arrays[name] = _Output(outputs[name].shape[1:], size)
                del outputs  # before as many are made again
                done += len(numbers)
                if progress is not None:
                    progress(done, n_samples)
            del plan, program  # with all weights, before the next ones are loaded
    read = weights.by_layer()
    layers = [
        _compared(layer, arrays[layer.name], read.get(layer.name, {}), checks.result(layer.name))
        for layer in facts.layers
    ]
    return Verification(facts, layers, checks.n_cells, checks.chosen)


class _Output(NamedTuple):
    shape: Sizes
    size_bytes: int


def _compared(
    layer: LayerFacts, output: _Output, read: Mapping[str, int], field: FieldCheck
) -> LayerCheck:
    n_statistics = sum(size for name, size in read.items() if name in _STATISTICS)
    element = layer.node.layer.dtype if isinstance(layer.node.layer, Layer) else None
    is_same = element in (None, "float32")
    notes = [field.note] if field.note else []
    if not is_same:
        notes.append(f"bytes: the layer is {element}, but is computed in float32")
    return LayerCheck(
        layer.name,
        layer.op,
        Figure(sizes(layer.output_shape), output.shape),
        Figure(layer.n_params, sum(read.values()) - n_statistics),
        Figure(layer.n_statistics, n_statistics),
        Figure(layer.activation_bytes, output.size_bytes if is_same else None),
        field,
        tuple(notes),
    )
